/// A table of states for a program that looks no further than one character to either side.
///
/// The states are those that the program's threads come to (`PatternThreads`).
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
    var threads = PatternThreads(program)
    var states = States()
    _ = states.number(of: PatternThreads.State(threads: [], kind: 0))
    var starts: [Int32] = []
    for previous in 0..<width { starts.append(states.number(of: threads.start(after: previous))) }
    var transitions: [Int32] = []
    var state = 0
    while state < states.all.count {
      guard state < Self.mostStates, transitions.count + width <= Self.mostTransitions,
        threads.visits < Self.mostVisits
      else { return nil }
      for symbol in 0..<width {
        let (next, isMatch) = threads.step(states.all[state], symbol)
        transitions.append(states.number(of: next) << 1 | (isMatch ? 1 : 0))
      }
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

  private struct States {
    var all: [PatternThreads.State] = []
    private var numbers: [PatternThreads.State: Int32] = [:]

    mutating func number(of state: PatternThreads.State) -> Int32 {
      if let number = numbers[state] { return number }
      numbers[state] = Int32(all.count)
      all.append(state)
      return Int32(all.count - 1)
    }
  }
}
