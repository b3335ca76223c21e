import Foundation
import Gating

/// The texts of a claims' page, unescaped: its Markdown and its HTML show the same.
struct ClaimsTables {
  let result: ClaimsResult

  /// One claim on one model.
  struct ClaimRow {
    let claim: String
    let model: String
    /// A word and its parts' figures for each form.
    let cells: [(word: String, lines: [String])]
  }

  /// The forms that some model was asked in, the first one's first.
  var forms: [String] {
    result.models.flatMap(\.forms).map(\.form).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
  }

  var claimRows: [ClaimRow] {
    result.claims.indices.flatMap { index in
      result.models.map { model in
        ClaimRow(
          claim: result.claims[index].text, model: model.model,
          cells: forms.map { form in
            guard let found = model.forms.first(where: { $0.form == form })?.claims[index] else { return ("", []) }
            return (found.word.rawValue, found.parts.map { line($0, isAlone: found.parts.count == 1) })
          })
      }
    }
  }

  private func line(_ part: ClaimPart, isAlone: Bool) -> String {
    let figure =
      part.estimate.map { "\(percent($0.mean, $0.overBoth)) %\($0.runs.count > 1 ? " less lost" : " lost")" }
      ?? part.share.map { "\($0.text) of the loss comes back" }
      ?? part.spread.map { "as if over \(effectiveText($0.effective, $0.interval)) of \($0.layers)" }
    let word = isAlone || part.missing != nil ? nil : part.word.rawValue
    return "\(part.what): \([figure, part.missing, word].compactMap { $0 }.joined(separator: "; "))"
  }

  static let armHeadings = [
    "arm", "runs", "steps", "target accuracy, %", "lost, %", "over questions alone", "over seeds alone",
    "change of weights, %",
  ]

  /// Every arm of a model in one form, as `armHeadings`.
  func armRows(_ model: ClaimsResult.ModelFound, _ form: ClaimsResult.FormFound) -> [[String]] {
    form.arms.map { arm in
      let runs = model.experiment.runs.filter { $0.arm == arm.arm && $0.state == .finished }
      let counted = runs.filter(\.isCompared)
      let shown = (counted.isEmpty ? runs : counted).compactMap(\.points.last)
      let apart = runs.count - counted.count
      return [
        arm.arm, "\(counted.count)" + (apart > 0 ? ", and \(apart) never held the target" : ""),
        range(shown.map { Double($0.step) }, decimals: 0),
        range(shown.compactMap { $0.target?.accuracy }.map { 100 * $0 }, decimals: 1),
        arm.cost.map { percent($0.mean, $0.overBoth) } ?? "-", arm.cost.map { interval($0.overItems) } ?? "-",
        arm.cost?.overSeeds.map(interval) ?? "-",
        range(shown.compactMap { $0.change?.relative }.map { 100 * $0 }, decimals: 3),
      ]
    }
  }

  static let methodHeadings = [
    "method", "its rates, lost on the half that chooses, %", "chosen", "lost on the other half, %",
  ]

  func methodRows(_ form: ClaimsResult.FormFound) -> [[String]] {
    form.methods.map { method in
      [
        method.method,
        method.rates.map { "\($0.arm) \($0.cost.map { points($0) } ?? "-")" }.joined(separator: ", "),
        method.arm ?? "-", method.estimate.map { percent($0.mean, $0.overBoth) } ?? "-",
      ]
    }
  }

  /// What is not run yet, and how long that would take at what the finished runs took.
  func leftOut(_ model: ClaimsResult.ModelFound) -> String? {
    let open = model.experiment.runs.filter { $0.state == .unfinished }
    guard !open.isEmpty else { return nil }
    let finished = model.experiment.runs.compactMap(\.points.last).filter { $0.trainingSeconds != nil }
    // Noise and the base under other draws are only asked.
    let trains = open.count { $0.until?.held != nil }
    let arms = open.reduce(into: [(String, [UInt64])]()) { list, run in
      if let index = list.firstIndex(where: { $0.0 == run.arm }) {
        list[index].1.append(run.seed)
      } else {
        list.append((run.arm, [run.seed]))
      }
    }
    let names = arms.map { arm, seeds in
      "\(arm) (seed\(seeds.count == 1 ? "" : "s") \(seeds.map(String.init).joined(separator: ", ")))"
    }
    var hours = ""
    if !finished.isEmpty {
      let asking = finished.reduce(0) { $0 + $1.scoringSeconds } / Double(finished.count)
      let whole = asking + finished.reduce(0) { $0 + ($1.trainingSeconds ?? 0) } / Double(finished.count)
      hours = String(
        format: "; about %.1f hours at what %d finished runs took (%.0f s, and %.0f where nothing is trained)",
        (whole * Double(trains) + asking * Double(open.count - trains)) / 3600, finished.count, whole, asking)
    }
    return "\(open.count) of \(model.experiment.runs.count) runs\(hours): \(names.joined(separator: "; "))."
  }

  /// How to read it, a paragraph each.
  static let reading = [
    "Lost is the drop of few-shot exact match, mean over k > 0, in percent of the base's, at the checkpoint that holds the target. Brackets "
      + "beside it are 95 % intervals with training seeds and questions as samples (Satterthwaite's degrees of freedom); a claim is told by them. "
      + "The two columns behind it take one of them as the sample: over questions for these runs, and by t over seeds on these questions, "
      + "which is wide for three seeds.",
    "A cost holds where its interval lies within the claimed one's tolerance, and does not where it lies outside. A pair holds where its "
      + "interval lies above 0: the first arm lost less. A claim of several parts holds where all do, and does not hold where one does not.",
    "A method's learning rate is chosen on half of the tasks (every other one by family and name) and its cost reported on the other half.",
  ]

  private func percent(_ value: Double, _ interval: Interval?) -> String {
    points(value) + (interval.map { " \(self.interval($0))" } ?? "")
  }

  private func interval(_ interval: Interval) -> String { "[\(points(interval.lower)), \(points(interval.upper))]" }

  private func range(_ values: [Double], decimals: Int) -> String {
    guard let least = values.min(), let most = values.max() else { return "-" }
    let ends = [least, most].map { String(format: "%.\(decimals)f", $0) }
    return ends[0] == ends[1] ? ends[0] : "\(ends[0]) to \(ends[1])"
  }
}
