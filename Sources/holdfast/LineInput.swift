import Diagnostics
import Foundation

/// The lines of a file, or of standard input for "-", with their numbers from 1; empty lines are left out.
func readLines(_ path: String) throws -> [(number: Int, text: String)] {
  let data: Data
  if path == "-" {
    do { data = try FileHandle.standardInput.readToEnd() ?? Data() } catch {
      throw InputError("standard input", "cannot be read (\(systemWords(error)))", remedy: "give a file")
    }
  } else {
    // A pipe is as good as a file.
    guard let handle = FileHandle(forReadingAtPath: path) else {
      throw InputError(path, "cannot be opened", remedy: "check the path and its permissions")
    }
    do { data = try handle.readToEnd() ?? Data() } catch {
      throw InputError(path, "cannot be read (\(systemWords(error)))", remedy: "give a file")
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
