/// Something the user gave us is wrong: a file, a field of it, or an option. It ends the program with exit code 2.
///
/// Every message names the file (or option), the field where there is one, what is wrong and what to do about it, on one line.
package struct InputError: Error, Equatable, CustomStringConvertible {
  /// The file's path, or the option as it is typed.
  package let file: String
  /// The key, tensor or line in the file, where there is one.
  package let field: String?
  /// What is wrong, without a final full stop.
  package let problem: String
  /// What the user can do about it, without a final full stop.
  package let remedy: String

  package init(_ file: String, field: String? = nil, _ problem: String, remedy: String) {
    self.file = file
    self.field = field
    self.problem = problem
    self.remedy = remedy
  }

  package var description: String {
    let place = field.map { "\(file): \($0)" } ?? file
    return Self.oneLine("\(place): \(problem); \(remedy)")
  }

  /// Names in model files are untrusted: control characters in them must not reach a terminal or break the line.
  private static func oneLine(_ text: String) -> String {
    String(
      String.UnicodeScalarView(
        text.unicodeScalars.map { $0.properties.generalCategory == .control ? "\u{FFFD}" : $0 }))
  }
}

/// Two things that must not be compared, or too little evidence to judge at all: exit code 3.
package struct NotGateable: Error, Equatable, CustomStringConvertible {
  package let reason: String

  package init(_ reason: String) { self.reason = reason }

  package var description: String { reason }
}
