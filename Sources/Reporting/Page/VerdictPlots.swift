import Gating

/// The plots of a gate's page.
struct VerdictPlots {
  let candidates: [CandidateEvidence]
  let history: [GateHistoryPoint]

  /// On a page as wide as its text, and on a phone.
  static let wide = 880.0
  static let narrow = 440.0

  /// Every plot with a name that is fit for a file.
  var all: [(name: String, svg: String)] {
    let forests = candidates.enumerated().compactMap { index, candidate in
      candidate.verdict.verdict.map { (name: "forest-\(index + 1)", svg: forest($0, id: "\(index)")) }
    }
    let maps = candidates.enumerated().compactMap { index, candidate in
      candidate.verdict.diagnosis?.profile?.cells.map {
        (name: "cells-\(index + 1)", svg: $0.plot(id: "\(index)"))
      }
    }
    return forests + maps
      + [("curves", curves()), ("probabilities", probabilities()), ("series", series()), ("history", pastGates())]
      .compactMap { name, svg in
        svg.map { (name: name, svg: $0) }
      }
  }

  /// One candidate's drops: overall, families, tasks under their family.
  func forest(_ verdict: Verdict, id: String, width: Double = Self.wide) -> String {
    let units = verdict.units.filter { $0.contrast == .absoluteDrop && $0.metric == .exactMatch }
    let failed = Set(units.filter { $0.level == .task && $0.outcome == .fail }.map(\.unit))
    func row(_ unit: UnitVerdict, _ kind: ForestPlot.Kind) -> ForestPlot.Row {
      let drop = unit.degradation.map { points($0.drop) }
      let bound = unit.boundText.map { unit.outcome == .inconclusive ? " [\($0)]" : ", \($0)" }
      return ForestPlot.Row(
        label: unit.name.alone, estimate: unit.degradation?.drop,
        interval: unit.shownInterval.map(plot),
        kind: kind, state: state(unit.outcome), margin: unit.margin,
        note: unit.votes ? drop.map { $0 + (bound ?? "") } : unit.reason)
    }
    func row(_ task: TaskReport) -> ForestPlot.Row {
      ForestPlot.Row(
        label: task.task, estimate: task.drop, interval: task.shownInterval.map(plot), kind: .task,
        state: failed.contains(task.task) ? .fail : task.admitted ? .silent : .uninformative)
    }
    let overall = units.filter { $0.level == .overall }.map { row($0, .overall) }
    var groups = overall.isEmpty ? [] : [ForestPlot.Group(nil, rows: overall)]
    let families = Set(verdict.tasks.map(\.family)).sorted()
    groups += families.map { family in
      let unit = units.filter { $0.level == .family && $0.unit == family }.map { row($0, .family) }
      return ForestPlot.Group(nil, rows: unit + verdict.tasks.filter { $0.family == family }.map { row($0) })
    }
    return ForestPlot(
      title: "What was lost",
      subtitle: "Drop of few-shot exact match, and what is not ruled out; of single tasks 95 % intervals",
      axis: PlotAxis("Drop in points", unit: .points), groups: groups, numbersTitle: "drop, bound",
      limits: limits(units.filter(\.votes)), width: width
    ).svg(idPrefix: "forest-\(id)-\(Int(width))")
  }

  /// What the axis is scaled to: the units that vote, with their margins and some room. Nil where none does.
  private func limits(_ units: [UnitVerdict]) -> PlotInterval? {
    let values = units.flatMap { unit -> [Double] in
      [unit.degradation?.drop, unit.shownInterval?.lower, unit.shownInterval?.upper, unit.margin].compactMap { $0 }
    }
    guard let least = values.min(), let most = values.max() else { return nil }
    let room = 0.15 * (max(most, 0) - min(least, 0))
    return PlotInterval(low: min(least, 0) - room, high: max(most, 0) + room)
  }

  /// Exact match against k: the base once, every candidate that was read to the end. Nil where none was.
  func curves(width: Double = Self.wide) -> String? {
    curves(
      \.curve, "Learning from examples",
      "Exact match over the tasks that vote, families weighing equally; 95 % intervals", "Exact match", "curves", width)
  }

  /// The gold answer's probability against k, which moves before answers do.
  func probabilities(width: Double = Self.wide) -> String? {
    curves(
      \.probabilities, "How sure of the right answer", "Probability of the gold answer, the same tasks; 95 % intervals",
      "p(gold answer)", "probabilities", width)
  }

  private func curves(
    _ curve: KeyPath<CandidateEvidence, AbilityCurve>, _ title: String, _ subtitle: String, _ axis: String,
    _ name: String, _ width: Double
  ) -> String? {
    let read = candidates.filter { !$0[keyPath: curve].points.isEmpty }
    guard let first = read.first?[keyPath: curve] else { return nil }
    let base = CurvePlot.Series(
      name: "base",
      points: first.points.map {
        CurvePlot.Point(x: Double($0.k), y: $0.base, yInterval: $0.baseInterval.map(share))
      })
    let others = read.map { candidate in
      CurvePlot.Series(
        name: candidate.name,
        points: candidate[keyPath: curve].points.map {
          CurvePlot.Point(x: Double($0.k), y: $0.candidate, yInterval: $0.candidateInterval.map(share))
        })
    }
    return CurvePlot(
      title: title, subtitle: subtitle,
      x: PlotAxis(
        "Demonstrations in the prompt (k)", scale: .log2OnePlus, ticks: first.points.map { Double($0.k) }),
      y: PlotAxis(axis, unit: .percent, including: [0]), series: [base] + others, namesAtEnds: true,
      width: width
    ).svg(idPrefix: "\(name)-\(Int(width))")
  }

  /// The drop overall from checkpoint to checkpoint; nil where the candidates are no series.
  func series(width: Double = Self.wide) -> String? {
    let points = candidates.compactMap { candidate -> (step: Int, unit: UnitVerdict, failed: Bool)? in
      guard let step = candidate.step, let verdict = candidate.verdict.verdict,
        let unit = verdict.overallUnit
      else { return nil }
      return (step, unit, verdict.outcome == .fail)
    }.sorted { $0.step < $1.step }
    guard points.count > 1, let margin = points[0].unit.margin else { return nil }
    let line = CurvePlot.Series(
      name: "drop overall",
      points: points.compactMap { point in
        point.unit.degradation.map {
          CurvePlot.Point(
            x: Double(point.step), y: $0.drop, yInterval: point.unit.shownInterval.map(plot))
        }
      })
    let first = points.first { $0.failed }.map {
      CurvePlot.Reference(.vertical, at: Double($0.step), label: "first FAIL", isAlarm: true)
    }
    return CurvePlot(
      title: "From checkpoint to checkpoint",
      subtitle: "Drop of few-shot exact match overall, and what is not ruled out",
      x: PlotAxis("Step of training", scale: .steps), y: PlotAxis("Drop in points", unit: .points, including: [0]),
      series: [line],
      references: [CurvePlot.Reference(.horizontal, at: margin, label: "margin")] + [first].compactMap { $0 },
      width: width
    ).svg(idPrefix: "series-\(Int(width))")
  }

  /// The drop overall from gate to gate; nil where there are fewer than three, or they are the candidates that the page is about.
  func pastGates(width: Double = Self.wide) -> String? {
    guard history.count > max(2, candidates.count) else { return nil }
    let line = CurvePlot.Series(
      name: "drop overall",
      points: history.enumerated().map { index, point in
        CurvePlot.Point(x: Double(index + 1), y: point.drop, yInterval: point.interval.map(plot))
      })
    let margin = history.last?.margin.map { CurvePlot.Reference(.horizontal, at: $0, label: "margin") }
    let first = history.firstIndex(where: \.failed).map {
      CurvePlot.Reference(.vertical, at: Double($0 + 1), label: "first FAIL", isAlarm: true)
    }
    return CurvePlot(
      title: "From gate to gate", subtitle: "Drop of few-shot exact match overall, and what is not ruled out",
      x: PlotAxis("Gates, oldest first", scale: .steps), y: PlotAxis("Drop in points", unit: .points, including: [0]),
      series: [line], references: [margin, first].compactMap { $0 }, width: width
    ).svg(idPrefix: "history-\(Int(width))")
  }

  private func plot(_ interval: Interval) -> PlotInterval { PlotInterval(low: interval.lower, high: interval.upper) }

  /// The part of a share's interval that a share can have.
  private func share(_ interval: Interval) -> PlotInterval {
    PlotInterval(low: min(max(interval.lower, 0), 1), high: max(min(interval.upper, 1), 0))
  }

  private func state(_ outcome: Outcome) -> PlotState {
    switch outcome {
    case .pass: .pass
    case .fail: .fail
    case .inconclusive: .inconclusive
    case .uninformative: .uninformative
    }
  }
}
