import Diagnostics
import Yams

extension SettingsReader {
  /// The most demonstrations that a rule may name.
  private static let mostShots = 1024

  /// One rule's limits: a number (overall; the other levels as they are by default), a mapping of levels, or `off`.
  ///
  /// - Parameters:
  ///   - otherwise: what is not said.
  ///   - bound: limits are above 0 and below this.
  func limits(_ key: String, otherwise: RuleLimits, below bound: Double) throws -> RuleLimits {
    guard let node = values[key] else { return otherwise }
    if let text = node.scalar?.string {
      if text == "off" { return .off }
      return RuleLimits(
        overall: try limit(key, otherwise: nil, below: bound), family: otherwise.family,
        families: otherwise.families ?? [:], shots: otherwise.shots)
    }
    let section = try section(key, known: ["overall", "family", "families", "k"])
    let limits = RuleLimits(
      overall: try section.limit("overall", otherwise: otherwise.overall, below: bound),
      family: try section.limit("family", otherwise: otherwise.family, below: bound),
      families: try section.limitsByName("families", below: bound) ?? otherwise.families ?? [:],
      shots: try section.shots("k") ?? otherwise.shots)
    guard !limits.isOff || section.values["k"] == nil else {
      throw InputError(
        file, field: path(key), "has k and no limit", remedy: "add 'overall:' or 'family:' and its limit")
    }
    return limits
  }

  /// A number above 0 and below a bound; nil for `off`.
  private func limit(_ key: String, otherwise: Double?, below bound: Double) throws -> Double? {
    guard let node = values[key] else { return otherwise }
    guard let text = node.scalar?.string else { throw noLimit(path(key), below: bound) }
    if text == "off" { return nil }
    guard let number = Double(text), number > 0, number < bound else { throw noLimit(path(key), below: bound) }
    return number
  }

  private func limitsByName(_ key: String, below bound: Double) throws -> [String: Double]? {
    guard let node = values[key] else { return nil }
    guard let mapping = node.mapping else {
      throw InputError(
        file, field: path(key), "is not a mapping", remedy: "write a limit a family, such as {lexical: 0.15}")
    }
    var limits: [String: Double] = [:]
    for (name, value) in mapping {
      guard let name = name.scalar?.string, !name.isEmpty else {
        throw InputError(file, field: path(key), "a family's name is not text", remedy: "write it as its tasks do")
      }
      guard let text = value.scalar?.string, let number = Double(text), number > 0, number < bound else {
        throw noLimit("\(path(key)).\(name)", below: bound)
      }
      limits[name] = number
    }
    return limits
  }

  /// One k or several, each above 0: what is asked without demonstrations is not few-shot ability.
  private func shots(_ key: String) throws -> [Int]? {
    guard let node = values[key] else { return nil }
    let texts = node.scalar.map { [$0.string] } ?? node.sequence?.map { $0.scalar?.string ?? "" } ?? []
    let numbers = texts.compactMap { Int($0) }.filter { (1...Self.mostShots).contains($0) }
    guard !numbers.isEmpty, numbers.count == texts.count, Set(numbers).count == numbers.count else {
      throw InputError(
        file, field: path(key), "is not a list of different whole numbers from 1 to \(Self.mostShots)",
        remedy: "write some k of the suite, such as [4, 8], or leave it out for every k above 0")
    }
    return numbers.sorted()
  }

  private func noLimit(_ field: String, below bound: Double) -> InputError {
    InputError(
      file, field: field, "is not a number above 0 and below \(bound)",
      remedy: "write such a number, or off")
  }
}
