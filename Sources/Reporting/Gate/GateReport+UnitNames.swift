import Gating

/// What tables and lists call a unit of a rule.
struct UnitName {
  let level: Level
  let unit: String
  /// What the rule is about; nil for the common rule, the drop of exact match.
  private let rule: String?

  init(_ unit: String, level: Level, metric: Metric, contrast: ContrastKind) {
    self.unit = unit
    self.level = level
    rule =
      switch (contrast, metric) {
      case (.absoluteDrop, .exactMatch): nil
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
    }
  }

  /// On its own: "overall", "lexical", "few-shot gain overall", "relative, lexical".
  var alone: String {
    switch (level, rule) {
    case (_, nil): unit
    case (.overall, let rule?): "\(rule) overall"
    case (.family, let rule?): "\(rule), \(unit)"
    }
  }
}

extension UnitVerdict {
  var name: UnitName { UnitName(unit, level: level, metric: metric, contrast: contrast) }
}
