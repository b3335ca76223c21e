import Diagnostics
import Reading

extension YAMLMapping {
  /// The most demonstrations that a rule may name.
  private static let mostShots = 1024

  /// One rule's limits: a number (overall; the other levels as they are by default), a mapping of levels, or `off`.
  ///
  /// - Parameters:
  ///   - otherwise: what is not said.
  ///   - bound: limits are above 0 and below this.
  func limits(_ key: String, otherwise: RuleLimits, below bound: Double) throws -> RuleLimits {
    guard let kind = kind(key) else { return otherwise }
    if kind == .text {
      if try text(key) == "off" { return .off }
      return RuleLimits(
        overall: try limit(key, otherwise: nil, below: bound), family: otherwise.family,
        families: otherwise.families ?? [:], shots: otherwise.shots)
    }
    let section = try sectionOrEmpty(key, known: ["overall", "family", "families", "k"])
    let limits = RuleLimits(
      overall: try section.limit("overall", otherwise: otherwise.overall, below: bound),
      family: try section.limit("family", otherwise: otherwise.family, below: bound),
      families: try section.limitsByName("families", below: bound) ?? otherwise.families ?? [:],
      shots: try section.shots("k") ?? otherwise.shots)
    guard !limits.isOff || !section.has("k") else {
      throw error(key, "has k and no limit", remedy: "add 'overall:' or 'family:' and its limit")
    }
    return limits
  }

  /// A number above 0 and below a bound; nil for `off`.
  private func limit(_ key: String, otherwise: Double?, below bound: Double) throws -> Double? {
    if kind(key) == .text, try text(key) == "off" { return nil }
    return try finiteLimit(key, below: bound) ?? otherwise
  }

  private func finiteLimit(_ key: String, below bound: Double) throws -> Double? {
    try number(key, "above 0 and below \(bound)", remedy: "write such a number, or off") { $0 > 0 && $0 < bound }
  }

  private func limitsByName(_ key: String, below bound: Double) throws -> [String: Double]? {
    guard let kind = kind(key) else { return nil }
    guard kind == .mapping, let families = try section(key, known: nil) else {
      throw error(key, "is not a mapping", remedy: "write a limit a family, such as {lexical: 0.15}")
    }
    var limits: [String: Double] = [:]
    for name in families.keys {
      guard !name.isEmpty else {
        throw error(key, "a family's name is not text", remedy: "write it as its tasks do")
      }
      limits[name] = try families.finiteLimit(name, below: bound)
    }
    return limits
  }

  /// One k or several, each above 0: what is asked without demonstrations is not few-shot ability.
  private func shots(_ key: String) throws -> [Int]? {
    guard has(key) else { return nil }
    let texts = (try? texts(key, orOne: true)) ?? []
    let numbers = texts.compactMap { Int($0) }.filter { (1...Self.mostShots).contains($0) }
    guard !numbers.isEmpty, numbers.count == texts.count, Set(numbers).count == numbers.count else {
      throw error(
        key, "is not a list of different whole numbers from 1 to \(Self.mostShots)",
        remedy: "write some k of the suite, such as [4, 8], or leave it out for every k above 0")
    }
    return numbers.sorted()
  }
}
