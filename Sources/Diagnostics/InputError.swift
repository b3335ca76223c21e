/// Something the user gave us is wrong: a file, a field of it, or an option. It ends the program with exit code 2.
///
/// Every message names the file (or option), the field where there is one, what is wrong and what to do about it, on one line. Files are
/// untrusted: each value in it is shown (`shown`) and cut at `valueLimit` bytes, a path at twice as many.
package struct InputError: Error, Equatable, CustomStringConvertible {
  /// The file's path, or the option as it is typed.
  package let file: String
  /// The key, tensor or line in the file, where there is one.
  package let field: String?
  /// What is wrong, without a final full stop; values in it are shown and cut.
  package let problem: String
  /// What the user can do about it, without a final full stop; values in it are shown and cut.
  package let remedy: String

  /// The most bytes of a value that a message shows.
  package static let valueLimit = 200

  package init(_ file: String, field: String? = nil, _ problem: ShownText, remedy: ShownText) {
    self.file = file
    self.field = field
    self.problem = problem.text(limit: Self.valueLimit)
    self.remedy = remedy.text(limit: Self.valueLimit)
  }

  package var description: String {
    let place = field.map { ": \(shown($0, limit: Self.valueLimit))" } ?? ""
    return "\(shownPath(file))\(place): \(problem); \(remedy)"
  }
}

/// Two things that must not be compared, or too little evidence to judge at all: exit code 3.
package struct NotGateable: Error, Equatable, CustomStringConvertible {
  /// Why, on one line; values in it are shown and cut.
  package let reason: String

  package init(_ reason: ShownText) { self.reason = reason.text(limit: InputError.valueLimit) }

  package var description: String { reason }
}
