/// Backtracking that never tries the same step at the same place of a text twice: what came of it is kept, so that time and
/// room grow with the text's length times the number of steps, whatever the expression.
///
/// What follows a step at a place does not depend on how it was reached, as no step refers to what others matched; so the
/// record holds for every match that is looked for in the same text.
struct PatternSearch {
  private let program: PatternProgram
  private let text: UnsafeBufferPointer<UInt8>
  /// The number of each split among the splits; they are what is recorded.
  private let columns: [Int]
  private let width: Int
  /// By block of places, place and split: 0 nothing yet, `isTried`, or one more than the end, where 1 stands for no match.
  private var blocks: [[Int32]]
  private var frames: [Frame] = []
  /// How many blocks from the first on are not needed any more.
  private var forgotten = 0

  private struct Frame {
    let step: Int32
    let place: Int32
    var isSecond: Bool
  }

  private static let blockLength = 512
  private static let isTried: Int32 = -1
  private static let noMatch: Int32 = 1

  init(_ program: PatternProgram, _ text: UnsafeBufferPointer<UInt8>) {
    self.program = program
    self.text = text
    var columns = [Int](repeating: 0, count: program.steps.count)
    var width = 0
    for (index, step) in program.steps.enumerated() {
      guard case .split = step else { continue }
      columns[index] = width
      width += 1
    }
    self.columns = columns
    self.width = width
    blocks = [[Int32]](repeating: [], count: text.count / Self.blockLength + 1)
  }

  /// The end of the match that begins at `start`.
  mutating func matchEnd(from start: Int) -> Int? { end(from: program.start, at: start) }

  /// Forgets what is known of places that no match from `place` on comes to.
  mutating func forget(before place: Int) {
    // A character has at most four bytes.
    while forgotten < (place - 4 * program.mostBehind) / Self.blockLength {
      blocks[forgotten] = []
      forgotten += 1
    }
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
      case .split(let first, _):
        switch record(step, place) {
        case 0:
          set(step, place, Self.isTried)
          frames.append(Frame(step: Int32(step), place: Int32(truncatingIfNeeded: place), isSecond: false))
          step = first
        case Self.isTried, Self.noMatch: fails = true
        case let known:
          let end = Int(known) - 2
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
        guard let untried = fail(downTo: base) else { return nil }
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
      set(Int(frame.step), Int(frame.place), Int32(truncatingIfNeeded: end + 2))
    }
  }

  /// The next way that has not been tried.
  private mutating func fail(downTo base: Int) -> (step: Int, place: Int)? {
    while frames.count > base, var frame = frames.popLast() {
      let (step, place) = (Int(frame.step), Int(frame.place))
      if !frame.isSecond, case .split(_, let second) = program.steps[step] {
        frame.isSecond = true
        frames.append(frame)
        return (second, place)
      }
      set(step, place, Self.noMatch)
    }
    return nil
  }

  private func record(_ step: Int, _ place: Int) -> Int32 {
    let block = blocks[place / Self.blockLength]
    return block.isEmpty ? 0 : block[place % Self.blockLength * width + columns[step]]
  }

  private mutating func set(_ step: Int, _ place: Int, _ value: Int32) {
    let block = place / Self.blockLength
    if blocks[block].isEmpty { blocks[block] = [Int32](repeating: 0, count: Self.blockLength * width) }
    blocks[block][place % Self.blockLength * width + columns[step]] = value
  }
}
