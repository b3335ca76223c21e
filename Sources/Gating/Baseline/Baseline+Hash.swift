import Diagnostics
import Digests

extension Baseline {
  /// SHA-256 of the file that this baseline is written as, in lower-case hexadecimal.
  package func contentHash() throws -> String {
    SHA256.hash(data: try encoded()).hexadecimal
  }
}
