import Diagnostics

extension OnigurumaParser {
  /// `[…]`, after its bracket.
  mutating func characterClass(ignoresCase: Bool) throws(PatternFault) -> ScalarSet {
    var (set, isNegated) = try members(depth: 0)
    if ignoresCase {
      guard isNegated || !CaseFolding.hasSeveral(set) else { throw PatternFault(problem: Self.severalLetters) }
      set = CaseFolding.folded(set)
    }
    return isNegated ? set.complement : set
  }

  /// What stands between brackets, up to the closing one, and whether its complement is meant.
  private mutating func members(depth: Int) throws(PatternFault) -> (ScalarSet, isNegated: Bool) {
    guard depth <= 16 else { throw PatternFault(problem: "is nested too deep") }
    let isNegated = take("^")
    guard next != "]" else { throw PatternFault(problem: "has ']' first in a class; write '\\]'") }
    var parts: [ScalarSet] = [.none]
    while !take("]") {
      if take("&&") {
        parts.append(.none)
        continue
      }
      parts[parts.count - 1] = parts[parts.count - 1].union(try item(depth: depth))
    }
    let set = parts.dropFirst().reduce(parts[0]) { $0.intersection($1) }
    return (set, isNegated)
  }

  /// One character, range, class or property between brackets.
  private mutating func item(depth: Int) throws(PatternFault) -> ScalarSet {
    if take("[:") { return try bracket() }
    if take("[") {
      let (set, isNegated) = try members(depth: depth + 1)
      return isNegated ? set.complement : set
    }
    let first: UInt32
    if take("\\") {
      if let set = try classEscape(inClass: true) {
        guard next != "-" || character(at: position + 1) == "]" else {
          throw PatternFault(problem: "has a bad range in a class")
        }
        return set
      }
      first = try memberEscape()
    } else {
      first = try advance()
    }
    guard next == "-", let end = character(at: position + 1), end != "]" else { return ScalarSet([first]) }
    position += 1
    guard !take("["), !take("&&") else { throw PatternFault(problem: "has a bad range in a class") }
    var last = try advance()
    if last == 0x5C {
      if try classEscape(inClass: true) != nil { throw PatternFault(problem: "has a bad range in a class") }
      last = try memberEscape()
    }
    guard first <= last else { throw PatternFault(problem: "has a bad range in a class") }
    var set = ScalarSet(first...last)
    // After a range a hyphen is a character.
    if next == "-", character(at: position + 1) != "]" {
      position += 1
      set = set.union(ScalarSet([0x2D]))
    }
    return set
  }

  private mutating func memberEscape() throws(PatternFault) -> UInt32 {
    if take("b") { return 0x08 }
    if next == "R" || next == "X" { throw PatternFault(problem: "uses '\\R' or '\\X' in a class") }
    return try characterEscape()
  }

  /// `alpha:]` and the like, after `[:`.
  private mutating func bracket() throws(PatternFault) -> ScalarSet {
    let isNegated = take("^")
    var name = ""
    while let character = next, character.isASCII, character.isLetter {
      name.append(character)
      position += 1
    }
    guard take(":]"), let set = CharacterProperty.bracket(name) else {
      throw PatternFault(problem: "uses '[:\(name)', which is not supported")
    }
    return isNegated ? set.complement : set
  }
}
