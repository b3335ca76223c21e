import Gating

extension ExperimentResult {
  /// The base and the last checkpoint of every run as plain text, in percent; README.md has all checkpoints and
  /// intervals.
  package func terminalTable(width: TextWidth = .columns(80)) -> String {
    let shots = base.ability.shots.map { (title: "k=\($0.k)", alignment: TextGrid.Alignment.right) }
    let seeds = Set(runs.map(\.seed)).count > 1
    var grid = TextGrid(
      [("arm", .left), ("target", .right)] + shots + [
        ("kept", .right), ("p(gold)", .right), ("leak", .right), ("gate", .left),
      ], spare: shots.map(\.title) + ["leak", "p(gold)", "target"])
    grid.add(cells("base", base))
    for run in runs {
      let name = seeds ? "\(run.arm), seed \(run.seed)" : run.arm
      if let point = run.points.dropFirst().last {
        grid.add(cells(run.state == .diverged ? "\(name) (diverged)" : name, point))
      } else {
        grid.add([name, run.divergedAt.map { "diverged at step \($0)" } ?? "open"])
      }
    }
    return grid.text(width: width.tables)
  }

  private func cells(_ name: String, _ point: ExperimentPoint) -> [String] {
    [name, point.target.map { points($0.accuracy) } ?? "-"]
      + point.ability.shots.map { points($0.exactMatch) }
      + [
        point.ability.kept.map(points) ?? "-", point.ability.probability.map { points($0.fewShot) } ?? "-",
        point.leakMass.map(points) ?? "-",
        point.verdict?.rawValue.uppercased() ?? "-",
      ]
  }
}
