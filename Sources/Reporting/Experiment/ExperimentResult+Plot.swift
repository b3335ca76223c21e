import Gating

extension ExperimentResult {
  /// plot.svg: target accuracy across, in-context learning kept up, a curve for every arm and seed through its checkpoints. The base is a
  /// line: it does not know the task, and its point would push all others together.
  ///
  /// Where each run was trained until it held its target, it has one point, and an arm's seeds are joined.
  package func plot() -> String {
    let arms = runs.arms
    let isHeld = runs.contains { $0.until != nil }
    let curves =
      isHeld
      ? arms.flatMap(held)
      : runs.map { run in
        let seeds = runs.filter { $0.arm == run.arm }.count
        return CurvePlot.Series(
          name: seeds > 1 ? "\(run.arm), seed \(run.seed)" : run.arm,
          points: run.points.dropFirst().compactMap(plotted),
          style: arms.firstIndex(of: run.arm))
      }
    let matched = header.matchAccuracy.map {
      CurvePlot.Reference(.vertical, at: $0, label: "compared here")
    }
    let kept = base.ability.kept.map { CurvePlot.Reference(.horizontal, at: $0, label: "base") }
    return CurvePlot(
      title: "Target accuracy against in-context learning kept",
      subtitle:
        "\(header.name): \(header.base.name), \(header.items) items of \(header.tasks) tasks; a mark a \(isHeld ? "run" : "checkpoint"), 95 % intervals",
      x: PlotAxis("Target accuracy", unit: .percent),
      y: PlotAxis("ICL kept, of the base's few-shot exact match", unit: .percent, including: [0, 1]),
      series: curves.filter { !$0.points.isEmpty }, references: [kept, matched].compactMap { $0 },
      width: 880
    ).svg(idPrefix: "experiment")
  }

  /// An arm's runs that held the target, and apart from them those that did not.
  private func held(_ arm: String) -> [CurvePlot.Series] {
    let ended = runs.filter { $0.arm == arm && $0.state == .finished }
    return [(arm, ended.filter(\.isCompared)), ("\(arm), target not held", ended.filter { !$0.isCompared })].map {
      name, runs in
      CurvePlot.Series(
        name: name, points: runs.compactMap(\.points.last).compactMap(plotted).sorted { $0.x < $1.x },
        style: self.runs.arms.firstIndex(of: arm))
    }
  }

  /// Nil for a point without a target accuracy.
  private func plotted(_ point: ExperimentPoint) -> CurvePlot.Point? {
    guard let target = point.target, let kept = point.ability.kept else { return nil }
    return CurvePlot.Point(
      x: target.accuracy, y: kept,
      yInterval: point.ability.keptInterval.map { PlotInterval(low: $0.lower, high: $0.upper) })
  }
}
