import Gating

/// One row of the calibration: candidates of one kind, judged by one policy.
package struct CalibrationCell: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    /// A row of the table of outcomes by drop; the title says how the drop is spread.
    case outcome(drop: Double)
    /// Some units lost exactly their margins.
    case margin
  }

  /// How the gate reads.
  package enum Reading: String, Sendable, Hashable, CaseIterable {
    /// Everything, once.
    case whole = ""
    case stoppingEarly = "--stop-early"
    case adaptive = "--adaptive"
  }

  package let title: String
  package let kind: Kind
  package let coverage: SimulatedSuite.Coverage
  package let pattern: DropPattern
  package let reading: Reading
  /// The shipped rules, but for the margin of the drop overall where a cell has its own.
  package let policy: GatePolicy

  /// - Parameter overallMargin: nil for the shipped one.
  package init(
    _ title: String, _ kind: Kind, _ pattern: DropPattern, coverage: SimulatedSuite.Coverage = .whole,
    reading: Reading = .whole, overallMargin: Double? = nil
  ) {
    self.title = title
    self.kind = kind
    self.pattern = pattern
    self.reading = reading
    self.coverage = coverage
    let shipped = GateSettings().policy
    policy = GatePolicy(
      rules: shipped.rules.map { rule in overallMargin.map { rule.replacingDropOverall(margin: $0) } ?? rule },
      minFamilies: shipped.minFamilies, onInconclusive: shipped.onInconclusive)
  }

  /// Families whose drop is the family margin in one gate.
  func familiesAtMargin(gate: Int) -> [Bool] {
    pattern.familyDrops(gate: gate).map { abs($0 - GateSettings().maxDropFamily) < 1e-9 }
  }
}

extension Rule {
  /// Whether it bounds an absolute drop of exact match: what the cells put at its margin.
  var isDrop: Bool {
    guard metric == .exactMatch, case .absoluteDrop = contrast else { return false }
    return true
  }

  fileprivate func replacingDropOverall(margin: Double) -> Rule {
    guard isDrop, level == .overall else { return self }
    return Rule(
      name: name, metric: metric, contrast: .absoluteDrop(margin: margin), shots: shots, level: level,
      alphaPass: alphaPass, alphaFail: alphaFail)
  }
}

extension CalibrationCell {
  /// The same drop in every task.
  static func uniform(_ drop: Double, reading: Reading = .whole) -> CalibrationCell {
    CalibrationCell("equal", .outcome(drop: drop), .uniform(drop), reading: reading)
  }

  /// This drop on the average, unequal over families and tasks.
  static func unequal(_ drop: Double) -> CalibrationCell {
    CalibrationCell("unequal", .outcome(drop: drop), .unequal(drop))
  }

  /// The same drop in every task of a suite on which the base can do less.
  static func thin(_ drop: Double, reading: Reading = .whole) -> CalibrationCell {
    CalibrationCell(
      "equal, 12 tasks in 7 families vote", .outcome(drop: drop), .uniform(drop), coverage: .thin, reading: reading)
  }

  package static let noDrop = uniform(0)
  static let uniformFifteen = uniform(0.15)
  /// No family is beyond .08.
  static let overallAtMargin = unequal(0.05)

  static let fourFamilies = CalibrationCell(
    "overall and four families at their margins", .margin,
    DropPattern(families: [0.01, 0.10, 0.01, 0.10, 0.01, 0.10, 0.01, 0.10, 0.01]))

  package static let oneFamily = CalibrationCell(
    "one family at its margin, each in turn; no drop in the others", .margin,
    DropPattern(families: [0.10, 0, 0, 0, 0, 0, 0, 0, 0], rotates: true))

  static let allFamilies = CalibrationCell(
    "all families at their margins, so overall beyond its own", .margin,
    DropPattern(families: [Double](repeating: 0.10, count: SimulatedSuite.families)))

  static func everyUnit(_ reading: Reading = .whole) -> CalibrationCell {
    CalibrationCell(
      "all families at their margins, and overall by a margin of .10", .margin,
      DropPattern(families: [Double](repeating: 0.10, count: SimulatedSuite.families)), reading: reading,
      overallMargin: 0.10)
  }

  /// What is shown of a gate that reads otherwise.
  private static func read(_ reading: Reading) -> [CalibrationCell] {
    [0, 0.025, 0.05, 0.10, 0.15, 0.20].map { uniform($0, reading: reading) }
      + [thin(0, reading: reading), everyUnit(reading)]
  }

  /// Gates that read everything once, in the order of the report.
  package static let whole: [CalibrationCell] = {
    var cells = [0, 0.025, 0.05, 0.10, 0.15, 0.20].map { uniform($0) }
    cells += [0.05, 0.10, 0.15].map(unequal)
    cells += [0, 0.05, 0.15].map { thin($0) }
    cells += [fourFamilies, oneFamily, allFamilies, everyUnit()]
    return cells
  }()

  /// Gates that read otherwise.
  package static let readings = read(.stoppingEarly) + read(.adaptive)

  package static let all = whole + readings
}
