import Crypto
import Foundation

extension Baseline {
  /// SHA-256 of the file that this baseline is written as, in lower-case hexadecimal.
  package func contentHash() throws -> String {
    SHA256.hash(data: try encoded()).map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }
}
