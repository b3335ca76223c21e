/// A regular expression, read.
package indirect enum PatternNode: Sendable {
  package enum Preference: Sendable { case greedy, lazy, possessive }

  /// One character.
  case character(ScalarSet)
  case sequence([PatternNode])
  /// The first that leads to a match is taken.
  case alternation([PatternNode])
  /// - Parameter most: nil for any number.
  case repetition(PatternNode, least: Int, most: Int?, Preference)
  /// Its first match and no other.
  case atomic(PatternNode)
  /// The character after this place, or before it, is one of these; there being none counts where `orEdge` is set.
  case neighbour(ScalarSet, isAhead: Bool, orEdge: Bool)
  /// What follows matches, or does not.
  case lookahead(PatternNode, isNegated: Bool)
  /// What is before matches, or does not; it has one fixed number of characters.
  case lookbehind(PatternNode, characters: Int, isNegated: Bool)

  package static let empty = PatternNode.sequence([])

  /// The set, where this is just one character.
  package var singleSet: ScalarSet? {
    switch self {
    case .character(let set): return set
    case .sequence(let nodes): return nodes.count == 1 ? nodes[0].singleSet : nil
    case .atomic(let node): return node.singleSet
    case .alternation(let nodes):
      var union = ScalarSet.none
      for node in nodes {
        guard let set = node.singleSet else { return nil }
        union = union.union(set)
      }
      return union
    default: return nil
    }
  }

  /// How many characters it matches, where that is one number.
  package var fixedCharacters: Int? {
    switch self {
    case .character: return 1
    case .sequence(let nodes):
      var sum = 0
      for node in nodes {
        guard let count = node.fixedCharacters else { return nil }
        sum += count
      }
      return sum
    case .alternation(let nodes):
      guard let first = nodes.first?.fixedCharacters else { return nil }
      return nodes.allSatisfy { $0.fixedCharacters == first } ? first : nil
    case .repetition(let node, let least, let most, _):
      guard least == most, let count = node.fixedCharacters else { return nil }
      let (product, overflows) = count.multipliedReportingOverflow(by: least)
      return overflows ? nil : product
    case .atomic(let node): return node.fixedCharacters
    case .neighbour, .lookahead, .lookbehind: return 0
    }
  }

  /// Whether it can match nothing at all.
  package var isNullable: Bool {
    switch self {
    case .character: false
    case .sequence(let nodes): nodes.allSatisfy(\.isNullable)
    case .alternation(let nodes): nodes.contains(where: \.isNullable)
    case .repetition(let node, let least, _, _): least == 0 || node.isNullable
    case .atomic(let node): node.isNullable
    case .neighbour, .lookahead, .lookbehind: true
    }
  }

  /// Whether there is at most one way to match it at a place.
  package var isFixed: Bool {
    switch self {
    case .character, .neighbour, .lookahead, .lookbehind, .atomic: true
    case .sequence(let nodes): nodes.allSatisfy(\.isFixed)
    case .alternation: singleSet != nil
    case .repetition(let node, let least, let most, _): least == most && node.isFixed
    }
  }
}

extension PatternNode {
  /// `(?=…)`, `(?!…)`: of one character it is a question to the neighbour.
  package static func looking(aheadAt node: PatternNode, isNegated: Bool) -> PatternNode {
    guard let set = node.singleSet else { return .lookahead(node, isNegated: isNegated) }
    return .neighbour(isNegated ? set.complement : set, isAhead: true, orEdge: isNegated)
  }

  /// `(?<=…)`, `(?<!…)`, whose branches each have a fixed number of characters.
  ///
  /// - Returns: nil where one has not.
  package static func looking(behindAt node: PatternNode, isNegated: Bool) -> PatternNode? {
    if let set = node.singleSet {
      return .neighbour(isNegated ? set.complement : set, isAhead: false, orEdge: isNegated)
    }
    var branches = [node]
    if case .alternation(let nodes) = node { branches = nodes }
    var looks: [PatternNode] = []
    for branch in branches {
      guard let count = branch.fixedCharacters else { return nil }
      looks.append(.lookbehind(branch, characters: count, isNegated: isNegated))
    }
    return isNegated ? .sequence(looks) : .alternation(looks)
  }

  /// `(?>…)`.
  package static func unchanging(_ node: PatternNode) -> PatternNode { node.isFixed ? node : .atomic(node) }

  /// A repetition that gives nothing back. Of one character it is a greedy one that no further such character follows.
  package static func possessive(_ node: PatternNode, least: Int, most: Int?) -> PatternNode {
    let greedy = PatternNode.repetition(node, least: least, most: most, .greedy)
    guard let set = node.singleSet else { return unchanging(greedy) }
    let ended = PatternNode.neighbour(set.complement, isAhead: true, orEdge: true)
    guard let most else { return .sequence([greedy, ended]) }
    guard least < most else { return greedy }
    let full = PatternNode.repetition(node, least: most, most: most, .greedy)
    let short = PatternNode.repetition(node, least: least, most: most - 1, .greedy)
    return .alternation([full, .sequence([short, ended])])
  }

  /// `\b`, and `\B` where it is negated.
  ///
  /// - Parameter word: the characters of words.
  package static func wordBoundary(_ word: ScalarSet, isNegated: Bool) -> PatternNode {
    func sides(_ isWordBefore: Bool, _ isWordAfter: Bool) -> PatternNode {
      .sequence([
        .neighbour(isWordBefore ? word : word.complement, isAhead: false, orEdge: !isWordBefore),
        .neighbour(isWordAfter ? word : word.complement, isAhead: true, orEdge: !isWordAfter),
      ])
    }
    return .alternation([sides(false, !isNegated), sides(true, isNegated)])
  }
}
