import Diagnostics

extension OnigurumaParser {
  /// What follows a backslash outside of brackets.
  mutating func escape(_ options: Options) throws(PatternFault) -> Node {
    let newline = ScalarSet([0x0A])
    switch next {
    case "A": position += 1; return .neighbour(.none, isAhead: false, orEdge: true)
    case "z": position += 1; return .neighbour(.none, isAhead: true, orEdge: true)
    case "Z":
      position += 1
      let end = Node.neighbour(.none, isAhead: true, orEdge: true)
      return .alternation([end, .lookahead(.sequence([.character(newline), end]), isNegated: false)])
    case "b": position += 1; return .wordBoundary(CharacterProperty.word, isNegated: false)
    case "B": position += 1; return .wordBoundary(CharacterProperty.word, isNegated: true)
    case "R":
      position += 1
      let carriageReturn = ScalarSet([0x0D])
      let alone = Node.sequence([
        .character(carriageReturn), .neighbour(newline.complement, isAhead: true, orEdge: true),
      ])
      let others = ScalarSet(0x0A...0x0C).union(ScalarSet([0x85, 0x2028, 0x2029]))
      return .alternation([.sequence([.character(carriageReturn), .character(newline)]), alone, .character(others)])
    default:
      if let set = try classEscape(inClass: false) { return .character(set) }
      return try literal(try characterEscape(), options)
    }
  }

  /// `d D w W s S h H p{…} P{…}`, after the backslash; nil, and nothing taken, for something else.
  mutating func classEscape(inClass: Bool) throws(PatternFault) -> ScalarSet? {
    let word = inClass ? CharacterProperty.wordInClass : CharacterProperty.word
    let set: ScalarSet
    switch next {
    case "d": set = CharacterProperty.digit
    case "D": set = CharacterProperty.digit.complement
    case "w": set = word
    case "W": set = word.complement
    case "s": set = CharacterProperty.space
    case "S": set = CharacterProperty.space.complement
    case "h": set = CharacterProperty.hexadecimalDigit
    case "H": set = CharacterProperty.hexadecimalDigit.complement
    case "p", "P": return try property(isNegated: next == "P", inClass: inClass)
    default: return nil
    }
    position += 1
    return set
  }

  private mutating func property(isNegated: Bool, inClass: Bool) throws(PatternFault) -> ScalarSet {
    position += 1
    var name = ""
    var isNegated = isNegated
    // Without a brace it is the letter p.
    guard take("{") else { throw PatternFault(problem: "uses '\\p' without '{', which is not supported") }
    if take("^") { isNegated.toggle() }
    while let character = next, character != "}" {
      name.append(character)
      position += 1
    }
    guard take("}") else { throw PatternFault(problem: "ends too early") }
    guard let set = CharacterProperty.named(name, inClass: inClass) else {
      throw PatternFault(problem: "names the character property '\(name)', which is not supported")
    }
    return isNegated ? set.complement : set
  }

  /// The one character that an escape stands for.
  mutating func characterEscape() throws(PatternFault) -> UInt32 {
    let scalar = try advance()
    switch Unicode.Scalar(scalar).map(Character.init) {
    case "t": return 0x09
    case "n": return 0x0A
    case "v": return 0x0B
    case "f": return 0x0C
    case "r": return 0x0D
    case "a": return 0x07
    case "e": return 0x1B
    case "0": return try code(digits: 0...2, radix: 8)
    case "u": return try code(digits: 4...4, radix: 16)
    case "x":
      guard take("{") else { return try code(digits: 1...2, radix: 16) }
      let value = try code(digits: 1...8, radix: 16)
      guard take("}") else { throw PatternFault(problem: "has a bad character number") }
      return value
    case let character?:
      guard character.isASCII, character.isLetter || character.isNumber else { return scalar }
      let what: ShownText = character.isNumber ? "refers back with" : "uses"
      throw PatternFault(problem: "\(what) '\\\(character)', which is not supported")
    case nil: throw PatternFault(problem: "ends too early")
    }
  }

  private mutating func code(digits: ClosedRange<Int>, radix: UInt32) throws(PatternFault) -> UInt32 {
    var value: UInt32 = 0
    var count = 0
    while count < digits.upperBound, let digit = next?.hexDigitValue, next?.isASCII == true, digit < radix {
      value = value &* radix &+ UInt32(digit)
      count += 1
      position += 1
    }
    // From U+0080 on Oniguruma takes a short number for a byte, and not for a character.
    let isByte = digits.upperBound == 2 && value >= 0x80
    guard digits.contains(count), !isByte, Unicode.Scalar(value) != nil else {
      throw PatternFault(problem: "has a bad character number")
    }
    return value
  }
}
