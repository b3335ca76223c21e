import Diagnostics

/// A pattern uses something that is not supported, or is not a pattern.
package struct ModulePatternFault: Error {
  /// As it continues "the pattern …".
  package let problem: ShownText
}

/// Reads a `ModulePattern` by recursive descent.
struct ModulePatternParser {
  typealias Node = ModulePattern.Node
  typealias ByteSet = ModulePattern.ByteSet

  static let digitBytes = Set(UInt8(ascii: "0")...UInt8(ascii: "9"))
  static let wordBytes = digitBytes.union(UInt8(ascii: "a")...UInt8(ascii: "z"))
    .union(UInt8(ascii: "A")...UInt8(ascii: "Z")).union([UInt8(ascii: "_")])
  private static let spaceBytes: Set<UInt8> = [0x20, 0x09, 0x0a, 0x0b, 0x0c, 0x0d]
  private static let longest = 4096
  private static let deepest = 32
  private static let mostRepeats = 1000

  private let text: [UInt8]
  private var position = 0

  static func parse(_ pattern: String) throws -> Node {
    let text = Array(pattern.utf8)
    guard text.count <= longest else { throw ModulePatternFault(problem: "is longer than \(longest) bytes") }
    guard text.allSatisfy({ $0 < 0x80 }) else { throw ModulePatternFault(problem: "is not ASCII") }
    var parser = ModulePatternParser(text: text)
    let node = try parser.alternation(depth: 0)
    guard parser.position == text.count else { throw ModulePatternFault(problem: "has an unmatched ')'") }
    return node
  }

  private init(text: [UInt8]) { self.text = text }

  private var next: Character? { position < text.count ? Character(Unicode.Scalar(text[position])) : nil }

  private mutating func take(_ character: Character) -> Bool {
    guard next == character else { return false }
    position += 1
    return true
  }

  private mutating func advance() throws -> UInt8 {
    guard position < text.count else { throw ModulePatternFault(problem: "ends too early") }
    position += 1
    return text[position - 1]
  }

  private mutating func alternation(depth: Int) throws -> Node {
    guard depth <= Self.deepest else { throw ModulePatternFault(problem: "is nested too deep") }
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

  private mutating func atom(depth: Int) throws -> Node {
    let byte = try advance()
    switch Character(Unicode.Scalar(byte)) {
    case ".": return .byte(ByteSet(members: [UInt8(ascii: "\n")], isNegated: true))
    case "^": return .start
    case "$": return .end
    case "(":
      if take("?"), !take(":") { throw ModulePatternFault(problem: "uses '(?', of which only '(?:' is supported") }
      let inner = try alternation(depth: depth + 1)
      guard take(")") else { throw ModulePatternFault(problem: "has an unmatched '('") }
      return inner
    case "[": return .byte(try characterClass())
    case "\\":
      if take("b") { return .wordBoundary }
      return .byte(try escape())
    case "*", "+", "?", "{": throw ModulePatternFault(problem: "repeats nothing")
    default: return .byte(ByteSet(members: [byte]))
    }
  }

  private mutating func escape() throws -> ByteSet {
    let byte = try advance()
    switch Character(Unicode.Scalar(byte)) {
    case "d": return ByteSet(members: Self.digitBytes)
    case "D": return ByteSet(members: Self.digitBytes, isNegated: true)
    case "w": return ByteSet(members: Self.wordBytes)
    case "W": return ByteSet(members: Self.wordBytes, isNegated: true)
    case "s": return ByteSet(members: Self.spaceBytes)
    default:
      guard !Self.wordBytes.contains(byte) || byte == UInt8(ascii: "_") else {
        throw ModulePatternFault(problem: "uses '\\\(Character(Unicode.Scalar(byte)))', which is not supported")
      }
      return ByteSet(members: [byte])
    }
  }

  private mutating func characterClass() throws -> ByteSet {
    let isNegated = take("^")
    var members: Set<UInt8> = []
    // A ']' that comes first is a member.
    var isFirst = true
    while isFirst || next != "]" {
      isFirst = false
      let byte = try advance()
      guard byte != UInt8(ascii: "\\") else {
        let set = try escape()
        guard !set.isNegated else { throw ModulePatternFault(problem: "uses a negated class inside '[]'") }
        members.formUnion(set.members)
        continue
      }
      guard next == "-", position + 1 < text.count, text[position + 1] != UInt8(ascii: "]") else {
        members.insert(byte)
        continue
      }
      position += 1
      let last = try advance()
      guard last >= byte, last != UInt8(ascii: "\\") else { throw ModulePatternFault(problem: "has a bad range") }
      members.formUnion(byte...last)
    }
    position += 1
    return ByteSet(members: members, isNegated: isNegated)
  }

  private mutating func quantified(_ node: Node) throws -> Node {
    let range: (least: Int, most: Int)
    if take("*") {
      range = (0, .max)
    } else if take("+") {
      range = (1, .max)
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
      throw ModulePatternFault(problem: "uses '\(character)' after a repetition, which is not supported")
    }
    return .repetition(node, least: range.least, most: range.most)
  }

  private mutating func bounds() throws -> (least: Int, most: Int) {
    let least = number()
    var most = least
    if take(",") { most = number() ?? .max }
    guard take("}"), let least, let most, least <= most, least <= Self.mostRepeats else {
      throw ModulePatternFault(problem: "has a bad repetition '{…}'")
    }
    return (least, most)
  }

  private mutating func number() -> Int? {
    let start = position
    while position < text.count, Self.digitBytes.contains(text[position]) { position += 1 }
    return Int(String(decoding: text[start..<position], as: UTF8.self))
  }
}
