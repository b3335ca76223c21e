import Foundation
import Gating

extension ExperimentResult {
  /// README.md of an experiment: how it was run, every checkpoint, and the arms at equal target accuracy.
  package func markdown() -> String {
    let sections =
      [heading, checkpointTable]
      + [
        apart, recipeTable, header.matchAccuracy.map(matchedTable), changeTable, noVerdictNotes, reading,
      ].compactMap { $0 }
    return sections.joined(separator: "\n\n") + "\n"
  }

  private var heading: String {
    let facts: [(String, String)] = [
      ("command", header.command), ("generated", header.generatedAt), ("machine", machines),
      ("program", "\(header.createdBy), numerics \(header.numerics)"),
      ("kernel, threads", "\(header.kernel), \(header.threads)"),
      ("base", "\(header.base.name), \(header.base.storage), weights \(header.base.weights.prefix(12))"),
      ("baseline", header.baseline),
      (
        "suite",
        "\(header.suite.name) version \(header.suite.version), \(header.suite.hash.prefix(12)); share \(header.share): "
          + "\(header.tasks) admitted tasks of \(header.families) families, \(header.items) items"
      ),
      ("trained until", runs.first?.until?.text ?? ""),
      (
        "also asked",
        header.also.map {
          "\($0.form), baseline \($0.baseline), share \($0.share): \($0.tasks) admitted tasks of \($0.families) families, "
            + "\($0.items) items"
        } ?? ""
      ),
      ("left out", header.related.isEmpty ? "nothing" : "\(header.related.joined(separator: ", ")): trained labels"),
    ]
    let open = runs.filter { $0.state == .unfinished }.count
    let state = open == 0 ? "" : "**Not finished: \(open) of \(runs.count) runs are still to be done.**\n\n"
    return """
      # Experiment: \(markdownEscaped(header.name))

      Written by the command below; every figure was measured by it. [results.json](results.json) holds them all.

      \(state)![Target accuracy against in-context learning kept](plot.svg)

      | | |
      |---|---|
      \(facts.filter { !$0.1.isEmpty }.map { "| \($0.0) | \(markdownEscaped($0.1)) |" }.joined(separator: "\n"))
      """
  }

  private var checkpointTable: String {
    let shots = base.ability.shots.map { "\($0.k)" }.joined(separator: " / ")
    let also = header.also.map { form in
      (title: " kept, \(form.form), % | drop, \(form.form), points | gate, \(form.form) |", rule: "--:|--:|---|")
    }
    var lines = [
      "## Every checkpoint", "",
      "| arm | seed | step | target accuracy, % | ICL exact match, %, at k = \(shots) | ICL kept, % | drop, points "
        + "| drop of p(gold), points | leak mass, % | gate |" + (also?.title ?? ""),
      "|---|--:|--:|--:|--:|--:|--:|--:|--:|---|" + (also?.rule ?? ""), row("base", "", base),
    ]
    let rest = header.also == nil ? "" : " | | |"
    for run in runs {
      lines += run.points.dropFirst().map { row(markdownEscaped(run.arm), "\(run.seed)", $0) }
      if let step = run.divergedAt {
        lines.append(
          "| \(markdownEscaped(run.arm)) | \(run.seed) | \(step) | diverged at step \(step) | | | | | | |\(rest)")
      } else if run.state == .unfinished {
        lines.append("| \(markdownEscaped(run.arm)) | \(run.seed) | | not finished yet | | | | | | |\(rest)")
      }
    }
    for summary in seedSummaries(last) {
      lines.append(
        "| **\(markdownEscaped(summary.arm))** | \(summary.seeds) | last | \(summary.text { $0.target?.accuracy }) "
          + "| \(summary.text { $0.ability.fewShot }) over k > 0 | \(summary.textOverSeeds { $0.ability.kept }) "
          + "| \(summary.textOverSeeds { $0.ability.drop }) | \(summary.textOverSeeds { $0.ability.probability?.drop }) "
          + "| \(summary.text { $0.leakMass }) | |"
          + (header.also == nil
            ? ""
            : " \(summary.textOverSeeds { $0.also?.ability.kept }) | \(summary.textOverSeeds { $0.also?.ability.drop }) | |")
      )
    }
    return lines.joined(separator: "\n")
  }

  private func row(_ arm: String, _ seed: String, _ point: ExperimentPoint) -> String {
    let shots = point.ability.shots.map { points($0.exactMatch) }.joined(separator: " / ")
    return "| \(arm) | \(seed) | \(point.step) | \(percent(point.target?.accuracy, point.target?.interval)) | \(shots) "
      + "| \(percent(point.ability.kept, point.ability.keptInterval)) "
      + "| \(percent(point.ability.drop, point.ability.dropInterval)) "
      + "| \(percent(point.ability.probability?.drop, point.ability.probability?.dropInterval)) | \(point.leakMass.map(points) ?? "-") "
      + "| \(word(point.verdict)) |"
      + (header.also == nil
        ? ""
        : " \(percent(point.also?.ability.kept, point.also?.ability.keptInterval)) "
          + "| \(percent(point.also?.ability.drop, point.also?.ability.dropInterval)) | \(word(point.also?.verdict)) |")
  }

  private func word(_ verdict: Outcome?) -> String { verdict?.rawValue.uppercased() ?? "-" }

  /// Arms that never held their target are compared with none.
  private var apart: String? {
    let never = runs.filter { $0.state == .finished && $0.until?.held == false }
    guard !never.isEmpty else { return nil }
    return "## Never held the target\n\n"
      + "Scored where they ended, and in no comparison and no mean over seeds:\n\n"
      + never.map { run in
        let best = run.points.dropFirst().compactMap(\.target?.accuracy).max()
        return "- \(markdownEscaped(run.arm)), seed \(run.seed): \(best.map(points) ?? "-") % after "
          + "\(run.points.last?.step ?? 0) steps"
      }.joined(separator: "\n")
  }

  private func matchedTable(_ accuracy: Double) -> String {
    var lines = [
      "## At equal target accuracy", "",
      "Each arm where its target accuracy first reaches \(points(accuracy)) %, linear between the checkpoints around "
        + "that; the base is the first of them.", "",
      "| arm | seed | step | ICL kept, % | drop, points | leak mass, % |", "|---|--:|--:|--:|--:|--:|",
    ]
    for run in runs {
      let name = "| \(markdownEscaped(run.arm)) | \(run.seed) "
      if let matched = run.matched {
        lines.append(
          name + "| \(String(format: "%.0f", matched.step)) | \(percent(matched.kept, matched.keptInterval)) "
            + "| \(percent(matched.drop, matched.dropInterval)) | \(matched.leakMass.map(points) ?? "-") |")
      } else {
        lines.append(name + "| \(unmatched(run)) | | | |")
      }
    }
    for summary in seedSummaries(\.matched) {
      lines.append(
        "| **\(markdownEscaped(summary.arm))** | \(summary.seeds) | | \(summary.textOverSeeds { $0.kept }) "
          + "| \(summary.textOverSeeds { $0.drop }) | \(summary.text { $0.leakMass }) |")
    }
    return lines.joined(separator: "\n")
  }

  /// Why an arm has no figure at the accuracy asked for: none is dropped silently.
  private func unmatched(_ run: ExperimentRun) -> String {
    let best = run.points.dropFirst().compactMap(\.target?.accuracy).max()
    let reached = best.map { " (highest \(points($0)))" } ?? ""
    return switch run.state {
    case .finished: best == nil ? "no target accuracy" : "never reached\(reached)"
    case .diverged: "diverged before\(reached)"
    case .unfinished: "not finished yet\(reached)"
    }
  }

  private var noVerdictNotes: String? {
    let reasons = Set(([base] + runs.flatMap(\.points)).compactMap(\.noVerdict)).sorted()
    guard !reasons.isEmpty else { return nil }
    return "The gate gives no verdict where it has too little to judge by:\n\n"
      + reasons.map { "- \(markdownEscaped($0))" }.joined(separator: "\n")
  }

  private var reading: String {
    """
    ## How to read this

    - ICL is exact match on held-out few-shot tasks that have nothing to do with the training data: over the tasks \
    that the baseline admits, families equally weighted, tasks equally within a family. *Kept* is the mean over k > 0 in \
    percent of the base's, *drop* the base's mean minus the checkpoint's; *p(gold)* is the probability of the gold answer, \
    which moves before greedy answers do.
    - *Leak mass* is the probability that the first answer token to these unrelated tasks is a label of the training \
    task.
    - Brackets are 95 % intervals: of the target accuracy over test samples (Wilson), of ICL over items and draws of \
    demonstrations (clustered by block). They do not cover training seeds: another seed may land outside. Where an arm \
    ran under several seeds, each has its row, and a row in bold has their mean, in brackets its 95 % interval with seeds as \
    the sampling unit, on these questions, and in parentheses the lowest and the highest. Two seeds say little of how seeds \
    differ, and their interval says so; three say little more.
    """
  }

  /// "88.0 [83.0, 91.9]", in percent or points.
  private func percent(_ value: Double?, _ interval: Interval?) -> String {
    value.map { bracketed($0, interval) } ?? "-"
  }

  private func last(_ run: ExperimentRun) -> ExperimentPoint? { run.isCompared ? run.points.last : nil }
}

extension RunEnd {
  fileprivate var text: String {
    "\(points(targetAccuracy)) % of its task is held for \(window) looks, one every \(every) steps, at most \(atMost)"
  }
}
