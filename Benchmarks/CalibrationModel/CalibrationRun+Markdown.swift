import Foundation
import Gating
import Statistics

extension CalibrationRun {
  /// The page that `make calibrate` writes.
  ///
  /// - Parameters:
  ///   - program: whose verdict it was, such as `holdfast 0.1.0`.
  ///   - command: what makes the same page again.
  package func markdown(program: String, command: String) -> String {
    """
    # Calibration: how often the verdict is wrong

    Written by `\(command)`.

    \(gates) simulated gates a row, seed \(seed); \(program). Every gate went through admission as `holdfast baseline save`
    decides it and through `Verdict.judge`, the function that `holdfast gate` ends with: pairing, every rule at every level,
    Holm's procedure over all voting units. Brackets are 95 % Clopper-Pearson intervals of the Monte Carlo error.

    ## What is promised

    | case | promised | seen | |
    |---|--:|--:|---|
    \(bounds.map(row).joined(separator: "\n"))

    A promise counts as broken where the count seen would come up with a probability below .001 if the true rate were the
    promised one; the program then ends with 1.

    \([outcomes, readings, margins].filter { !$0.isEmpty }.joined(separator: "\n\n"))

    \(Self.assumptions)

    """
  }

  private var outcomes: String {
    guard !outcomeRows.isEmpty else { return "" }
    return """
      ## What becomes of a candidate, by its true drop

      With the shipped rules: \(rules).

      | drop | over tasks | PASS | FAIL | INCONCLUSIVE |
      |--:|---|--:|--:|--:|
      \(outcomeRows.joined(separator: "\n"))
      """
  }

  private var readings: String {
    guard !readingRows.isEmpty else { return "" }
    return """
      ## With `--stop-early` and with `--adaptive`, by the true drop

      With the shipped rules: \(rules). A hopeless candidate ends a gate with `--stop-early` after a share of the blocks of
      voting tasks; an adaptive gate looks up to three times.

      | drop | over tasks | reading | PASS | FAIL | INCONCLUSIVE | stopped early, after | looks: one, two, three |
      |--:|---|---|--:|--:|--:|--:|--:|
      \(readingRows.joined(separator: "\n"))
      """
  }

  private var margins: String {
    guard !marginRows.isEmpty else { return "" }
    return """
      ## At the margins

      The gate is the whole verdict; overall and families are units of the drop rules. A family is counted where it votes and
      its true drop is .10: all such families together, and the family that passed most often.

      | case | gate PASS | gate FAIL | overall PASS | overall FAIL | family PASS | family FAIL | most a family PASS |
      |---|--:|--:|--:|--:|--:|--:|--:|
      \(marginRows.joined(separator: "\n"))
      """
  }

  /// "`max_drop` overall, `max_drop` family; α_pass 0.05, α_fail 0.01"
  private var rules: String {
    let rules = GateSettings().policy.rules
    let names = rules.map { rule in
      guard case .absoluteDrop(let margin) = rule.contrast else { return "`\(rule.name)` (\(rule.level.rawValue))" }
      return "`\(rule.name)` (\(rule.level.rawValue), at most \(String(format: "%.2f", margin)))"
    }
    let alphas = rules.first.map { "; α_pass \($0.alphaPass), α_fail \($0.alphaFail)" } ?? ""
    return names.joined(separator: ", ") + alphas
  }

  private func row(_ bound: Bound) -> String {
    let promised =
      switch bound.limit {
      case .atMost(let rate): "≤ \(percent(rate, digits: 0)) %"
      case .atLeast(let rate): "≥ \(percent(rate, digits: 0)) %"
      }
    return "| \(bound.claim) | \(promised) | \(text(bound.seen)) | \(bound.isBroken ? "**broken**" : "holds") |"
  }

  private var outcomeRows: [String] {
    zip(cells, tallies).compactMap { cell, tally in
      guard case .outcome(let drop) = cell.kind, cell.reading == .whole else { return nil }
      let open = gates - tally.gate.passes - tally.gate.fails - tally.refused
      let counts = [tally.gate.passes, tally.gate.fails, open].map { share($0, of: gates) }
      let refused = tally.refused > 0 ? "; \(share(tally.refused, of: gates)) not gateable" : ""
      return "| \(String(format: "%.3f", drop)) | \(cell.title)\(refused) | \(counts.joined(separator: " | ")) |"
    }
  }

  private var readingRows: [String] {
    zip(cells, tallies).compactMap { cell, tally in
      guard case .outcome(let drop) = cell.kind, cell.reading != .whole else { return nil }
      let open = gates - tally.gate.passes - tally.gate.fails - tally.refused
      let counts = [tally.gate.passes, tally.gate.fails, open].map { share($0, of: gates) }
      let early = tally.early.meanShareRead.map {
        "\(share(tally.early.gates, of: gates)), \(percent($0, digits: 0)) % of the blocks"
      }
      let looks = tally.looks.map { "\(percent(Double($0) / Double(gates), digits: 0)) %" }.joined(separator: ", ")
      let cells = [
        String(format: "%.3f", drop), cell.title, "`\(cell.reading.rawValue)`", counts.joined(separator: " | "),
        early ?? "–",
        cell.reading == .adaptive ? looks : "–",
      ]
      return "| \(cells.joined(separator: " | ")) |"
    }
  }

  private var marginRows: [String] {
    zip(cells, tallies).compactMap { cell, tally in
      guard cell.kind == .margin else { return nil }
      let family = tally.familyAtMargin
      let most = tally.familiesAtMargin.filter { $0.votes > 0 }
        .max { $0.passes * $1.votes < $1.passes * $0.votes }
      let shares = [
        share(tally.gate.passes, of: gates), share(tally.gate.fails, of: gates),
        share(tally.overall.passes, of: tally.overall.votes), share(tally.overall.fails, of: tally.overall.votes),
        share(family.passes, of: family.votes), share(family.fails, of: family.votes),
        most.map { share($0.passes, of: $0.votes) } ?? "–",
      ]
      let reading = cell.reading == .whole ? "" : "`\(cell.reading.rawValue)`, "
      return "| \(reading)\(cell.title) | \(shares.joined(separator: " | ")) |"
    }
  }
}

/// "4.92 % (4.62–5.23)", or a dash without trials.
private func share(_ count: Int, of trials: Int) -> String {
  Proportion(successes: count, trials: trials).map(text) ?? "–"
}

private func text(_ seen: Proportion) -> String {
  let interval = seen.clopperPearson()
  return "\(percent(seen.share)) % (\(percent(interval.lowerBound))–\(percent(interval.upperBound)))"
}

private func percent(_ share: Double, digits: Int = 2) -> String { String(format: "%.\(digits)f", 100 * share) }

extension CalibrationRun {
  private static let assumptions = """
    ## What is simulated

    - **Questions.** 20 tasks in nine families (two of three tasks, seven of two), 16 blocks of eight items, asked at k = 0,
      1, 4 and 8, one draw of demonstrations a block; an adaptive gate's further draws keep an item's own part of its answers
      and draw the block's and the answer's parts anew. The base's true share of right answers at k = 4 is .56 to .80 by family,
      .08 less at k = 1 and .04 more at k = 8; chance is .10.
    - **Admission** is decided on the simulated base. One task of a family of three is admitted about every other time, one of
      the other never; the rest practically always. Rows with 12 tasks in 7 families have the coverage of the committed
      SmolLM2 baseline: three of the families vote with a single task.
    - **Differences.** At each k > 0 a candidate's answers differ from the base's in .15 of the items while the drop is at most
      .10; beyond it the candidate still gains .025, so that they differ in the drop and .05. Every rate is exact in
      expectation. The drop is the same at every k > 0; at k = 0, which does not vote, nothing changes.
    - **Clusters.** Answers come from thresholds on normal numbers that share a part over their block and a part over their
      item. The intra-block correlation of t - b, mean over k > 0, is about .05 and its item standard deviation about .29
      without a drop, close to the .05 and .30 that the default margins were chosen with; the base's own intra-block correlation
      is about .05. Blocks are independent of each other.
    - **Unequal drops.** Families lose .4 to 1.6 times the drop in steps of .15, and of the first two tasks of a family one
      loses 25 % more and one 25 % less than the family. In the table at the margins only the latter holds, with the family
      drops that the row names; where four families lose .10, the other five lose .01, which makes .05 overall.
    - **Random numbers.** A gate has its own stream, and one base for all rows of the same coverage: gates are independent,
      rows are not. The figures do not depend on the number of threads.

    Real models may cluster more, and losses may be rarer and larger than simulated: the rates hold as far as these assumptions
    do.
    """
}
