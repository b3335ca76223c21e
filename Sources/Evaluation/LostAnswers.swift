import Diagnostics
import Gating
import Ledger
import Scoring
import Suites

/// The questions that a candidate lost, as the ledger has them: with their prompts, and with what it answers instead.
package struct LostAnswers {
  private let ledger: Ledger
  private let run: Run

  /// - Parameter run: the candidate's.
  package init(_ ledger: Ledger, run: Run) {
    self.ledger = ledger
    self.run = run
  }

  /// The worst of them; a question that the run does not hold is left out.
  package func list(_ contrasts: [ItemContrast]) throws -> [LostAnswer] {
    try contrasts.lost.prefix(LostAnswer.mostShown).compactMap { contrast in
      try ledger.question(of: contrast.candidate, in: run).map { question in
        LostAnswer(
          contrast: contrast, prompt: question.request.context,
          gold: question.request.exactMatch?.accepted.first ?? question.request.continuation,
          accepted: question.request.exactMatch?.accepted, answer: question.answer)
      }
    }
  }

  /// Lets the candidate answer the worst of what it lost, greedily, where nobody has let it answer yet, and keeps that in the ledger.
  ///
  /// As many as `mostBytes` of prompts reach: this decides nothing, and with a large model 200 long prompts take minutes.
  ///
  /// - Throws: `Interrupted` where it is to end: what was answered by then is kept.
  func ask(_ contrasts: [ItemContrast], of subject: any AskedModel, in model: any ReadyModel) throws {
    let questions = try contrasts.lost.prefix(LostAnswer.mostShown).compactMap {
      try ledger.question(of: $0.candidate, in: run)
    }
    let open = questions.prefix(Self.asked(of: questions.map(\.request.context))).filter { $0.answer == nil }
      .map(\.request)
    guard !open.isEmpty else { return }
    var answers: [String: String] = [:]
    var interrupted: Interrupted?
    do {
      try model.write(after: open, tokens: Self.mostTokens, stops: true) { place, text in
        answers[open[place].id] = Self.cut(text, at: open[place].exactMatch?.stop ?? "")
      }
    } catch let reason as Interrupted {
      interrupted = reason
    }
    try ledger.saveAnswers(
      answers, model: run.plan.model, numerics: run.plan.numerics, unless: { try subject.demandUnchanged() })
    if let interrupted { throw interrupted }
  }

  /// Answers of the suites are shorter; a model that says more than this has shown what it does.
  private static let mostTokens = 16

  /// Some 4,000 tokens, a wave.
  private static let mostBytes = 16_384

  /// How many of the worst are asked, at least one. What was answered before counts too: another gate of the same candidate does not go on
  /// from there.
  package static func asked(of prompts: [String]) -> Int {
    var bytes = 0
    let fitting = prompts.prefix { prompt in
      bytes += prompt.utf8.count
      return bytes <= mostBytes
    }
    return max(fitting.count, min(1, prompts.count))
  }

  /// Whether there is something left to ask among what `list` gives.
  static func areOpen(_ found: [LostAnswer]) -> Bool {
    found.prefix(asked(of: found.map(\.prompt))).contains { $0.answer == nil }
  }

  private static func cut(_ text: String, at stop: String) -> String {
    guard !stop.isEmpty, let end = text.firstRange(of: stop) else { return text }
    return String(text[..<end.lowerBound])
  }
}
