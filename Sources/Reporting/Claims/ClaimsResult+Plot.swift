import Gating

extension ClaimsResult {
  /// plot.svg: what each arm cost on each model, in the form that was asked first.
  package func plot(width: Double = 880) -> String {
    let groups = models.compactMap { model -> ForestPlot.Group? in
      guard let form = model.forms.first else { return nil }
      let rows = form.arms.map { arm in
        let apart = arm.cost == nil
        return ForestPlot.Row(
          label: arm.cost.map { $0.overBoth == nil ? "\(arm.arm), one seed" : arm.arm } ?? arm.arm,
          estimate: arm.cost?.mean,
          interval: arm.cost.map { $0.overBoth ?? $0.overItems }.map { PlotInterval(low: $0.lower, high: $0.upper) },
          state: .silent, note: apart ? "never held the target" : nil)
      }
      return rows.isEmpty ? nil : ForestPlot.Group("\(model.model), asked \(form.form)", rows: rows)
    }
    return ForestPlot(
      title: "What each recipe cost in in-context learning",
      subtitle: "few-shot exact match lost, in percent of the base's, at one target accuracy; 95 % intervals",
      axis: PlotAxis("lost, of the base's few-shot exact match", unit: .percent, including: [0, 1]), groups: groups,
      numbersTitle: "lost [95 % interval]", limits: PlotInterval(low: -0.5, high: 1.1), isJudged: false, width: width
    ).svg(idPrefix: "claims")
  }
}
