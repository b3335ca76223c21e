import Diagnostics
import Foundation

/// A form that findings are written in, named by a file's extension: the raw value.
package protocol FileForm: RawRepresentable<String>, CaseIterable {
  /// What is written, for messages: "a report".
  static var subject: String { get }
}

extension FileForm {
  /// - Throws: `InputError` for a file of any other extension.
  package init(of path: String) throws {
    let name = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard let form = Self(rawValue: name) else {
      throw InputError(
        path, "has no extension that \(Self.subject) is written for",
        remedy: "name a file that ends in \(Self.allCases.map { ".\($0.rawValue)" }.joined(separator: ", "))")
    }
    self = form
  }
}
