import Gating

extension ClaimsResult {
  /// plot.svg: what each arm cost on each model, in the form that was asked first.
  package func plot(width: Double = 880) -> String {
    let groups = models.compactMap { model -> ForestPlot.Group? in
      guard let form = model.forms.first else { return nil }
      func row(_ label: String, _ cost: CostEstimate?, note: String? = nil) -> ForestPlot.Row {
        let interval = cost.map { $0.overBoth ?? $0.overItems }.map { PlotInterval(low: $0.lower, high: $0.upper) }
        return ForestPlot.Row(label: label, estimate: cost?.mean, interval: interval, state: .silent, note: note)
      }
      // Runs that never held the target stand apart, under a name of their own.
      let rows = form.arms.flatMap { arm -> [ForestPlot.Row] in
        let runs = [arm.cost, arm.apart].compactMap(\.self).map { $0.runs.first ?? 0 } + [arm.diverged]
        let all = runs.reduce(0, +)
        let held = arm.cost.map { cost -> ForestPlot.Row in
          let seeds = cost.runs.first ?? 0
          let count = seeds < all ? ", \(seeds) of \(all) seeds" : seeds == 1 ? ", one seed" : ""
          return row("\(arm.arm)\(count)", cost)
        }
        let apart = arm.apart.map { row("\(arm.arm), target never held", $0) }
        let rows = [held, apart].compactMap(\.self)
        return rows.isEmpty ? [row(arm.arm, nil, note: "diverged")] : rows
      }
      return rows.isEmpty ? nil : ForestPlot.Group("\(model.model), asked \(form.form)", rows: rows)
    }
    return ForestPlot(
      title: "What each recipe cost in in-context learning",
      subtitle:
        "few-shot exact match lost, in percent of the base's, at the target accuracy that the table names; 95 % intervals",
      axis: PlotAxis("lost, of the base's few-shot exact match", unit: .percent, including: [0, 1]), groups: groups,
      numbersTitle: "lost [95 % interval]", limits: PlotInterval(low: -0.5, high: 1.1), isJudged: false, width: width
    ).svg(idPrefix: "claims")
  }
}
