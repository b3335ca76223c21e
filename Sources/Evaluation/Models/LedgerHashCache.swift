import Checkpoints
import Foundation
import Ledger
import Reading

/// File hashes remembered in the ledger, by device, inode, size and times of change.
package struct LedgerHashCache: FileHashCache {
  let ledger: Ledger

  /// The ledger's cache; with `CI=true` none, so that what ships is always read whole.
  package static func forProcess(
    _ ledger: Ledger, environment: [String: String] = ProcessInfo.processInfo.environment
  ) -> any FileHashCache {
    environment["CI"] == "true" ? NoHashCache() : LedgerHashCache(ledger: ledger)
  }

  package func hash(for stamp: FileStamp) -> String? {
    // A cache that cannot be read costs time, never a result.
    (try? ledger.hash(of: stamp.state)) ?? nil
  }

  package func store(_ hash: String, for stamp: FileStamp) {
    try? ledger.store(hash: hash, of: stamp.state)
  }
}

extension FileStamp {
  fileprivate var state: FileState {
    FileState(
      device: Int64(bitPattern: device), inode: Int64(bitPattern: inode), size: size, modified: modified,
      changed: changed)
  }
}
