import Patterns

/// The part of Python's regular expressions that adapters use to name modules, matched in time that the pattern's author cannot blow
/// up.
///
/// Supported: literals, `.`, `\d \w \s \.` and other escaped punctuation, `[…]`, groups (capturing or not), `|`, `* + ? {m,n}` greedy or
/// lazy, `^ $ \b`. Anything else is refused when the pattern is read, never matched wrongly.
package struct ModulePattern: Sendable {
  private let pattern: WholePattern

  /// What `re.fullmatch(pattern, path)` accepts.
  package init(fullMatch pattern: String) throws(PatternFault) {
    self.pattern = try WholePattern(ModulePatternParser.parse(pattern))
  }

  /// What PEFT accepts for a key of `rank_pattern` or `alpha_pattern`: `re.match(rf"(.*\.)?({key})$", path)`
  /// (`get_pattern_key` in peft's `utils/other.py`).
  package init(peftKey key: String) throws(PatternFault) {
    let anything = PatternNode.repetition(ModulePatternParser.anyCharacter, least: 0, most: nil, .greedy)
    let dot = PatternNode.character(ScalarSet([0x2E]))
    let prefix = PatternNode.repetition(.sequence([anything, dot]), least: 0, most: 1, .greedy)
    pattern = try WholePattern(.sequence([prefix, try ModulePatternParser.parse(key)]))
  }

  /// Whether the whole of `path` matches.
  package func matches(_ path: String) -> Bool {
    Array(path.utf8).withUnsafeBufferPointer { pattern.matches($0) }
  }
}
