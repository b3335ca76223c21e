import Diagnostics
import Gating
import Ledger
import Scoring
import Suites
import Tokenizers
import Transformer

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
  func ask(_ contrasts: [ItemContrast], of subject: Subject, in model: LoadedModel) throws {
    var open: [Request] = []
    var prompts: [[Int32]] = []
    let questions = try contrasts.lost.prefix(LostAnswer.mostShown).compactMap {
      try ledger.question(of: $0.candidate, in: run)
    }
    for question in questions.prefix(Self.asked(of: questions.map(\.request.context))) where question.answer == nil {
      guard let encoded = try? model.tokenizer.encode(question.request), !encoded.context.isEmpty else { continue }
      open.append(question.request)
      prompts.append(Array(encoded.context))
    }
    guard !open.isEmpty else { return }
    let stops = Set(model.checkpoint.configuration.endTokenIDs + [model.tokenizer.eosTokenID].compactMap { $0 })
      .union(Self.stopToken(of: open, model.tokenizer).map { [$0] } ?? [])
    var answers: [String: String] = [:]
    var interrupted: Interrupted?
    do {
      _ = try Interruption.watching {
        try SequenceSampler(model.decoder, adapter: subject.adapterIndex).sample(
          prompts: prompts,
          settings: SamplingSettings(temperature: 0, maximumTokens: Self.mostTokens, stopTokens: stops), seed: 0
        ) { index, sequence in
          let request = open[index]
          answers[request.id] = Self.cut(model.tokenizer.decode(sequence.tokens), at: request.exactMatch?.stop ?? "")
        }
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

  /// The token that ends every answer, where all have one stop text that is one token: what comes behind it is cut off anyway.
  private static func stopToken(of requests: [Request], _ tokenizer: Tokenizer) -> Int32? {
    let texts = Set(requests.map { $0.exactMatch?.stop ?? "" })
    guard let text = texts.first, texts.count == 1, !text.isEmpty else { return nil }
    let ids = tokenizer.encodeContinuation(text)
    return ids.count == 1 ? ids[0] : nil
  }

  private static func cut(_ text: String, at stop: String) -> String {
    guard !stop.isEmpty, let end = text.firstRange(of: stop) else { return text }
    return String(text[..<end.lowerBound])
  }
}
