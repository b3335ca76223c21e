/// A regular expression over text, matched in time that grows with the text alone and never with what its author thought of.
///
/// The match is the one that a backtracking engine finds: the leftmost, and of those the one that the expression prefers.
package struct TextPattern: Sendable {
  private let program: PatternProgram
  private let automaton: PatternAutomaton?

  /// An expression in Oniguruma's syntax, as `tokenizers` reads it.
  package init(_ expression: String) throws(PatternFault) {
    try self.init(OnigurumaParser.parse(expression))
  }

  package init(_ node: PatternNode) throws(PatternFault) {
    program = try PatternProgram(node)
    automaton = PatternAutomaton(program)
  }

  /// The first match that begins at `from` or later; it may be empty.
  ///
  /// Of several in one text, `forEachMatch` keeps what it learns about the text.
  ///
  /// - Parameter text: valid UTF-8, of less than 2 GB.
  /// - Parameter from: where a character begins, or the end.
  package func firstMatch(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Range<Int>? {
    var matches = Matches(self, text)
    return matches.first(from: start)
  }

  /// Where the match that begins at `start`, and nowhere else, ends.
  package func matchEnd(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    var matches = Matches(self, text)
    return matches.end(at: start)
  }

  /// Calls `body` with every match in a text, in order; none overlap, and no empty one follows another directly.
  ///
  /// - Parameter text: valid UTF-8, of less than 2 GB.
  package func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    var matches = Matches(self, text)
    var place = 0
    var lastEnd: Int?
    while place <= text.count, let match = matches.first(from: place) {
      if match.isEmpty, match.lowerBound == lastEnd {
        place = match.upperBound == text.count ? text.count + 1 : program.classes.read(text, at: place).end
        continue
      }
      body(match)
      place = match.upperBound
      lastEnd = match.upperBound
    }
  }

  /// Looks for matches in one text: by the table of states, until it has read much of the text in vain, and from then on by
  /// a search that keeps what it finds, where there is room for that.
  private struct Matches {
    let pattern: TextPattern
    let text: UnsafeBufferPointer<UInt8>
    private var search: PatternSearch?
    /// Where there is neither a table nor room for a search.
    private var threads: PatternThreads?
    /// How many bytes the table may yet read beyond the matches that it finds.
    private var patience: Int
    private let hasRoom: Bool

    private static let mostBytes = 256 << 20

    init(_ pattern: TextPattern, _ text: UnsafeBufferPointer<UInt8>) {
      self.pattern = pattern
      self.text = text
      patience = 4_096 + 16 * text.count
      let program = pattern.program
      hasRoom =
        SearchRecord.bytes(places: text.count, flags: program.flags, ends: program.ends) <= Self.mostBytes
      guard pattern.automaton == nil else { return }
      if hasRoom || program.needsSearch {
        search = PatternSearch(program, text)
      } else {
        threads = PatternThreads(program)
      }
    }

    mutating func first(from start: Int) -> Range<Int>? {
      var place = start
      while true {
        search?.forget(before: place)
        if let end = end(at: place) { return place..<end }
        guard place < text.count else { return nil }
        place = pattern.program.classes.read(text, at: place).end
      }
    }

    mutating func end(at start: Int) -> Int? {
      if search != nil { return search?.matchEnd(from: start) }
      guard let automaton = pattern.automaton else {
        return threads?.matchEnd(in: text, from: start)
      }
      var reach = start
      let end = automaton.matchEnd(in: text, from: start, pattern.program.classes, reach: &reach)
      patience -= reach - (end ?? start)
      if patience < 0, hasRoom { search = PatternSearch(pattern.program, text) }
      return end
    }
  }
}
