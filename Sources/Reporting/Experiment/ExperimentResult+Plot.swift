import Gating

extension ExperimentResult {
  /// plot.svg: target accuracy across, in-context learning kept up, a curve for every arm and seed through its checkpoints. The base is a
  /// line: it does not know the task, and its point would push all others together.
  package func plot() -> String {
    let arms = runs.arms
    let curves = runs.map { run in
      let seeds = runs.filter { $0.arm == run.arm }.count
      return CurvePlot.Series(
        name: seeds > 1 ? "\(run.arm), seed \(run.seed)" : run.arm,
        points: run.points.filter { $0.step > 0 }.compactMap(plotted),
        style: arms.firstIndex(of: run.arm))
    }
    let matched = header.matchAccuracy.map {
      CurvePlot.Reference(.vertical, at: $0, label: "compared here")
    }
    let kept = base.ability.kept.map { CurvePlot.Reference(.horizontal, at: $0, label: "base") }
    return CurvePlot(
      title: "Target accuracy against in-context learning kept",
      subtitle:
        "\(header.name): \(header.base.name), \(header.items) items of \(header.tasks) tasks; a mark a checkpoint, 95 % intervals",
      x: PlotAxis("Target accuracy", unit: .percent),
      y: PlotAxis("ICL kept, of the base's few-shot exact match", unit: .percent, including: [0, 1]),
      series: curves.filter { !$0.points.isEmpty }, references: [kept, matched].compactMap { $0 },
      width: 880
    ).svg(idPrefix: "experiment")
  }

  /// Nil for a point without a target accuracy.
  private func plotted(_ point: ExperimentPoint) -> CurvePlot.Point? {
    guard let target = point.target, let kept = point.ability.kept else { return nil }
    return CurvePlot.Point(
      x: target.accuracy, y: kept,
      yInterval: point.ability.keptInterval.map { PlotInterval(low: $0.lower, high: $0.upper) })
  }
}
