import Diagnostics
import Reading

extension YAMLMapping {
  /// The most demonstrations that a rule may name.
  private static let mostShots = 1024

  /// One rule's limits: a number (overall; the other levels as they are by default), a mapping of levels, or `off`.
  ///
  /// - Parameters:
  ///   - otherwise: what is not said.
  ///   - least, bound: limits lie between them.
  func limits(
    _ key: String, otherwise: RuleLimits, above least: Double = 0, below bound: Double
  ) throws -> RuleLimits {
    guard let kind = kind(key) else { return otherwise }
    if kind == .text {
      if try text(key) == "off" { return .off }
      return RuleLimits(
        overall: try limit(key, otherwise: nil, above: least, below: bound), family: otherwise.family,
        families: otherwise.families ?? [:], task: otherwise.task, shots: otherwise.shots)
    }
    let section = try sectionOrEmpty(key, known: ["overall", "family", "families", "task", "k"])
    let limits = RuleLimits(
      overall: try section.limit("overall", otherwise: otherwise.overall, above: least, below: bound),
      family: try section.limit("family", otherwise: otherwise.family, above: least, below: bound),
      families: try section.limitsByName("families", above: least, below: bound) ?? otherwise.families ?? [:],
      task: try section.limit("task", otherwise: otherwise.task, above: least, below: bound),
      shots: try section.shots("k") ?? otherwise.shots)
    guard !limits.isOff || !section.has("k") else {
      throw error(key, "has k and no limit", remedy: "add 'overall:', 'family:' or 'task:' and its limit")
    }
    return limits
  }

  /// A number between two bounds; nil for `off`.
  private func limit(
    _ key: String, otherwise: Double?, above least: Double, below bound: Double
  ) throws -> Double? {
    if kind(key) == .text, try text(key) == "off" { return nil }
    return try finiteLimit(key, above: least, below: bound) ?? otherwise
  }

  private func finiteLimit(_ key: String, above least: Double, below bound: Double) throws -> Double? {
    try number(key, "above \(least == 0 ? "0" : "\(least)") and below \(bound)", remedy: "write such a number, or off")
    {
      $0 > least && $0 < bound
    }
  }

  private func limitsByName(_ key: String, above least: Double, below bound: Double) throws -> [String: Double]? {
    guard let kind = kind(key) else { return nil }
    guard kind == .mapping, let families = try section(key, known: nil) else {
      throw error(key, "is not a mapping", remedy: "write a limit a family, such as {lexical: 0.15}")
    }
    var limits: [String: Double] = [:]
    for name in families.keys {
      guard !name.isEmpty else {
        throw error(key, "a family's name is not text", remedy: "write it as its tasks do")
      }
      limits[name] = try families.finiteLimit(name, above: least, below: bound)
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
