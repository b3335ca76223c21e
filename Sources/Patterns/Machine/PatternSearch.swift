/// Backtracking that never tries the same step at the same place of a text twice: what came of it is kept, so that time and
/// room grow with the text's length times the number of choices, whatever the expression.
///
/// What follows a step at a place does not depend on how it was reached, as no step refers to what others matched; so the
/// record holds for every match that is looked for in the same text.
struct PatternSearch {
  private let program: PatternProgram
  private let text: UnsafeBufferPointer<UInt8>
  private var record: SearchRecord
  private var frames: [Frame] = []

  /// A split on the way from the beginning of a match, or of a group, to here.
  private struct Frame {
    let step: Int32
    let place: Int32
    var isSecond: Bool
  }

  init(_ program: PatternProgram, _ text: UnsafeBufferPointer<UInt8>) {
    self.program = program
    self.text = text
    record = SearchRecord(places: text.count + 1, flags: program.flags, ends: program.ends)
  }

  /// The end of the match that begins at `start`.
  mutating func matchEnd(from start: Int) -> Int? { end(from: program.start, at: start) }

  /// Forgets what is known of places that no match from `place` on comes to.
  mutating func forget(before place: Int) {
    // A character has at most four bytes.
    record.forget(before: place - 4 * program.mostBehind)
  }

  private mutating func end(from first: Int, at start: Int) -> Int? {
    let base = frames.count
    var step = first
    var place = start
    while true {
      var fails = false
      switch program.steps[step] {
      case .accept:
        succeed(place, downTo: base)
        return place
      case .character(let set, let next):
        let here = program.classes.read(text, at: place)
        fails = !program.members[set][here.number]
        (step, place) = (next, here.end)
      case .neighbour(let set, let isAhead, let next):
        let number =
          isAhead ? program.classes.read(text, at: place).number : program.classes.read(text, before: place)
        fails = !program.members[set][number]
        step = next
      case .split(let first, _, let outcome):
        switch record[outcome, place] {
        case .nothing:
          record[outcome, place] = .failure
          frames.append(
            Frame(step: Int32(step), place: Int32(truncatingIfNeeded: place), isSecond: false))
          step = first
        case .failure: fails = true
        case .match(let end):
          succeed(end, downTo: base)
          return end
        }
      case .lookahead(let body, let isNegated, let next):
        fails = (end(from: body, at: place) == nil) != isNegated
        step = next
      case .lookbehind(let body, let characters, let isNegated, let next):
        fails = !isBehind(body, characters, place) != isNegated
        step = next
      case .atomic(let body, let next):
        if let end = end(from: body, at: place) { (step, place) = (next, end) } else { fails = true }
      }
      if fails {
        guard let untried = untried(downTo: base) else { return nil }
        (step, place) = untried
      }
    }
  }

  private mutating func isBehind(_ body: Int, _ characters: Int, _ place: Int) -> Bool {
    var start = place
    for _ in 0..<characters {
      guard let before = ScalarClasses.before(start, in: text) else { return false }
      start = before
    }
    return end(from: body, at: start) != nil
  }

  private mutating func succeed(_ end: Int, downTo base: Int) {
    while frames.count > base, let frame = frames.popLast() {
      guard case .split(_, _, let outcome) = program.steps[Int(frame.step)] else { continue }
      record[outcome, Int(frame.place)] = .match(end: end)
    }
  }

  /// The next way that has not been tried. What was tried both ways stays recorded as a failure.
  private mutating func untried(downTo base: Int) -> (step: Int, place: Int)? {
    while frames.count > base, var frame = frames.popLast() {
      guard !frame.isSecond, case .split(_, let second, _) = program.steps[Int(frame.step)] else { continue }
      frame.isSecond = true
      frames.append(frame)
      return (second, Int(frame.place))
    }
    return nil
  }
}
