import Diagnostics

/// Reads expressions as Oniguruma does in its own syntax (Ruby's), which is what `tokenizers` uses, by recursive descent.
///
/// What it does not know, or what Oniguruma reads in a way that depends on its version, is refused and never guessed.
struct OnigurumaParser {
  typealias Node = PatternNode

  struct Options {
    var ignoresCase = false
    var dotMatchesNewline = false
    var isExtended = false
  }

  static let longest = 8192
  private static let deepest = 50
  private static let mostRepeats = 1000

  let text: [UInt32]
  var position = 0

  static func parse(_ expression: String) throws(PatternFault) -> Node {
    let text = expression.unicodeScalars.map(\.value)
    guard text.count <= longest else { throw PatternFault(problem: "is longer than \(longest) characters") }
    var parser = OnigurumaParser(text: text)
    let node = try parser.alternation(Options(), depth: 0)
    guard parser.position == text.count else { throw PatternFault(problem: "has an unmatched ')'") }
    return node
  }

  private init(text: [UInt32]) { self.text = text }

  var next: Character? { character(at: position) }

  func character(at place: Int) -> Character? {
    guard place < text.count, let scalar = Unicode.Scalar(text[place]) else { return nil }
    return Character(scalar)
  }

  mutating func take(_ expected: String) -> Bool {
    let scalars = expected.unicodeScalars.map(\.value)
    guard text[position...].starts(with: scalars) else { return false }
    position += scalars.count
    return true
  }

  mutating func advance() throws(PatternFault) -> UInt32 {
    guard position < text.count else { throw PatternFault(problem: "ends too early") }
    position += 1
    return text[position - 1]
  }

  private mutating func alternation(_ options: Options, depth: Int) throws(PatternFault) -> Node {
    guard depth <= Self.deepest else { throw PatternFault(problem: "is nested too deep") }
    var branches: [Node] = []
    repeat { branches.append(try sequence(options, depth: depth)) } while take("|")
    return branches.count == 1 ? branches[0] : .alternation(branches)
  }

  private mutating func sequence(_ options: Options, depth: Int) throws(PatternFault) -> Node {
    var nodes: [Node] = []
    // The last letters in a row, since several may be the same as one where case does not count.
    var letters: [UInt32] = []
    while true {
      if options.isExtended { skipComments() }
      guard let character = next, character != "|", character != ")" else { break }
      if take("(?#") {
        while try advance() != 0x29 {}
        continue
      }
      if let changed = try isolatedOptions(options) {
        // They hold to the end of the group, later branches included.
        nodes.append(try alternation(changed, depth: depth + 1))
        break
      }
      let start = position
      let atom = try atom(options, depth: depth)
      if options.ignoresCase, case .character = atom, position == start + 1 {
        letters = letters.suffix(CaseFolding.mostLetters - 1) + [text[start]]
      } else {
        letters = []
      }
      if CaseFolding.hasSeveral(letters) { throw PatternFault(problem: Self.severalLetters) }
      if options.isExtended { skipComments() }
      nodes.append(try quantified(atom))
    }
    return nodes.count == 1 ? nodes[0] : .sequence(nodes)
  }

  static let severalLetters: ShownText =
    "ignores the case of letters that fold to several, such as 'ss', which is not supported"

  private mutating func skipComments() {
    while let character = next {
      if character == "#" {
        while let skipped = next, skipped != "\n" { position += 1 }
      } else if " \t\n\r\u{b}\u{c}".unicodeScalars.contains(where: { Character($0) == character }) {
        position += 1
      } else {
        return
      }
    }
  }

  /// `(?i)` and the like, which stand alone. Nothing is taken where there are none.
  private mutating func isolatedOptions(_ options: Options) throws(PatternFault) -> Options? {
    let start = position
    guard take("(?"), let changed = flags(options), take(")") else {
      position = start
      return nil
    }
    return changed
  }

  /// `imx-imx`; nil where something else stands there.
  private mutating func flags(_ options: Options) -> Options? {
    var options = options
    var isOn = true
    let start = position
    while let flag = next {
      switch flag {
      case "-": isOn = false
      case "i": options.ignoresCase = isOn
      case "m": options.dotMatchesNewline = isOn
      case "x": options.isExtended = isOn
      default: return position > start ? options : nil
      }
      position += 1
    }
    return nil
  }

  private mutating func atom(_ options: Options, depth: Int) throws(PatternFault) -> Node {
    let scalar = try advance()
    switch Unicode.Scalar(scalar).map(Character.init) {
    case ".":
      return .character(options.dotMatchesNewline ? .all : ScalarSet([0x0A]).complement)
    case "^":
      // Not after the newline that ends the text.
      let begins = Node.neighbour(.none, isAhead: false, orEdge: true)
      let isAfterNewline = Node.neighbour(ScalarSet([0x0A]), isAhead: false, orEdge: false)
      return .alternation([begins, .sequence([isAfterNewline, .neighbour(.all, isAhead: true, orEdge: false)])])
    case "$":
      return .neighbour(ScalarSet([0x0A]), isAhead: true, orEdge: true)
    case "(":
      return try group(options, depth: depth)
    case "[":
      return .character(try characterClass(ignoresCase: options.ignoresCase))
    case "\\":
      return try escape(options)
    case "*", "+", "?":
      throw PatternFault(problem: "repeats nothing")
    case "{":
      position -= 1
      let isRepetition = try bounds() != nil
      guard !isRepetition else { throw PatternFault(problem: "repeats nothing") }
      position += 1
      return .character(ScalarSet([scalar]))
    default:
      return try literal(scalar, options)
    }
  }

  func literal(_ scalar: UInt32, _ options: Options) throws(PatternFault) -> Node {
    guard options.ignoresCase else { return .character(ScalarSet([scalar])) }
    let same = CaseFolding.same(as: scalar)
    guard !CaseFolding.hasSeveral(same) else { throw PatternFault(problem: Self.severalLetters) }
    return .character(same)
  }

  private mutating func group(_ options: Options, depth: Int) throws(PatternFault) -> Node {
    guard take("?") else {
      guard next != "*" else { throw PatternFault(problem: "uses '(*', which is not supported") }
      return try body(options, depth)
    }
    if take(":") { return try body(options, depth) }
    if take(">") { return .unchanging(try body(options, depth)) }
    if take("=") { return .looking(aheadAt: try body(options, depth), isNegated: false) }
    if take("!") { return .looking(aheadAt: try body(options, depth), isNegated: true) }
    let isBehind = take("<=")
    if isBehind || take("<!") {
      guard let look = Node.looking(behindAt: try body(options, depth), isNegated: !isBehind) else {
        throw PatternFault(problem: "looks behind at something of no fixed length, which is not supported")
      }
      return look
    }
    if next == "<" || next == "'" {
      let end = try advance() == 0x27 ? UInt32(0x27) : 0x3E
      while try advance() != end {}
      return try body(options, depth)
    }
    let start = position
    if let changed = flags(options), take(":") { return try body(changed, depth) }
    position = start
    let sign = next.map { "(?\($0)" } ?? "(?"
    throw PatternFault(problem: "uses '\(sign)', which is not supported")
  }

  private mutating func body(_ options: Options, _ depth: Int) throws(PatternFault) -> Node {
    let node = try alternation(options, depth: depth + 1)
    guard take(")") else { throw PatternFault(problem: "has an unmatched '('") }
    return node
  }

  private mutating func quantified(_ atom: Node) throws(PatternFault) -> Node {
    var node = atom
    while true {
      let least: Int
      let most: Int?
      var isInterval = false
      if take("*") {
        (least, most) = (0, nil)
      } else if take("+") {
        (least, most) = (1, nil)
      } else if take("?") {
        (least, most) = (0, 1)
      } else if let interval = try bounds() {
        (least, most) = interval
        isInterval = true
      } else {
        return node
      }
      guard node.fixedCharacters != 0 else { throw PatternFault(problem: "repeats what matches no character") }
      // After an interval '+' repeats the whole, and '?' after one of a single number makes it optional.
      if !isInterval, take("+") {
        node = .possessive(node, least: least, most: most)
      } else if !isInterval || least != most, take("?") {
        node = .repetition(node, least: least, most: most, .lazy)
      } else {
        node = .repetition(node, least: least, most: most, .greedy)
      }
    }
  }

  /// `{n}`, `{n,}`, `{,m}`, `{n,m}`. Nothing is taken where none stands: a brace is then a character.
  private mutating func bounds() throws(PatternFault) -> (least: Int, most: Int?)? {
    let start = position
    guard take("{") else { return nil }
    let least = number()
    var most = least
    let isOpen = take(",")
    if isOpen { most = number() }
    guard take("}"), least != nil || most != nil else {
      position = start
      return nil
    }
    guard max(least ?? 0, most ?? 0) <= Self.mostRepeats else {
      throw PatternFault(problem: "repeats more than \(Self.mostRepeats) times")
    }
    guard (least ?? 0) <= most ?? .max else { throw PatternFault(problem: "has a bad repetition '{…}'") }
    return (least ?? 0, most)
  }

  private mutating func number() -> Int? {
    var value: Int?
    while position < text.count, (0x30...0x39).contains(text[position]) {
      value = min((value ?? 0) * 10 + Int(text[position] - 0x30), 1_000_000)
      position += 1
    }
    return value
  }
}
