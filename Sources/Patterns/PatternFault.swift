import Diagnostics

/// An expression uses something that is not supported, costs too much, or is no expression.
package struct PatternFault: Error {
  /// As it continues "the pattern …".
  package let problem: ShownText

  package init(problem: ShownText) { self.problem = problem }
}
