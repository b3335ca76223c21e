/// A regular expression that a text matches as a whole or does not, in time that grows with the text alone.
package struct WholePattern: Sendable {
  private let program: PatternProgram
  private let automaton: PatternAutomaton?

  package init(_ node: PatternNode) throws(PatternFault) {
    let end = PatternNode.neighbour(.none, isAhead: true, orEdge: true)
    program = try PatternProgram(.sequence([node, end]), anyWay: true)
    guard !program.needsSearch else { throw PatternFault(problem: "looks around, which is not supported") }
    automaton = PatternAutomaton(program)
  }

  /// - Parameter text: valid UTF-8.
  package func matches(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    if let automaton {
      var reach = 0
      return automaton.matchEnd(in: text, from: 0, program.classes, reach: &reach) != nil
    }
    // The table would have been too large.
    var threads = PatternThreads(program)
    return threads.matchEnd(in: text, from: 0) != nil
  }
}
