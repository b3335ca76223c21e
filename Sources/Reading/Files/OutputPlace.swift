import Diagnostics
import Foundation

/// Whether a place to write may be replaced.
package enum OutputPlace {
  /// Refuses a file that is another one of the command's by its place on the disk, whatever the path: what was asked for would end it.
  ///
  /// - Throws: `InputError` that says what the file is.
  package static func demand(_ path: String, apartFrom others: [(path: String, what: ShownText)]) throws {
    guard FileKind.of(path) == .regular, let own = FileStamp.of(path) else { return }
    for other in others where FileStamp.of(other.path)?.isOfFile(own) ?? false {
      throw InputError(path, "is \(other.what), and would be replaced", remedy: "name another file to write")
    }
  }

  /// Refuses a database, which nothing that is written as a file replaces.
  static func demandNoDatabase(_ path: String) throws {
    guard let file = FileHandle(forReadingAtPath: path) else { return }
    defer { try? file.close() }
    guard let head = try? file.read(upToCount: 16), head == Data("SQLite format 3\0".utf8) else { return }
    throw InputError(path, "is a SQLite database, and would be replaced", remedy: "name another file to write")
  }
}
