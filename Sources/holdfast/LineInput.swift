import Diagnostics
import Foundation

/// The lines of a file, or of standard input for "-", with their numbers from 1; empty lines are left out.
func readLines(_ path: String) throws -> [(number: Int, text: String)] {
  let data: Data
  if path == "-" {
    data = FileHandle.standardInput.readDataToEndOfFile()
  } else {
    do { data = try Data(contentsOf: URL(fileURLWithPath: path)) } catch {
      throw InputError(path, "cannot be read (\(error.localizedDescription))", remedy: "check the path")
    }
  }
  guard let text = String(validating: data, as: UTF8.self) else {
    throw InputError(path, "is not UTF-8 text", remedy: "save it as UTF-8")
  }
  // Bytes, not characters: "\r\n" is one character in Swift.
  return text.utf8.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
    .map { (number: $0.offset + 1, text: String(Substring($0.element))) }
    .filter { !$0.text.allSatisfy(\.isWhitespace) }
}

/// Writes text to a file through a temporary one beside it, or to standard output where there is no path.
func write(_ text: String, to path: String?) throws {
  guard let path else {
    FileHandle.standardOutput.write(Data(text.utf8))
    return
  }
  do {
    try Data(text.utf8).write(to: URL(fileURLWithPath: path), options: .atomic)
  } catch {
    throw InputError(
      path, "cannot be written (\(error.localizedDescription))", remedy: "check the folder and the room on its disk")
  }
}
