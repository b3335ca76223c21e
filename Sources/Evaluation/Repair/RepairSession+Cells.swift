import Gating
import Reporting
import Suites

/// A repair that puts whole cells back, instead of a share of everything.
extension RepairSession {
  /// The parts of the fine-tuning in the order in which they are put back.
  struct RankedCells {
    let order: [FineTuningPart]
    let entries: [CellRanking.Entry]
    let items: Int
    let samples: Int
  }

  /// Measures every cell, and what is in none, on blocks of the search.
  func rankedCells(_ report: @escaping (Event) -> Void) throws -> RankedCells {
    let parts = FineTuningParts(candidate)
    let all = parts.cells.map(\.part) + parts.rest
    let questions = try RestorationQuestions(
      setting.suite, tasks: scoring.voting,
      share: setting.share, most: Suite.fewBlocks(of: scoring.voting), contaminated: setting.contaminated)
    let samples = Array(
      try scoring.test.samples(for: candidate.checkpoint).prefix(CellMeasurement.mostSamples))
    let measurement = CellMeasurement(
      questions: questions, test: scoring.test, samples: samples,
      tuning: PartialTuning(candidate, base: base.checkpoint, threads: setting.threads))
    report(.asking("\(candidate.name) cell by cell"))
    let ranked = try measurement.ranking(
      of: all, threads: setting.threads,
      announce: { seconds in
        report(
          .note(
            "cell by cell: \(2 * all.count) models are asked \(questions.observations.count) questions and \(samples.count) test "
              + "samples each, about \(spokenTime(seconds)) here"))
      },
      progress: { report(.ranked($0, of: $1)) })
    return RankedCells(
      order: ranked.map(\.part), entries: ranked.map(\.entry), items: questions.observations.count,
      samples: samples.count)
  }

  func restoration(_ order: [FineTuningPart]) throws -> any WeakenedCandidate {
    if let scaling = weakened as? AdapterScaling { return try AdapterCells(scaling, order: order) }
    return try CellRestoration(base: base.checkpoint, tuned: candidate.checkpoint, order: order)
  }

  /// - Parameters:
  ///   - plain: shares of interpolation, on the search's blocks.
  ///   - searched: what is written by cell, there.
  ///   - confirm: measures a share of interpolation on the confirmation's blocks.
  func comparison(
    _ ranked: RankedCells, _ findings: RepairFindings, plain: [RepairPoint], searched: RepairPoint?,
    confirm: (GridShare) throws -> RepairPoint
  ) throws -> CellComparison {
    let shares = plain.sorted { $0.share < $1.share }
    let around = try searched?.ability.kept.map { kept in
      let near = CellComparison.around(kept, shares.map { $0.ability.kept ?? 0 })
      return try shares[near].map { try confirm($0.share) }
    }
    let line = ([findings.base] + (around ?? []) + [findings.candidate]).compactMap { point in
      point.ability.kept.flatMap { kept in point.target.map { (kept: kept, target: $0.accuracy) } }
    }
    let written = findings.written
    let equal = written?.ability.kept.flatMap { kept in
      written?.target.flatMap {
        CellComparison.EqualAbility(kept: kept, byCell: $0.accuracy, line: line)
      }
    }
    return CellComparison(
      ranking: ranked.entries, items: ranked.items, samples: ranked.samples,
      putBack: written.map { written in
        ranked.entries.prefix(written.share.parts - written.share.numerator).map(\.name)
      },
      trials: plain, around: around ?? [], atEqualAbility: equal)
  }
}
