import Gating

extension ExperimentResult {
  /// plot.svg: target accuracy across, in-context learning kept up, a curve for every arm and seed from the base on.
  package func plot() -> String {
    var arms: [String] = []
    for run in runs where !arms.contains(run.arm) { arms.append(run.arm) }
    let curves = runs.map { run in
      let seeds = runs.filter { $0.arm == run.arm }.count
      return CurvePlot.Series(
        name: seeds > 1 ? "\(run.arm), seed \(run.seed)" : run.arm, points: run.points.compactMap(plotted),
        style: arms.firstIndex(of: run.arm))
    }
    let matched = header.matchAccuracy.map {
      CurvePlot.Reference(.vertical, at: $0, label: "compared here")
    }
    let kept = base.ability.kept.map { CurvePlot.Reference(.horizontal, at: $0, label: "base") }
    return CurvePlot(
      title: "Target accuracy against in-context learning kept",
      subtitle: "\(header.name): \(header.base.name), \(header.items) items of \(header.tasks) tasks; 95 % intervals",
      x: PlotAxis("Target accuracy", unit: .percent, including: [0, 1]),
      y: PlotAxis("ICL kept, of the base's few-shot exact match", unit: .percent, including: [0, 1]),
      series: curves.filter { !$0.points.isEmpty }, references: [kept, matched].compactMap { $0 },
      width: 880
    ).svg(idPrefix: "experiment")
  }

  /// Nil for a point without a target accuracy.
  private func plotted(_ point: ExperimentPoint) -> CurvePlot.Point? {
    guard let target = point.target, let kept = point.ability.kept else { return nil }
    // The base is where every curve begins: its interval would be drawn over and over.
    let isBase = point.step == 0
    return CurvePlot.Point(
      x: target.accuracy, y: kept,
      xInterval: isBase ? nil : PlotInterval(low: target.interval.lower, high: target.interval.upper),
      yInterval: isBase ? nil : point.ability.keptInterval.map { PlotInterval(low: $0.lower, high: $0.upper) },
      label: isBase ? nil : "step \(point.step)")
  }
}
