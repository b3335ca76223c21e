/// A table of states for a program that looks no further than one character to either side.
///
/// A state is the program's threads in the order of preference, as a backtracking engine would try them, before the next
/// character is known: that character, or the edge of the text, settles the questions to neighbours, whether a match ends
/// before it, and which threads go on. Threads after one that has matched are dropped.
struct PatternAutomaton: Sendable {
  /// By state and class: twice the next state, and one where a match ends before this character.
  private let transitions: [Int32]
  /// The first state, by the class of the character before.
  private let starts: [Int32]
  private let looksBehind: Bool
  private let width: Int

  private static let dead: Int32 = 0
  private static let mostStates = 4_000
  private static let mostTransitions = 1_000_000
  private static let mostVisits = 4_000_000

  /// - Returns: nil where the program needs a search, or its table would be too large.
  init?(_ program: PatternProgram) {
    guard !program.needsSearch else { return nil }
    width = program.classes.count + 1
    var builder = Builder(program)
    var starts: [Int32] = []
    for previous in 0..<width { starts.append(builder.state([Int32(program.start)], after: previous)) }
    var transitions: [Int32] = []
    var state = 0
    while state < builder.kernels.count {
      guard state < Self.mostStates, transitions.count + width <= Self.mostTransitions,
        builder.visits < Self.mostVisits
      else { return nil }
      for symbol in 0..<width { transitions.append(builder.transition(from: state, symbol)) }
      state += 1
    }
    self.transitions = transitions
    self.starts = starts
    looksBehind = program.mostBehind > 0
  }

  /// The end of the match that begins at `start`.
  ///
  /// - Parameter reach: the furthest place that was read.
  func matchEnd(in text: UnsafeBufferPointer<UInt8>, from start: Int, _ classes: ScalarClasses, reach: inout Int)
    -> Int?
  {
    let previous = looksBehind ? classes.read(text, before: start) : classes.edge
    return transitions.withUnsafeBufferPointer { transitions in
      var state = Int(starts[previous])
      var place = start
      var end: Int?
      while true {
        let here = classes.read(text, at: place)
        let transition = transitions[state * width + here.number]
        if transition & 1 != 0 { end = place }
        state = Int(transition >> 1)
        if state == Int(Self.dead) || here.number == classes.edge { break }
        place = here.end
      }
      reach = place
      return end
    }
  }

  /// Finds the states.
  private struct Builder {
    struct Key: Hashable {
      let threads: [Int32]
      let kind: Int
    }

    let program: PatternProgram
    /// The threads of each state, and the class of the character before it, as far as it matters.
    var kernels: [Key] = []
    var visits = 0
    private var numbers: [Key: Int32] = [:]
    /// For each class a class that answers the questions to the neighbour before in the same way.
    private var kinds: [Int]
    private var seen: [Int]
    private var round = 0

    init(_ program: PatternProgram) {
      self.program = program
      seen = [Int](repeating: 0, count: program.steps.count)
      let asked = program.steps.compactMap { step in
        if case .neighbour(let set, isAhead: false, _) = step { set } else { nil }
      }
      var answers: [[Bool]: Int] = [:]
      kinds = (0...program.classes.count).map { number in
        let answer = Set(asked).sorted().map { program.members[$0][number] }
        if let known = answers[answer] { return known }
        answers[answer] = number
        return number
      }
      _ = state([], after: 0)
    }

    mutating func state(_ threads: [Int32], after previous: Int) -> Int32 {
      // What is dead is so after any character.
      let key = Key(threads: threads, kind: threads.isEmpty ? 0 : kinds[previous])
      if let number = numbers[key] { return number }
      let number = Int32(kernels.count)
      kernels.append(key)
      numbers[key] = number
      return number
    }

    mutating func transition(from state: Int, _ symbol: Int) -> Int32 {
      let kernel = kernels[state]
      round += 1
      var going: [Int32] = []
      var isMatch = false
      var stack = Array(kernel.threads.reversed())
      while !isMatch, let top = stack.popLast() {
        let step = Int(top)
        visits += 1
        guard seen[step] != round else { continue }
        seen[step] = round
        switch program.steps[step] {
        case .accept: isMatch = true
        case .character(let set, let next):
          if program.members[set][symbol] { going.append(Int32(next)) }
        case .split(let first, let second):
          stack.append(Int32(second))
          stack.append(Int32(first))
        case .neighbour(let set, let isAhead, let next):
          if program.members[set][isAhead ? symbol : kernel.kind] { stack.append(Int32(next)) }
        case .lookahead, .lookbehind, .atomic: break
        }
      }
      return self.state(unique(going), after: symbol) << 1 | (isMatch ? 1 : 0)
    }

    private func unique(_ threads: [Int32]) -> [Int32] {
      var found: Set<Int32> = []
      return threads.filter { found.insert($0).inserted }
    }
  }
}
