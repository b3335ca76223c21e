import Diagnostics
import Evaluation
import Foundation
import Scoring

/// Says on standard error what a gate is doing, in one of three forms.
final class GateTelling {
  enum Form {
    /// Progress and notes for people.
    case lines
    /// A JSON object a line, for programs: its "event" is stage, opened, progress, note or judged.
    case events
    case quiet
  }

  private let form: Form
  private let progress = ProgressLine("")
  private var candidate = ""
  /// Who is being asked: the candidate, or the base.
  private var asked = ""
  private var lastEvent = -Double.infinity

  /// Whether a verdict is said as soon as it is there: not where another reading may still settle what it is worth.
  private let saysVerdicts: Bool

  init(form: Form, saysVerdicts: Bool) { (self.form, self.saysVerdicts) = (form, saysVerdicts) }

  func tell(_ event: GateSession.Event) {
    switch event {
    case .opened(let name, let index, let count):
      (candidate, asked) = (name, name)
      progress.label = count == 1 ? name : "\(name) (\(index + 1) of \(count))"
      lastEvent = -Double.infinity
      emit(GateEvent(event: "opened", candidate: name, index: index, count: count))
    case .note(let text):
      say("\(text)")
    case .again(let name, let what):
      progress.label = "\(name), \(what)"
      if form == .lines { progress.show(stage: "\(name), \(what)") }
      asked = name
      lastEvent = -Double.infinity
      emit(GateEvent(event: "opened", candidate: name, what: what))
    case .stage(let text):
      if form == .lines { progress.show(stage: "\(text)") }
      emit(GateEvent(event: "stage", text: text))
    case .restored(let done, let total):
      if form == .lines { progress.show(part: done, of: total) }
    case .undiagnosed(let reason):
      say("no diagnosis: \(reason)")
    case .comparing(let count): say("comparing \(count) forms of one fine-tuning, weight by weight")
    case .unconfirmed(let reason):
      say("not confirmed: \(reason)")
    case .withoutAnswers(let reason):
      say("no answers to what it lost: \(reason)")
    case .progress(let scoring):
      if form == .lines { progress.show(scoring) }
      show(scoring)
    case .judged(let verdict):
      progress.end()
      // What is asked after it only explains it, and takes time; where nobody waits, the verdict comes with the table.
      if form == .lines, saysVerdicts, isatty(STDERR_FILENO) == 1 {
        note("\(verdict.path): \(verdict.outcome?.rawValue.uppercased() ?? "NOT GATEABLE")")
      }
      emit(
        GateEvent(
          event: "judged", candidate: candidate, path: verdict.path,
          outcome: verdict.outcome?.rawValue ?? "not gateable",
          text: verdict.sentence))
    }
  }

  /// A note.
  func say(_ text: ShownText) {
    progress.end()
    if form == .lines { note(text) }
    emit(GateEvent(event: "note", text: text.description))
  }

  func end() { progress.end() }

  /// At most one event a second, and the last one of each reading.
  private func show(_ scoring: ScoringProgress) {
    if scoring.seconds < lastEvent { lastEvent = -Double.infinity }
    guard scoring.seconds - lastEvent >= 1 || scoring.batches == scoring.totalBatches else { return }
    lastEvent = scoring.seconds
    emit(
      GateEvent(
        event: "progress", candidate: asked, blocks: scoring.batches, totalBlocks: scoring.totalBatches,
        rows: scoring.rows, totalRows: scoring.rows == 0 || scoring.totalRows == 0 ? nil : scoring.totalRows,
        seconds: scoring.seconds))
  }

  private func emit(_ event: GateEvent) {
    guard form == .events else { return }
    guard let line = try? shownJSON(event) else { return }
    emitError("\(words: String(decoding: line, as: UTF8.self))\n")
  }
}

/// A line of `gate --json` on standard error; what an event has not is absent.
private struct GateEvent: Encodable {
  let event: String
  var candidate: String?
  var path: String?
  var index: Int?
  var count: Int?
  var what: String?
  var blocks: Int?
  var totalBlocks: Int?
  var rows: Int?
  var totalRows: Int?
  var seconds: Double?
  var outcome: String?
  var text: String?

  enum CodingKeys: String, CodingKey {
    case event, candidate, path, index, count, what, blocks, rows, seconds, outcome, text
    case totalBlocks = "total_blocks"
    case totalRows = "total_rows"
  }
}
