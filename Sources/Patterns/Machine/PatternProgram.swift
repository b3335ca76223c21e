/// An expression as steps, each naming those that may follow it.
struct PatternProgram: Sendable {
  enum Step: Sendable {
    case accept
    case character(set: Int, next: Int)
    /// `first` is preferred.
    case split(first: Int, second: Int, Outcome)
    case neighbour(set: Int, isAhead: Bool, next: Int)
    case lookahead(body: Int, isNegated: Bool, next: Int)
    case lookbehind(body: Int, characters: Int, isNegated: Bool, next: Int)
    case atomic(body: Int, next: Int)
  }

  /// What of a split's outcome may be asked again: of the whole expression only that there was none, of a group that looks
  /// around whether there is a match, of one that gives nothing back also where it ends. The number counts its kind.
  enum Outcome: Sendable {
    case failure(Int)
    case match(Int)
    case end(Int)
  }

  private(set) var steps: [Step] = [.accept]
  private(set) var start = 0
  private(set) var classes: ScalarClasses
  /// For each set, whether a class is in it; the edge counts for neighbours.
  private(set) var members: [[Bool]] = []
  /// What a table of states cannot express: looking further than one character, groups that give nothing back.
  private(set) var needsSearch = false
  /// The furthest that any step looks behind, in characters.
  private(set) var mostBehind = 0
  /// How many splits have each kind of outcome, `failure` and `match` together.
  private(set) var flags = 0
  private(set) var ends = 0

  private enum Group { case whole, look, atomic }
  private var group = Group.whole

  private struct SetKey: Hashable {
    let set: ScalarSet
    let hasEdge: Bool
  }

  private var sets: [SetKey: Int] = [:]
  private let anyWay: Bool

  static let mostSteps = 20_000
  /// Of an expression that needs a search, which keeps a record of each split at each place.
  private static let mostFlags = 256
  private static let mostEnds = 32
  private static let accept = 0

  /// - Parameter anyWay: whether only matters that there is a match, and not which. `PatternThreads` finds out.
  init(_ node: PatternNode, anyWay: Bool = false) throws(PatternFault) {
    self.anyWay = anyWay
    classes = ScalarClasses.partition([]).0
    start = try add(node, before: Self.accept)
    guard !needsSearch || (flags <= Self.mostFlags && ends <= Self.mostEnds) else {
      throw PatternFault(problem: "has too many choices for one that looks around or gives nothing back")
    }
    let ordered = sets.sorted { $0.value < $1.value }.map(\.key)
    (classes, members) = ScalarClasses.partition(ordered.map(\.set))
    for (index, key) in ordered.enumerated() { members[index][classes.edge] = key.hasEdge }
    sets = [:]
  }

  private mutating func append(_ step: Step) throws(PatternFault) -> Int {
    guard steps.count < Self.mostSteps else { throw PatternFault(problem: "has more than \(Self.mostSteps) steps") }
    steps.append(step)
    return steps.count - 1
  }

  private mutating func index(_ set: ScalarSet, hasEdge: Bool = false) -> Int {
    let key = SetKey(set: set, hasEdge: hasEdge)
    if let index = sets[key] { return index }
    sets[key] = sets.count
    return sets.count - 1
  }

  /// Adds the steps of a node, from the last to the first.
  ///
  /// - Parameter next: the step after them.
  /// - Returns: the first of them.
  private mutating func add(_ node: PatternNode, before next: Int) throws(PatternFault) -> Int {
    switch node {
    case .character(let set):
      return try append(.character(set: index(set), next: next))
    case .sequence(let nodes):
      var first = next
      for node in nodes.reversed() { first = try add(node, before: first) }
      return first
    case .alternation(let nodes):
      guard let last = nodes.last else { return next }
      var first = try add(last, before: next)
      for node in nodes.dropLast().reversed() {
        first = try append(split(try add(node, before: next), first))
      }
      return first
    case .repetition(let node, let least, let most, let preference):
      return try repetition(node, least, most, isGreedy: preference != .lazy, before: next)
    case .neighbour(let set, let isAhead, let orEdge):
      if !isAhead { mostBehind = max(mostBehind, 1) }
      return try append(.neighbour(set: index(set, hasEdge: orEdge), isAhead: isAhead, next: next))
    case .atomic(let node):
      return try append(.atomic(body: try addApart(node, .atomic), next: next))
    case .lookahead(let node, let isNegated):
      return try append(.lookahead(body: try addApart(node, .look), isNegated: isNegated, next: next))
    case .lookbehind(let node, let characters, let isNegated):
      mostBehind = max(mostBehind, characters)
      let body = try addApart(node, .look)
      return try append(.lookbehind(body: body, characters: characters, isNegated: isNegated, next: next))
    }
  }

  /// Adds the steps of a group that is matched for itself.
  private mutating func addApart(_ node: PatternNode, _ kind: Group) throws(PatternFault) -> Int {
    needsSearch = true
    let outer = group
    group = kind
    let first = try add(node, before: Self.accept)
    group = outer
    return first
  }

  private mutating func repetition(_ node: PatternNode, _ least: Int, _ most: Int?, isGreedy: Bool, before next: Int)
    throws(PatternFault) -> Int
  {
    var first = next
    var copies = least
    if let most {
      for _ in least..<max(least, most) {
        first = try append(split(try add(node, before: first), next, isGreedy))
      }
    } else if isGreedy, case .repetition(let inner, 0, let most, .greedy) = node, most ?? 1 == 1 {
      // `(?:a*)*` and `(?:a?)+` are `a*`.
      return try repetition(inner, 0, nil, isGreedy: true, before: next)
    } else {
      // Which way a round takes that matched nothing depends on how it began, which neither the table nor the search knows.
      guard anyWay || !node.isNullable else {
        throw PatternFault(problem: "repeats without end what may match nothing")
      }
      let loop = try append(.accept)
      let body = try add(node, before: loop)
      steps[loop] = split(body, next, isGreedy)
      // At least once: the loop comes after one time through its body.
      first = least > 0 ? body : loop
      copies = max(0, least - 1)
    }
    for _ in 0..<copies { first = try add(node, before: first) }
    return first
  }

  private mutating func split(_ body: Int, _ next: Int, _ isGreedy: Bool = true) -> Step {
    let (first, second) = isGreedy ? (body, next) : (next, body)
    switch group {
    case .whole, .look:
      flags += 1
      return .split(first: first, second: second, group == .look ? .match(flags - 1) : .failure(flags - 1))
    case .atomic:
      ends += 1
      return .split(first: first, second: second, .end(ends - 1))
    }
  }
}
