import CDigests
import Foundation

/// SHA-256 (FIPS 180-4): what identifies models, requests and files.
///
/// Of our own, because nothing else of a cryptographic library is needed, and BoringSSL was most of a fresh build's steps.
package struct SHA256: Sendable {
  private var hash: hf_sha256

  package init() { self.init(isPortable: false) }

  /// - Parameter isPortable: leaves the processor's own instructions out; for tests.
  package init(isPortable: Bool) { hash = hf_sha256_begin(isPortable ? 1 : 0) }

  package mutating func update(bufferPointer bytes: UnsafeRawBufferPointer) {
    // C's memcpy must not be given a null pointer, of nothing either.
    guard let start = bytes.baseAddress, !bytes.isEmpty else { return }
    hf_sha256_update(&hash, start, bytes.count)
  }

  package mutating func update(data: Data) { data.withUnsafeBytes { update(bufferPointer: $0) } }

  /// - Returns: the digest's 32 bytes; more may be added afterwards.
  package func finalize() -> [UInt8] {
    [UInt8](unsafeUninitializedCapacity: 32) { digest, count in
      withUnsafePointer(to: hash) { hf_sha256_digest($0, digest.baseAddress) }
      count = 32
    }
  }

  package static func hash(data: Data) -> [UInt8] {
    var hash = SHA256()
    hash.update(data: data)
    return hash.finalize()
  }
}
