import Diagnostics
import Foundation

/// Runs what reads paths that a file names: an error about such a path as a whole (nothing is there, it is no file) names
/// the file and the key as well. An error in a part of what is there names the place itself, and passes as it is.
///
/// - Parameters:
///   - paths: each with the dotted place of its key.
///   - file: the one that names them.
package func naming<Result>(
  _ paths: [(path: String, key: String)], by file: String, _ body: () throws -> Result
) throws -> Result {
  do {
    return try body()
  } catch let error as InputError where error.field == nil {
    guard let named = paths.first(where: { isSame($0.path, error.file) }) else { throw error }
    throw error.named(by: file, named.key)
  }
}

/// Runs what reads a path that a file names under a key.
package func naming<Result>(
  _ path: String, by file: String, _ key: String, _ body: () throws -> Result
) throws -> Result {
  try naming([(path, key)], by: file, body)
}

extension InputError {
  /// The same error about a path, told by the file and the key that name it.
  package func named(by file: String, _ key: String) -> InputError {
    InputError(
      file, field: key, "'\(asWritten(self.file, in: file))': \(words: problem)", remedy: "\(words: remedy)")
  }
}

/// A path relative to the working folder where it is below that: what is committed should not say where it was made.
package func fromHere(_ path: String) -> String {
  let here = FileManager.default.currentDirectoryPath + "/"
  let whole = absolute(path)
  return whole.hasPrefix(here) ? String(whole.dropFirst(here.count)) : path
}

private func isSame(_ path: String, _ other: String) -> Bool { path == other || absolute(path) == absolute(other) }

private func absolute(_ path: String) -> String { URL(fileURLWithPath: path).standardizedFileURL.path }

/// A path without the folder of the file that names it, which was put before it.
private func asWritten(_ path: String, in file: String) -> String {
  let folder = file.lastIndex(of: "/").map { file[...$0] } ?? ""
  return !folder.isEmpty && path.hasPrefix(folder) ? String(path.dropFirst(folder.count)) : path
}
