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
    case .csv: try csv()
    }
  }

  private func csv() throws -> String {
    guard reference.name == nil else {
      throw InputError(
        reference.source, "is a recipe, and a row of a CSV file has one base",
        remedy: "name one model or baseline as the reference, or write .md or .json")
    }
    return ItemTable(contrasts.map { ($0.source, $0.questions) }).csv
  }

  /// Pretty, keys sorted; a key without a value is absent.
  package func json() throws -> String {
    String(decoding: try shownJSON(self, isPretty: true), as: UTF8.self) + "\n"
  }
}
