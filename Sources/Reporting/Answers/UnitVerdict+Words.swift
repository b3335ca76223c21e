import Gating

extension UnitVerdict {
  /// "in lexical", "at k = 8"; empty of the whole.
  var placeInWords: String {
    let parts = [
      level == .overall ? nil : "in \(unit)", shots.map { "at k = \($0.map { "\($0)" }.joined(separator: ", "))" },
    ]
    return parts.compactMap { $0 }.joined(separator: " ")
  }

  /// Bounds of a loss that is one of the metric itself.
  var lossBounds: Interval? { contrast == .absoluteDrop ? bounds : nil }

  func amountInWords(_ value: Double) -> String { "\(metric.amount(value)) \(metric.measure)" }

  /// "Fell by 0.31 nats".
  var movementInWords: String {
    guard let drop = degradation?.drop, metric.amount(abs(drop)) != metric.amount(0) else { return "Unchanged" }
    return "\(drop > 0 ? "Fell" : "Rose") by \(amountInWords(abs(drop)))"
  }

  /// What a rule that is not about the drop of exact match found: "43.4 % of what examples teach the base is kept, 80.0 % demanded".
  var ruleInWords: String {
    guard let loss = degradation else { return "limit \(limit)" }
    switch contrast {
    case .retention:
      return
        "\(loss.retention.map(points) ?? "–") % of what examples teach the base is kept, \(points(limit)) % demanded"
    case .relativeDrop:
      return
        "\(loss.chanceCorrected.map { points(max(0, $0)) } ?? "–") % of what is above chance is lost, \(points(limit)) % allowed"
    case .errorRatio:
      return
        "\(loss.errorRatio.map { "\(($0 * 100).rounded() / 100)" } ?? "–") times the base's errors, \(limit) times and one point more allowed"
    case .absoluteDrop:
      return "\(metric.name): \(movementInWords.lowercased()), limit \(metric.amount(limit))"
    }
  }
}
