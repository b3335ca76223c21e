import Gating

/// What tables and lists call a unit of a rule.
struct UnitName {
  let level: Level
  let unit: String
  /// What the rule is about; nil for the common rule, the drop of exact match.
  private let rule: String?

  /// - Parameter shots: the k that the rule is about; nil for every k above 0.
  init(_ unit: String, level: Level, metric: Metric, contrast: ContrastKind, shots: [Int]? = nil) {
    self.unit = unit
    self.level = level
    rule =
      switch (contrast, metric) {
      case (.absoluteDrop, .exactMatch): shots.map { "k = \($0.map { "\($0)" }.joined(separator: ", "))" }
      case (.absoluteDrop, .probability): "probability"
      case (.errorRatio, _): "errors"
      case (.absoluteDrop, .logprob): "nats"
      case (.absoluteDrop, .choice): "choice"
      case (.absoluteDrop, .labelFree): "label-free"
      case (.relativeDrop, _): "relative"
      case (.retention, _): "few-shot gain"
      }
  }

  /// In a table of units: "overall", "  lexical", "few-shot gain", "  relative: lexical".
  var inTable: String {
    switch (level, rule) {
    case (.overall, let rule): rule ?? unit
    case (.family, nil): "  \(unit)"
    case (.family, let rule?): "  \(rule): \(unit)"
    case (.task, nil): "    \(unit)"
    case (.task, let rule?): "    \(rule): \(unit)"
    }
  }

  /// On its own: "overall", "lexical", "few-shot gain overall", "relative, lexical".
  var alone: String {
    switch (level, rule) {
    case (_, nil): unit
    case (.overall, let rule?): "\(rule) overall"
    case (.family, let rule?), (.task, let rule?): "\(rule), \(unit)"
    }
  }
}

extension UnitVerdict {
  var name: UnitName { UnitName(unit, level: level, metric: metric, contrast: contrast, shots: shots) }

  /// Single tasks are shown where they do not pass: the table of tasks has them all.
  var isShown: Bool { level != .task || (votes && outcome != .pass) }
}
