/// The part of Python's regular expressions that adapters use to name modules, matched in time that the pattern's author cannot blow
/// up: every step maps a set of positions to a set of positions, and the steps are counted.
///
/// Supported: literals, `.`, `\d \w \s \.` and other escaped punctuation, `[…]`, groups (capturing or not), `|`, `* + ? {m,n}` greedy or
/// lazy, `^ $ \b`. Anything else is refused when the pattern is read, never matched wrongly.
package struct ModulePattern: Sendable {
  indirect enum Node: Sendable {
    case byte(ByteSet)
    case sequence([Node])
    case alternation([Node])
    case repetition(Node, least: Int, most: Int)
    case start, end, wordBoundary
  }

  /// A set of bytes. Module paths are ASCII.
  struct ByteSet: Sendable {
    var members: Set<UInt8>
    var isNegated = false

    func contains(_ byte: UInt8) -> Bool { members.contains(byte) != isNegated }
  }

  /// A pattern that costs more to match than any honest one.
  package struct TooCostly: Error {}

  private let root: Node
  private static let mostSteps = 200_000

  /// What `re.fullmatch(pattern, path)` accepts. Throws `ModulePatternFault`.
  package init(fullMatch pattern: String) throws {
    root = try ModulePatternParser.parse(pattern)
  }

  /// What PEFT accepts for a key of `rank_pattern` or `alpha_pattern`: `re.match(rf"(.*\.)?({key})$", path)`
  /// (`get_pattern_key` in peft's `utils/other.py`). Throws `ModulePatternFault`.
  package init(peftKey key: String) throws {
    let dot = Node.byte(ByteSet(members: [UInt8(ascii: ".")]))
    let notNewline = ByteSet(members: [UInt8(ascii: "\n")], isNegated: true)
    let anything = Node.repetition(.byte(notNewline), least: 0, most: .max)
    let prefix = Node.repetition(.sequence([anything, dot]), least: 0, most: 1)
    root = .sequence([prefix, try ModulePatternParser.parse(key)])
  }

  /// Whether the whole of `path` matches.
  package func matches(_ path: String) throws -> Bool {
    var run = Run(text: Array(path.utf8))
    return try run.ends(of: root, from: [0]).contains(run.text.count)
  }

  private struct Run {
    let text: [UInt8]
    var steps = 0

    /// Every position where a match of `node` can end that starts at one of `starts`.
    mutating func ends(of node: Node, from starts: Set<Int>) throws -> Set<Int> {
      steps += 1 + starts.count
      guard steps < mostSteps else { throw TooCostly() }
      switch node {
      case .byte(let set):
        return Set(starts.filter { $0 < text.count && set.contains(text[$0]) }.map { $0 + 1 })
      case .sequence(let nodes):
        var current = starts
        for node in nodes where !current.isEmpty { current = try ends(of: node, from: current) }
        return current
      case .alternation(let nodes):
        var reached: Set<Int> = []
        for node in nodes { reached.formUnion(try ends(of: node, from: starts)) }
        return reached
      case .repetition(let inner, let least, let most):
        return try repeated(inner, least, most, starts)
      case .start: return starts.intersection([0])
      case .end: return starts.intersection([text.count])
      case .wordBoundary: return starts.filter { isWord($0 - 1) != isWord($0) }
      }
    }

    private mutating func repeated(_ inner: Node, _ least: Int, _ most: Int, _ starts: Set<Int>) throws -> Set<Int> {
      var current = starts
      for _ in 0..<least where !current.isEmpty { current = try ends(of: inner, from: current) }
      var reached = current
      var count = least
      while count < most, !current.isEmpty {
        current = try ends(of: inner, from: current).subtracting(reached)
        reached.formUnion(current)
        count += 1
      }
      return reached
    }

    private func isWord(_ position: Int) -> Bool {
      text.indices.contains(position) && ModulePatternParser.wordBytes.contains(text[position])
    }
  }
}
