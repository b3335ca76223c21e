import Diagnostics
import Foundation
import Gating

/// A form that a comparison is written in, by a file's extension.
package enum ComparisonForm: String, Sendable, FileForm {
  case markdown = "md"
  case json
  case csv

  package static let subject = "a comparison"
}

extension Comparison {
  package func rendered(_ form: ComparisonForm) throws -> String {
    switch form {
    case .markdown: markdown()
    case .json: try json()
    // A row a question, as a gate's: the reference as the base.
    case .csv: ItemTable(zip(comparisons, contrasts).map { ($0.other.source, $1) }).csv
    }
  }

  /// Pretty, keys sorted; a key without a value is absent.
  package func json() throws -> String {
    String(decoding: try shownJSON(self, isPretty: true), as: UTF8.self) + "\n"
  }
}
