/// Decides an exact-match rule on greedy text as it grows, as soon as it is settled: so that a scorer stops decoding
/// at the first token that cannot belong to an accepted answer.
///
/// The text is cut at the first stop, which may lie inside a token or begin in one and end in another, and trimmed of
/// ASCII white space on both sides; it must equal an accepted answer byte by byte. A settled state never changes, and
/// is always the one that the whole text would get.
package struct ExactMatchAutomaton: Sendable {
  package enum State: Sendable, Hashable {
    /// More text could still decide either way.
    case open
    /// The answer is complete and right.
    case accepted
    /// No further text can make the answer right.
    case rejected
  }

  /// What is known so far.
  package private(set) var state: State

  private let accepted: [[UInt8]]
  private let stop: [UInt8]
  private var text: [UInt8] = []

  package init(_ rule: ExactMatchRule) {
    let stop = Array(rule.stop.utf8)
    self.stop = stop
    // An answer that trimming or cutting would alter can never be what is left after them.
    accepted = rule.accepted.map { Array($0.utf8) }.filter {
      Self.trimmed($0[...]).count == $0.count && Self.firstIndex(of: stop, in: $0, from: 0) == nil
    }
    state = accepted.isEmpty ? .rejected : .open
  }

  /// Takes the bytes of one more token, which need not end on a character's boundary.
  @discardableResult
  package mutating func append(_ bytes: [UInt8]) -> State {
    guard state == .open else { return state }
    // A stop can begin in what was there before.
    let searchStart = max(0, text.count - max(0, stop.count - 1))
    text += bytes
    if let end = Self.firstIndex(of: stop, in: text, from: searchStart) {
      state = isAnswer(text[..<end]) ? .accepted : .rejected
    } else if !canBecomeAnswer {
      state = .rejected
    }
    return state
  }

  /// The model ended the text: what is there is the answer.
  @discardableResult
  package mutating func finish() -> State {
    if state == .open { state = isAnswer(text[...]) ? .accepted : .rejected }
    return state
  }

  private func isAnswer(_ bytes: ArraySlice<UInt8>) -> Bool {
    let answer = Self.trimmed(bytes)
    return accepted.contains { $0[...] == answer }
  }

  private var canBecomeAnswer: Bool {
    let start = text.firstIndex { !isASCIISpace($0) } ?? text.count
    return accepted.contains { answer in
      // An empty answer leaves its white space to the end; any other answer begins at the first byte that is none.
      let written = text[(answer.isEmpty ? 0 : start)...]
      return written.count < answer.count
        ? answer.starts(with: written) : written.starts(with: answer) && canEnd(written.dropFirst(answer.count))
    }
  }

  /// Whether white space and a stop that has begun are all there is.
  private func canEnd(_ rest: ArraySlice<UInt8>) -> Bool {
    var rest = rest
    while true {
      if stop.starts(with: rest) { return true }
      guard let first = rest.first, isASCIISpace(first) else { return rest.isEmpty }
      rest.removeFirst()
    }
  }

  /// The index at which the stop first begins, from `start`; nil for an empty stop.
  private static func firstIndex(of stop: [UInt8], in text: [UInt8], from start: Int) -> Int? {
    guard !stop.isEmpty, text.count - start >= stop.count else { return nil }
    return (start...(text.count - stop.count)).first { text[$0..<($0 + stop.count)] == stop[...] }
  }

  private static func trimmed(_ bytes: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    var bytes = bytes
    while let first = bytes.first, isASCIISpace(first) { bytes.removeFirst() }
    while let last = bytes.last, isASCIISpace(last) { bytes.removeLast() }
    return bytes
  }
}

/// Space, tab, line feed, vertical tab, form feed, carriage return.
func isASCIISpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
