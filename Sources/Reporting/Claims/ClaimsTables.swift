import Foundation
import Gating

/// The texts of a claims' page, unescaped: its Markdown and its HTML show the same.
struct ClaimsTables {
  let result: ClaimsResult

  /// One claim on one model.
  struct ClaimRow {
    let claim: String
    let model: String
    /// A word and its parts' figures for each form.
    let cells: [(word: String, lines: [String])]
  }

  /// The forms that some model was asked in, the first one's first.
  var forms: [String] {
    result.models.flatMap(\.forms).map(\.form).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  // MARK: In short

  /// A column for each model in each form that it was asked in.
  var shortHeadings: [String] {
    ["claim"] + result.models.flatMap { model in model.forms.map { "\(model.model), \($0.form)" } } + ["holds where"]
  }

  /// Each claim, its words, and what would show it.
  var shortRows: [[String]] {
    result.claims.indices.map { index in
      [result.claims[index].text] + result.models.flatMap { $0.forms.map { $0.claims[index].word.rawValue } }
        + [result.claims[index].kind.criterion]
    }
  }

  // MARK: Claims

  var claimRows: [ClaimRow] {
    result.claims.indices.flatMap { index in
      result.models.map { model in
        ClaimRow(
          claim: result.claims[index].text, model: model.model,
          cells: forms.map { form in
            guard let found = model.forms.first(where: { $0.form == form })?.claims[index] else {
              return ("not asked", [])
            }
            return (found.word.rawValue, found.parts.map { line($0, isAlone: found.parts.count == 1) })
          })
      }
    }
  }

  private func line(_ part: ClaimPart, isAlone: Bool) -> String {
    let figure =
      part.estimate.map { $0.runs.count > 1 ? difference($0) : "\(percent($0.mean, $0.overBoth)) % lost" }
      ?? part.share.map { "\($0.text) of the loss comes back" } ?? part.contrast.map(contrast)
      ?? part.spread.map { "as if over \(effectiveText($0.effective, $0.interval)) of \($0.layers) layers" }
    let word = isAlone || part.estimate == nil && part.missing != nil ? nil : part.word.rawValue
    return "\(part.what): \([figure, part.missing, word].compactMap { $0 }.joined(separator: "; "))"
  }

  /// Points of the base's ability, always as a positive figure: which of both lost less is in the word.
  private func difference(_ less: CostEstimate) -> String {
    guard less.mean < 0 else { return "\(percent(less.mean, less.overBoth)) points less lost" }
    return "\(percent(-less.mean, less.overBoth.map { Interval(-$0.upper ... -$0.lower) })) points more lost"
  }

  /// The same of what comes back with one kind of modules beside another.
  private func contrast(_ share: LossShare) -> String {
    guard share.share < 0 else { return "\(share.text) more of the loss comes back" }
    let interval = share.interval.map { Interval(-$0.upper ... -$0.lower) }
    return "\(LossShare(share: -share.share, interval: interval).text) less of the loss comes back"
  }

  // MARK: Arms

  static let armHeadings = [
    "arm", "runs", "held, %", "steps", "target accuracy, %", "lost, %", "over questions alone", "over seeds alone",
  ]

  /// Every arm of a model in one form, as `armHeadings`; what never held the target in a row of its own.
  func armRows(_ model: ClaimsResult.ModelFound, _ form: ClaimsResult.FormFound) -> [[String]] {
    form.arms.flatMap { arm -> [[String]] in
      let runs = model.experiment.runs.filter { $0.arm == arm.arm && $0.state == .finished }
      func row(_ name: String, _ runs: [ExperimentRun], _ count: String, _ cost: CostEstimate?) -> [String] {
        let shown = runs.compactMap(\.points.last)
        return [
          name, count, range(runs.compactMap { $0.until?.targetAccuracy }.map { 100 * $0 }, decimals: 0),
          range(shown.map { Double($0.step) }, decimals: 0),
          range(shown.compactMap { $0.target?.accuracy }.map { 100 * $0 }, decimals: 1),
          cost.map { percent($0.mean, $0.overBoth) } ?? "-", cost.map { interval($0.overItems) } ?? "-",
          cost?.overSeeds.map(interval) ?? "-",
        ]
      }
      let held = runs.filter(\.isCompared)
      let apart = runs.filter { !$0.isCompared }
      let diverged = arm.diverged > 0 ? ", and \(arm.diverged) diverged" : ""
      return (held.isEmpty && arm.diverged == 0 ? [] : [row(arm.arm, held, "\(held.count)\(diverged)", arm.cost)])
        + (apart.isEmpty ? [] : [row("\(arm.arm), target never held", apart, "\(apart.count)", arm.apart)])
    }
  }

  /// How far the weights went, module by module: of each arm the mean over its runs that hold the target.
  func changeTable(_ model: ClaimsResult.ModelFound) -> (headings: [String], rows: [[String]])? {
    let arms = model.experiment.runs.arms.map { name in
      (name, model.experiment.runs.filter { $0.arm == name && $0.isCompared }.compactMap { $0.points.last?.change })
    }.filter { !$0.1.isEmpty }
    let modules = arms.flatMap { $0.1.joined().map(\.module) }.reduce(into: [String]()) {
      if !$0.contains($1) { $0.append($1) }
    }
    guard !arms.isEmpty else { return nil }
    return (
      ["arm"] + modules,
      arms.map { name, runs in
        [name]
          + modules.map { module in
            let parts = runs.compactMap { $0.filter { $0.module == module }.relative }
            return parts.isEmpty
              ? "-" : String(format: "%.3f", 100 * parts.reduce(0, +) / Double(parts.count))
          }
      }
    )
  }

  static let methodHeadings = [
    "method", "its rates: lost on the first half of the tasks and on the second, %", "chosen", "lost, %",
  ]

  func methodRows(_ model: ClaimsResult.ModelFound, _ form: ClaimsResult.FormFound) -> [[String]] {
    form.methods.map { method in
      let rates = method.rates.map { rate in
        "\(rate.arm) \(rate.costs.map { $0.map { points($0) }.joined(separator: " and ") } ?? "-")"
      }
      return [
        method.method, rates.joined(separator: ", "),
        method.arms.isEmpty ? "-" : method.name + (isLowest(method, model) ? ", the lowest of its rates" : ""),
        method.estimate.map { percent($0.mean, $0.overBoth) } ?? "-",
      ]
    }
  }

  /// Whether a still lower rate might have cost less than the one that was chosen.
  private func isLowest(_ method: MethodChoice, _ model: ClaimsResult.ModelFound) -> Bool {
    func rate(_ arm: String) -> Double? { model.experiment.runs.first { $0.arm == arm }?.learningRate }
    let lowest = method.rates.compactMap { rate($0.arm) }.min()
    return method.rates.count > 1 && method.arms.allSatisfy { rate($0) == lowest }
  }

  func percent(_ value: Double, _ interval: Interval?) -> String {
    points(value) + (interval.map { " \(self.interval($0))" } ?? "")
  }

  private func interval(_ interval: Interval) -> String { "[\(points(interval.lower)), \(points(interval.upper))]" }

  private func range(_ values: [Double], decimals: Int) -> String {
    guard let least = values.min(), let most = values.max() else { return "-" }
    let ends = [least, most].map { String(format: "%.\(decimals)f", $0) }
    return ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])"
  }
}

extension Claim.Kind {
  /// What would show it, in words.
  var criterion: String {
    func percent(_ share: Double) -> String { String(format: "%.4g %%", 100 * share) }
    switch self {
    case .costs(_, let share, let within):
      return "the best rate's cost lies wholly from \(percent(share - within)) to \(percent(share + within))"
    case .keeps(let arms, let within):
      return "\(arms.count == 1 ? "it costs" : "each of \(arms.count) rates costs") at most \(percent(within))"
    case .keepsMore(let pairs):
      return "less is lost in \(pairs.count == 1 ? "the pair" : "each of \(pairs.count) pairs")"
    case .spread(let modules, let than, let share, let layers):
      return "\(modules), put back, brings back at least \(percent(share)), more than \(than), "
        + "and it is spread as over at least \(percent(layers)) of the layers"
    }
  }
}
