import Diagnostics
import Digests
import Foundation
import Reading

/// Remembers the SHA-256 of files that have not changed since.
package protocol FileHashCache: Sendable {
  /// The hash, in lower-case hexadecimal, stored for a file with exactly this stamp.
  func hash(for stamp: FileStamp) -> String?
  func store(_ hash: String, for stamp: FileStamp)
}

/// Remembers nothing: every file is read again.
package struct NoHashCache: FileHashCache {
  package init() {}
  package func hash(for stamp: FileStamp) -> String? { nil }
  package func store(_ hash: String, for stamp: FileStamp) {}
}

extension MappedFile {
  /// SHA-256 of the mapped bytes, lower-case hexadecimal.
  package func sha256(_ cache: any FileHashCache) -> String {
    if let known = cache.hash(for: stamp) { return known }
    settle()
    var hasher = SHA256()
    // The pages behind are given back to the system as needed; the pieces only bound a single call.
    let piece = 16 << 20
    for start in stride(from: 0, to: bytes.count, by: piece) {
      hasher.update(bufferPointer: UnsafeRawBufferPointer(rebasing: bytes[start..<min(start + piece, bytes.count)]))
    }
    let hash = hasher.finalize().hexadecimal
    // A file written to while it was read must not be remembered under the stamp from before.
    if FileStamp.of(path) == stamp { cache.store(hash, for: stamp) }
    return hash
  }
}
