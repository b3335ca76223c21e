import GRDB

/// What tells a file that has not changed since: any write to it changes the last two, whatever happens to its name.
package struct FileState: Sendable, Hashable {
  package let device: Int64
  package let inode: Int64
  /// Bytes.
  package let size: Int64
  /// Time of the last change to the content, nanoseconds since 1970.
  package let modified: Int64
  /// Time of the last change to the file or what the system knows of it, nanoseconds since 1970.
  package let changed: Int64

  package init(device: Int64, inode: Int64, size: Int64, modified: Int64, changed: Int64) {
    self.device = device
    self.inode = inode
    self.size = size
    self.modified = modified
    self.changed = changed
  }
}

extension Ledger {
  /// The SHA-256 that was stored for a file in exactly this state; nil where there is none.
  package func hash(of file: FileState) throws -> String? {
    try read { db in
      let sql = """
        SELECT \(Table.fileHashes.columns("f")) FROM file_hashes AS f
        WHERE device = ? AND inode = ? AND size = ? AND modified_ns = ? AND changed_ns = ?
        """
      let arguments: StatementArguments = [file.device, file.inode, file.size, file.modified, file.changed]
      return try Row.fetchOne(db, sql: sql, arguments: arguments).map { row in
        try demandIntact(row, .fileHashes)
        return try value(row, "sha256", of: "file_hashes")
      }
    }
  }

  /// Stores a file's SHA-256, in place of the one of an earlier state.
  package func store(hash: String, of file: FileState) throws {
    try write { db in
      try db.execute(
        sql: Table.fileHashes.insertion("INSERT OR REPLACE"),
        arguments: [file.device, file.inode, file.size, file.modified, file.changed, hash])
    }
  }
}
