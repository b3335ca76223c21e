/// The threads of a program that looks no further than one character to either side, all gone forward at once.
///
/// They are kept in the order of preference, as a backtracking engine would try them, before the next character is known: that
/// character, or the edge of the text, settles the questions to neighbours, whether a match ends before it, and which threads go
/// on. Threads after one that has matched are dropped.
struct PatternThreads {
  struct State: Hashable {
    /// Steps; none where nothing can match any more.
    let threads: [Int32]
    /// The class of the character before, as far as it matters.
    let kind: Int
  }

  private let program: PatternProgram
  /// How many steps were looked at.
  private(set) var visits = 0
  /// For each class one that answers the questions to the neighbour before in the same way.
  private let kinds: [Int]
  private var seen: [Int]
  private var round = 0

  init(_ program: PatternProgram) {
    self.program = program
    seen = [Int](repeating: 0, count: program.steps.count)
    let asked = program.steps.compactMap { step in
      if case .neighbour(let set, isAhead: false, _) = step { set } else { nil }
    }
    let sets = Set(asked).sorted()
    var answers: [[Bool]: Int] = [:]
    kinds = (0...program.classes.count).map { number in
      let answer = sets.map { program.members[$0][number] }
      if let known = answers[answer] { return known }
      answers[answer] = number
      return number
    }
  }

  /// The end of the match that begins at `start`.
  mutating func matchEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
    var state = self.start(after: program.classes.read(text, before: start))
    var place = start
    var end: Int?
    while true {
      let here = program.classes.read(text, at: place)
      let (next, isMatch) = step(state, here.number)
      if isMatch { end = place }
      if next.threads.isEmpty || here.number == program.classes.edge { return end }
      (state, place) = (next, here.end)
    }
  }

  /// Before a match, after a character of this class.
  func start(after previous: Int) -> State { state([Int32(program.start)], after: previous) }

  private func state(_ threads: [Int32], after previous: Int) -> State {
    State(threads: threads, kind: threads.isEmpty ? 0 : kinds[previous])
  }

  /// - Parameter symbol: the class of the next character, or the edge.
  /// - Returns: the state after it, and whether a match ends before it.
  mutating func step(_ state: State, _ symbol: Int) -> (next: State, isMatch: Bool) {
    round += 1
    var going: [Int32] = []
    var found: Set<Int32> = []
    var isMatch = false
    var stack = Array(state.threads.reversed())
    while !isMatch, let top = stack.popLast() {
      let step = Int(top)
      visits += 1
      guard seen[step] != round else { continue }
      seen[step] = round
      switch program.steps[step] {
      case .accept: isMatch = true
      case .character(let set, let next):
        if program.members[set][symbol], found.insert(Int32(next)).inserted { going.append(Int32(next)) }
      case .split(let first, let second, _):
        stack.append(Int32(second))
        stack.append(Int32(first))
      case .neighbour(let set, let isAhead, let next):
        if program.members[set][isAhead ? symbol : state.kind] { stack.append(Int32(next)) }
      case .lookahead, .lookbehind, .atomic: break
      }
    }
    return (self.state(going, after: symbol), isMatch)
  }
}
