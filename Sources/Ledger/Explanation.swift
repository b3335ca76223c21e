import Diagnostics
import Foundation
import GRDB
import Reading

/// A database error as one that the user can act on; itself where it is a fault of the program.
func explained(_ error: DatabaseError, path: String) -> any Error {
  if let limit = reachedLimit(error, path: path) { return limit }
  let wording: (problem: ShownText, remedy: ShownText)? =
    switch error.resultCode {
    case .SQLITE_CANTOPEN, .SQLITE_PERM, .SQLITE_AUTH:
      ("cannot be opened", "check that it is a file that you may write, in a folder that you may write")
    case .SQLITE_READONLY:
      ("is read-only", "make the file and its folder writable (chmod u+w) or choose another ledger")
    case .SQLITE_FULL:
      ("no space left on the disk", "free some and run again: what was committed is kept")
    case .SQLITE_IOERR:
      (
        "the file system failed to read or write it (SQLite code \(error.extendedResultCode.rawValue))",
        "check the disk and its free space, and run again: what was committed is kept"
      )
    case .SQLITE_NOTADB:
      ("not an SQLite database", "choose another path for the ledger, or move the file aside")
    case .SQLITE_CORRUPT:
      ("the database is damaged", "restore a copy, or move it aside and run again: scores are then computed afresh")
    case .SQLITE_BUSY, .SQLITE_LOCKED:
      ("another process has been holding it for half a minute", "wait until it ends, or choose another ledger")
    case .SQLITE_CONSTRAINT, .SQLITE_ERROR, .SQLITE_SCHEMA, .SQLITE_MISMATCH, .SQLITE_FORMAT, .SQLITE_TOOBIG:
      // Opened ledgers have Holdfast's tables (`Schema.refuseOther`): somebody changed or removed what a row refers to since.
      (
        "the database is not as Holdfast left it (SQLite code \(error.extendedResultCode.rawValue))",
        "restore a copy, or move it aside and run again: scores are then computed afresh"
      )
    default: nil
    }
  return wording.map { InputError(path, $0.problem, remedy: $0.remedy) as any Error } ?? error
}

/// The limit of this process that SQLite ran into, which says only that a file cannot be opened or written; nil where it was none.
private func reachedLimit(_ error: DatabaseError, path: String) -> InputError? {
  switch error.resultCode {
  case .SQLITE_CANTOPEN:
    let descriptor = open("/", O_RDONLY | O_CLOEXEC)
    guard descriptor < 0, errno == EMFILE || errno == ENFILE else {
      close(descriptor)
      return nil
    }
    return InputError(path, "cannot be opened (\(systemWords(errno)))", remedy: "raise the limit (ulimit -n)")
  case .SQLITE_IOERR:
    guard let limit = softLimit(RLIMIT_FSIZE) else { return nil }
    // Beyond what one page of the log, or the log's index, takes.
    let step = 1 << 16
    let sizes = ["", "-wal", "-shm"].compactMap { FileStamp.of(path + $0)?.size }
    guard (sizes.max() ?? 0) + Int64(step) > Int64(clamping: limit) else { return nil }
    return InputError(
      path, "cannot be written (\(systemWords(EFBIG)))",
      remedy: "raise the limit (ulimit -f) and run again: what was committed is kept")
  default: return nil
  }
}

extension Ledger {
  /// A value that no version of this program writes: somebody else's edit, or a damaged page that SQLite did not
  /// notice.
  func damaged(_ what: String) -> InputError {
    InputError(
      path, field: what, "holds what was never written there",
      remedy: "restore a copy, or move the ledger aside and run again: scores are then computed afresh")
  }

  /// A column's value. GRDB's own subscripts end the process where a value is not of the type asked for.
  func value<Value: DatabaseValueConvertible>(_ row: Row, _ column: String, of table: String) throws -> Value {
    guard row.hasColumn(column), let value = Value.fromDatabaseValue(row[column]) else {
      throw damaged("\(table).\(column)")
    }
    return value
  }

  /// A column's value, or nil where it is NULL.
  func optional<Value: DatabaseValueConvertible>(_ row: Row, _ column: String, of table: String) throws -> Value? {
    guard row.hasColumn(column) else { throw damaged("\(table).\(column)") }
    let stored: DatabaseValue = row[column]
    return stored.isNull ? nil : try value(row, column, of: table) as Value
  }
}
