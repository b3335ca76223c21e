import Diagnostics
import Gating

extension GateReport {
  /// Each candidate's verdict sentence, units and tasks as plain text without colour.
  package func terminalTable(width: TextWidth = .columns(80)) -> String {
    candidates.map { candidate in
      let heading = "\(tail(of: shown(candidate.path), width.tables.map { max(20, $0 - onBase.count) }))\(onBase)\n"
      let body = candidate.verdict.map { "\n\(units($0, width))\(needs($0, width))\n\(tasks($0, width))" } ?? ""
      let why = [candidate.formatLost, candidate.diagnosis?.text].compactMap { $0 }
        .map { "\n" + wrapped($0, width: width.sentences) + "\n" }.joined()
      return heading + body + "\n" + wrapped(candidate.sentence, width: width.sentences) + "\n" + why
    }.joined(separator: "\n") + (header.selection.map { "\n" + wrapped($0.text, width: width.sentences) + "\n" } ?? "")
      + (header.forms.map { FormsSection($0).terminal(width: width) } ?? "")
  }

  /// What the base is stored in, where that is no plain float: its own quantisation is in every score.
  var quantisedBase: String? {
    let storage = header.base.storage
    return ModelDescription.isFloat(storage) || ["served", "empty"].contains(storage) ? nil : shown(storage, limit: 40)
  }

  /// The same as it stands behind a candidate's name; empty where there is nothing to say.
  var onBase: String {
    // As it is read aloud: an nf4 base.
    quantisedBase.map { " on a\("aefhilmnorsx8".contains($0.prefix(1).lowercased()) ? "n" : "") \($0) base" } ?? ""
  }

  /// The verdict sentences alone, one line a candidate.
  package var sentences: String {
    candidates.map { "\(shown($0.path))\(onBase): \(shown($0.sentence))\n" }.joined()
      + (header.selection.map { "\(shown($0.text))\n" } ?? "")
      + (header.forms ?? []).filter { !$0.isReference }.map { "\(shown($0.text))\n" }.joined()
  }

  private func units(_ verdict: Verdict, _ width: TextWidth) -> String {
    var grid = TextGrid(
      [
        ("unit", .left), ("base", .right), ("cand.", .right), ("drop", .right), ("bound", .right), ("margin", .right),
        ("verdict", .left),
      ], spare: ["cand.", "base", "margin"])
    for unit in verdict.units.filter(\.isShown) {
      let loss = unit.degradation
      func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "-" }
      grid.add([
        unit.name.inTable, amount(loss?.base), amount(loss?.candidate), amount(loss?.drop),
        unit.boundText ?? "-", amount(unit.margin), unit.outcome.rawValue.uppercased(),
      ])
    }
    return grid.text(width: width.tables)
  }

  /// What every INCONCLUSIVE unit needs.
  private func needs(_ verdict: Verdict, _ width: TextWidth) -> String {
    let texts =
      verdict.units.filter(\.isShown).compactMap { unit in unit.need.map { "\(unit.name.alone): \($0)." } }
      + verdict.cautions
    return texts.isEmpty ? "" : "\n" + texts.map { wrapped($0, width: width.sentences) + "\n" }.joined()
  }

  private func tasks(_ verdict: Verdict, _ width: TextWidth) -> String {
    var grid = TextGrid(
      [
        ("task", .left), ("base", .right), ("cand.", .right), ("drop", .right), ("95 % interval", .right),
        ("p", .right),
        ("lost", .right), ("won", .right), ("", .left),
      ], spare: ["p", "cand.", "base", "won", "lost"])
    for task in verdict.tasks {
      let means = task.fewShotMeans
      grid.add([
        task.task, means.map { points($0.base) } ?? "-", means.map { points($0.candidate) } ?? "-",
        task.drop.map(points) ?? "-", task.intervalText, task.probabilityDrop.map(points) ?? "-",
        task.lost.map { "\($0)" } ?? "-", task.won.map { "\($0)" } ?? "-", task.admitted ? "" : "no vote",
      ])
    }
    return grid.text(width: width.tables)
  }
}

extension TaskReport {
  /// The part of the drop's interval that can be; nil where there is none, or it says nothing.
  var shownInterval: Interval? { dropInterval.flatMap { $0.attainable(base: fewShotMeans?.base) } }

  /// "12.1 to 22.3", "too few blocks", or "-".
  var intervalText: String {
    guard dropInterval != nil else { return "-" }
    return shownInterval.map { "\(points($0.lower)) to \(points($0.upper))" } ?? Interval.sayingNothing
  }

  /// Means of exact match over k > 0; nil where the task is never asked with demonstrations.
  var fewShotMeans: (base: Double, candidate: Double)? {
    let fewShot = shots.filter { $0.k > 0 }
    guard !fewShot.isEmpty else { return nil }
    let count = Double(fewShot.count)
    return (fewShot.reduce(0) { $0 + $1.base } / count, fewShot.reduce(0) { $0 + $1.candidate } / count)
  }
}
