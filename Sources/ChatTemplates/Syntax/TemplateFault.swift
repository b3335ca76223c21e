import Diagnostics

/// What is wrong with a template, or went wrong while it rendered: where it stands in the template, and what.
///
/// A template is text from outside, and so is what it says by `raise_exception`: both are shown.
package struct TemplateFault: Error {
  package enum Kind: Sendable {
    /// The template cannot be parsed.
    case syntax
    /// An operation is not defined for these values, or a name, filter, test or method is not known.
    case evaluation
    /// The template called `raise_exception`.
    case raised
    /// It took more steps, text or nesting than a template may.
    case limit
  }

  package let kind: Kind
  /// Where: line and column from 1, columns in Unicode scalars; nil where the fault has no place yet.
  package var place: TemplatePlace?
  /// What is wrong, without a full stop.
  package let problem: ShownText

  package init(_ kind: Kind, at place: TemplatePlace? = nil, _ problem: ShownText) {
    self.kind = kind
    self.place = place
    self.problem = problem
  }

  /// The same fault, at a place where it has none of its own.
  func placed(_ place: TemplatePlace) -> TemplateFault {
    var fault = self
    fault.place = self.place ?? place
    return fault
  }

  /// "line 3, column 14: …".
  package var description: ShownText {
    guard let place else { return problem }
    return "line \(place.line), column \(place.column): \(problem)"
  }
}

/// A place in a template's source, from 1; columns count Unicode scalars.
package struct TemplatePlace: Equatable, Sendable {
  package let line: Int
  package let column: Int
}
