import Diagnostics
import Patterns

/// Reads a `ModulePattern` by recursive descent.
struct ModulePatternParser {
  typealias Node = PatternNode

  static let anyCharacter = Node.character(ScalarSet([0x0A]).complement)
  // Module paths are ASCII, and of its characters these are the classes.
  private static let digits = ScalarSet(0x30...0x39)
  private static let word = digits.union(ScalarSet(0x41...0x5A)).union(ScalarSet(0x61...0x7A)).union(ScalarSet([0x5F]))
  private static let spaces = ScalarSet(0x09...0x0D).union(ScalarSet([0x20]))
  private static let longest = 4096
  private static let deepest = 32
  private static let mostRepeats = 1000

  private let text: [UInt8]
  private var position = 0

  static func parse(_ pattern: String) throws(PatternFault) -> Node {
    let text = Array(pattern.utf8)
    guard text.count <= longest else { throw PatternFault(problem: "is longer than \(longest) bytes") }
    guard text.allSatisfy({ $0 < 0x80 }) else { throw PatternFault(problem: "is not ASCII") }
    var parser = ModulePatternParser(text: text)
    let node = try parser.alternation(depth: 0)
    guard parser.position == text.count else { throw PatternFault(problem: "has an unmatched ')'") }
    return node
  }

  private init(text: [UInt8]) { self.text = text }

  private var next: Character? { position < text.count ? Character(Unicode.Scalar(text[position])) : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    position += 1
    return true
  }

  private mutating func advance() throws(PatternFault) -> UInt8 {
    guard position < text.count else { throw PatternFault(problem: "ends too early") }
    position += 1
    return text[position - 1]
  }

  private mutating func alternation(depth: Int) throws(PatternFault) -> Node {
    guard depth <= Self.deepest else { throw PatternFault(problem: "is nested too deep") }
    var branches: [Node] = []
    repeat {
      var nodes: [Node] = []
      while let character = next, character != "|", character != ")" {
        nodes.append(try quantified(try atom(depth: depth)))
      }
      branches.append(.sequence(nodes))
    } while take("|")
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func atom(depth: Int) throws(PatternFault) -> Node {
    let byte = try advance()
    switch Character(Unicode.Scalar(byte)) {
    case ".": return Self.anyCharacter
    case "^": return .neighbour(.none, isAhead: false, orEdge: true)
    case "$": return .neighbour(.none, isAhead: true, orEdge: true)
    case "(":
      if take("?"), !take(":") { throw PatternFault(problem: "uses '(?', of which only '(?:' is supported") }
      let inner = try alternation(depth: depth + 1)
      guard take(")") else { throw PatternFault(problem: "has an unmatched '('") }
      return inner
    case "[": return .character(try characterClass())
    case "\\":
      if take("b") { return .wordBoundary(Self.word, isNegated: false) }
      return .character(try escape().set)
    case "*", "+", "?", "{": throw PatternFault(problem: "repeats nothing")
    default: return .character(ScalarSet([UInt32(byte)]))
    }
  }

  private mutating func escape() throws(PatternFault) -> (set: ScalarSet, isNegated: Bool) {
    let byte = try advance()
    switch Character(Unicode.Scalar(byte)) {
    case "d": return (Self.digits, false)
    case "D": return (Self.digits.complement, true)
    case "w": return (Self.word, false)
    case "W": return (Self.word.complement, true)
    case "s": return (Self.spaces, false)
    default:
      guard !Self.word.contains(UInt32(byte)) || byte == UInt8(ascii: "_") else {
        throw PatternFault(problem: "uses '\\\(Character(Unicode.Scalar(byte)))', which is not supported")
      }
      return (ScalarSet([UInt32(byte)]), false)
    }
  }

  private mutating func characterClass() throws(PatternFault) -> ScalarSet {
    let isNegated = take("^")
    var members = ScalarSet.none
    // A ']' that comes first is a member.
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      let byte = try advance()
      guard byte != UInt8(ascii: "\\") else {
        let (set, isNegated) = try escape()
        guard !isNegated else { throw PatternFault(problem: "uses a negated class inside '[]'") }
        members = members.union(set)
        continue
      }
      guard next == "-", position + 1 < text.count, text[position + 1] != UInt8(ascii: "]") else {
        members = members.union(ScalarSet([UInt32(byte)]))
        continue
      }
      position += 1
      let last = try advance()
      guard last >= byte, last != UInt8(ascii: "\\") else { throw PatternFault(problem: "has a bad range") }
      members = members.union(ScalarSet(UInt32(byte)...UInt32(last)))
    }
    position += 1
    return isNegated ? members.complement : members
  }

  private mutating func quantified(_ node: Node) throws(PatternFault) -> Node {
    let range: (least: Int, most: Int?)
    if take("*") {
      range = (0, nil)
    } else if take("+") {
      range = (1, nil)
    } else if take("?") {
      range = (0, 1)
    } else if take("{") {
      range = try bounds()
    } else {
      return node
    }
    // A lazy repetition accepts the same strings.
    _ = take("?")
    if let character = next, "*+?{".contains(character) {
      throw PatternFault(problem: "uses '\(character)' after a repetition, which is not supported")
    }
    return .repetition(node, least: range.least, most: range.most, .greedy)
  }

  private mutating func bounds() throws(PatternFault) -> (least: Int, most: Int?) {
    let least = number()
    var most = least
    var isOpen = false
    if take(",") {
      most = number()
      isOpen = most == nil
    }
    guard take("}"), let least, isOpen || most != nil, least <= most ?? .max, max(least, most ?? 0) <= Self.mostRepeats
    else { throw PatternFault(problem: "has a bad repetition '{…}'") }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = position
    while position < text.count, Self.digits.contains(UInt32(text[position])) { position += 1 }
    return Int(String(decoding: text[start..<position], as: UTF8.self))
  }
}
