import Diagnostics

/// Something about a suite that must or should be put right.
package struct Finding: Sendable, Hashable, Codable, CustomStringConvertible {
  package enum Severity: String, Sendable, Hashable, Codable {
    /// The suite is refused.
    case error
    /// The suite runs, but its evidence is weaker than it looks.
    case warning
  }

  package let severity: Severity
  /// The task's name; nil where the suite itself is meant.
  package let task: String?
  /// The item's id, where one item is meant.
  package let item: String?
  /// The task's YAML file, or the file that could not be read.
  package let file: String
  /// The key or line, where there is one.
  package let field: String?
  /// What is wrong, and what can be done about it, without full stops; values in them are shown and cut.
  package let message: String
  package let remedy: String

  /// The same as an error that ends the program.
  package var error: InputError {
    InputError(
      file, field: item.map { item in field.map { "item '\(item)', \($0)" } ?? "item '\(item)'" } ?? field,
      "\(words: message)", remedy: "\(words: remedy)")
  }

  package var description: String { "\(severity.rawValue): \(error)" }
}

extension Finding {
  init(error: InputError, severity: Severity = .error, task: String?, item: String? = nil) {
    self.init(
      severity: severity, task: task, item: item, file: error.file, field: error.field, message: error.problem,
      remedy: error.remedy)
  }
}

extension TaskDefinition {
  func fault(_ field: String?, item: Item? = nil, _ message: ShownText, remedy: ShownText) -> Finding {
    Finding(
      error: InputError(file, field: field, message, remedy: remedy), severity: .error, task: name, item: item?.id)
  }

  func doubt(_ field: String?, item: Item? = nil, _ message: ShownText, remedy: ShownText) -> Finding {
    Finding(
      error: InputError(file, field: field, message, remedy: remedy), severity: .warning, task: name, item: item?.id)
  }
}
