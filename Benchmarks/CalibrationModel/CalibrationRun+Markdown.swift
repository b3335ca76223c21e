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

    \(gates) simulated gates a row of a promise, a quarter of that where a gate looks several times, a tenth of ten candidates, a
    sixteenth in rows without one; seed \(seed); \(program). Every gate went through admission as `holdfast baseline save`
    decides it and through `Verdict.judge`, the function that `holdfast gate` ends with: pairing, every rule at every level,
    Holm's procedure over all voting units. Brackets are 95 % Clopper-Pearson intervals of the Monte Carlo error.

    With the shipped rules: \(rules).

    \(promised)\(Self.limits)

    \(CalibrationCell.Section.allCases.compactMap(table).joined(separator: "\n\n"))

    \(Self.assumptions)

    """
  }

  private var promised: String {
    guard !bounds.isEmpty else { return "Nothing is promised of the rows of this page: they say what to expect.\n\n" }
    return """
      ## What is promised

      | case | promised | seen | |
      |---|--:|--:|---|
      \(bounds.map(row).joined(separator: "\n"))

      A promise counts as broken where the count seen would come up with a probability below .001 if the true rate were the
      promised one; the program then ends with 1.


      """
  }

  /// One section's rows.
  private func table(_ section: CalibrationCell.Section) -> String? {
    let rows = zip(cells, tallies).filter { $0.0.section == section }.map(row)
    guard !rows.isEmpty else { return nil }
    return """
      ## \(section.rawValue)

      | case | PASS | FAIL | INCONCLUSIVE | read | overall PASS | family PASS | family FAIL |
      |---|--:|--:|--:|--:|--:|--:|--:|
      \(rows.joined(separator: "\n"))
      """
  }

  private func row(_ cell: CalibrationCell, _ tally: Tally) -> String {
    let gates = tally.trials
    let open = gates - tally.gate.passes - tally.gate.fails - tally.refused
    let family = tally.familyAtMargin
    let refused = tally.refused > 0 ? " (\(share(tally.refused, of: gates)) not gateable)" : ""
    let read =
      tally.gate.votes > 0 && tally.read > 0 ? "\(percent(tally.read / Double(tally.gate.votes), digits: 0)) %" : "–"
    let shares = [
      share(tally.gate.passes, of: gates), share(tally.gate.fails, of: gates), share(open, of: gates), read,
      share(tally.overall.passes, of: tally.overall.votes), share(family.passes, of: family.votes),
      share(family.fails, of: family.votes),
    ]
    return "| \(cell.title)\(refused) | \(shares.joined(separator: " | ")) |"
  }

  /// "`max_drop` overall, `max_drop` family; α_pass 0.05, α_fail 0.01"
  private var rules: String {
    let rules = GateSettings().policy.rules
    let names = rules.map { "`\($0.name)` (\($0.level.rawValue), \(String(format: "%.2f", $0.contrast.limit)))" }
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
