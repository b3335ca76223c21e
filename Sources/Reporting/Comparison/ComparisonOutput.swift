import Diagnostics
import Foundation
import Gating

/// A form that a comparison is written in, by a file's extension.
package enum ComparisonForm: String, Sendable, CaseIterable {
  case markdown = "md"
  case json
  case csv

  /// - Throws: `InputError` for a file of any other extension.
  package init(of path: String) throws {
    let name = URL(fileURLWithPath: path).pathExtension.lowercased()
    guard let form = Self(rawValue: name) else {
      throw InputError(
        path, "has no extension that a comparison is written for",
        remedy: "name a file that ends in \(Self.allCases.map { ".\($0.rawValue)" }.joined(separator: ", "))")
    }
    self = form
  }
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
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self) + "\n"
  }
}
