/// Cuts a text around what a matcher finds in it, as `Split` of `tokenizers` does.
package struct TextSplit: Sendable {
  /// What becomes of a match.
  package enum Behavior: String, Sendable, CaseIterable {
    case isolated = "Isolated"
    case removed = "Removed"
    case mergedWithPrevious = "MergedWithPrevious"
    case mergedWithNext = "MergedWithNext"
    /// Neighbouring matches are one piece, as are neighbouring gaps.
    case contiguous = "Contiguous"
  }

  package let matcher: TextMatcher
  package var behavior = Behavior.isolated
  /// What lies between the matches takes their place.
  package var isInverted = false

  package init(_ matcher: TextMatcher, _ behavior: Behavior = .isolated, isInverted: Bool = false) {
    self.matcher = matcher
    self.behavior = behavior
    self.isInverted = isInverted
  }

  /// Calls `body` with the range of every piece, in order; none is empty.
  ///
  /// - Parameter text: valid UTF-8.
  package func forEachPiece(of text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    switch behavior {
    case .isolated:
      if case .scanned(let expression) = matcher { return PieceScanner(text).forEachMatch(of: expression, body) }
      matcher.forEachPart(of: text) { range, _ in if !range.isEmpty { body(range) } }
    case .removed:
      matcher.forEachPart(of: text) { range, isMatch in
        if isMatch == isInverted, !range.isEmpty { body(range) }
      }
    case .mergedWithNext:
      for range in mergedWithNext(text) where !range.isEmpty { body(range) }
    case .mergedWithPrevious, .contiguous:
      merged(text) { if !$0.isEmpty { body($0) } }
    }
  }

  /// Each part joins the piece before it, or begins one.
  private func merged(_ text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) -> Void) {
    var pending: Range<Int>?
    var previous = false
    matcher.forEachPart(of: text) { range, isMatch in
      let matched = isMatch != isInverted
      let joins = behavior == .contiguous ? matched == previous : matched && !previous
      previous = matched
      if joins, let open = pending {
        pending = open.lowerBound..<range.upperBound
      } else {
        if let pending { body(pending) }
        pending = range
      }
    }
    if let pending { body(pending) }
  }

  /// As `tokenizers` does it, from the end of the text to its beginning.
  private func mergedWithNext(_ text: UnsafeBufferPointer<UInt8>) -> [Range<Int>] {
    var parts: [(range: Range<Int>, matched: Bool)] = []
    matcher.forEachPart(of: text) { parts.append(($0, $1 != isInverted)) }
    var pieces: [Range<Int>] = []
    var previous = false
    for (range, matched) in parts.reversed() {
      if matched, !previous, let last = pieces.last {
        pieces[pieces.count - 1] = range.lowerBound..<last.upperBound
      } else {
        pieces.append(range)
      }
      previous = matched
    }
    return pieces.reversed()
  }
}
