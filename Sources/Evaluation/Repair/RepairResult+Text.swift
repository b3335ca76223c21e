import Diagnostics
import Foundation
import Gating

extension RepairResult {
  /// All that was found, as plain text: a line is one, whatever the names in it hold.
  package var text: String {
    var lines = ["candidate \(candidatePath)", "  \(candidateVerdict)"]
    if !trials.isEmpty {
      lines.append("search on \(searchShare) of every task's blocks (\(searchBlocks) blocks), \(method)")
      lines.append(Self.row(symbol, "target", "few-shot", "kept", "bound", "verdict"))
      lines += trials.map(row)
    }
    if !confirmations.isEmpty {
      lines.append("confirmation on \(confirmationPlace)")
      lines += confirmations.flatMap { [row($0), "  \($0.sentence ?? "")"] }
    }
    lines.append("target accuracy on \(testData); few-shot exact match on \(measuredPlace)")
    lines.append(Self.row("", "target", "few-shot", "kept", "", ""))
    lines += [("base", base), ("candidate", candidate)].map { Self.row($0, cells(of: $1)) }
    if let repaired { lines.append(Self.row("repaired", cells(of: repaired))) }
    lines += byCell.map(comparison) ?? []
    lines += notes.map { "note: \($0)" }
    return (lines + [conclusion]).map { shown($0) + "\n" }.joined()
  }

  /// Plain interpolation beside it.
  private func comparison(_ found: CellComparison) -> [String] {
    var lines = ["plain interpolation, searched on the same blocks"]
    lines += found.trials.map(row)
    if !found.around.isEmpty {
      lines.append("of it, what keeps about as much, on \(confirmationPlace)")
      lines += found.around.map(row)
    }
    if let equal = found.atEqualAbility {
      lines.append(
        "at equal ability kept (\(points(equal.kept)) %) target accuracy is \(points(equal.byCell)) % by cell and "
          + "\(points(equal.interpolated)) % by interpolation")
    }
    if let back = found.putBack {
      let first = back.prefix(8).joined(separator: ", ")
      lines.append("put back: \(back.count) of \(found.ranking.count) parts, \(first)\(back.count > 8 ? ", …" : "")")
    }
    return lines
  }

  private var conclusion: String {
    switch ending {
    case .passesAlready:
      return "the candidate passes as it is (\(symbol) = 1): there is nothing to repair, and nothing is written"
    case .none:
      return "\(failure): nothing is written; train again with less forgetting ('holdfast train' with mix or preserve)"
    case .repaired: return "written to \(out ?? "") with \(share): the gate passes on \(confirmationPlace)"
    case .unconfirmed:
      return "written to \(out ?? "") with \(share), NOT CONFIRMED: the gate is INCONCLUSIVE on \(confirmationPlace)"
    }
  }

  /// What was in the way.
  private var failure: String {
    if let denied = confirmations.first {
      return "\(symbol) = \(denied.share) passed in the search and fails on \(confirmationPlace)"
    }
    let least = trials.min { $0.share < $1.share }
    let open = least?.verdict == .inconclusive ? ", where the gate is INCONCLUSIVE and a larger --share may tell" : ""
    return "no share of this fine-tuning passes the gate, down to \(symbol) = \(least?.share ?? .whole)\(open)"
  }

  private var share: String { "\(symbol) = \(repaired?.share.description ?? "none")" }

  private var confirmationPlace: String {
    confirmsOnOthers
      ? "the \(confirmationBlocks) blocks that the search did not use" : "all \(confirmationBlocks) blocks"
  }

  private var measuredPlace: String {
    confirmsOnOthers ? "\(confirmationBlocks) blocks, none of them the search's" : "all \(confirmationBlocks) blocks"
  }

  private func row(_ point: RepairPoint) -> String {
    let cells = cells(of: point)
    let bound = point.bound.map { String(format: "%+.4f", $0) } ?? "-"
    return Self.row(
      point.share.description, cells.target, cells.fewShot, cells.kept, bound,
      point.verdict.map { $0.rawValue.uppercased() } ?? "-")
  }

  private func cells(of point: RepairPoint) -> (target: String, fewShot: String, kept: String) {
    (
      point.target.map { "\(points($0.accuracy)) %" } ?? "-", "\(points(point.ability.fewShot)) %",
      point.ability.kept.map { "\(points($0)) %" } ?? "-"
    )
  }

  private static func row(_ first: String, _ cells: (target: String, fewShot: String, kept: String)) -> String {
    row(first, cells.target, cells.fewShot, cells.kept, "", "")
  }

  private static func row(
    _ first: String, _ target: String, _ fewShot: String, _ kept: String, _ bound: String, _ verdict: String
  ) -> String {
    let numbers = [target, fewShot, kept, bound].map { String(repeating: " ", count: max(0, 10 - $0.count)) + $0 }
    let line = "  " + first.padding(toLength: 10, withPad: " ", startingAt: 0) + numbers.joined() + "  " + verdict
    return String(line.reversed().drop { $0 == " " }.reversed())
  }
}
