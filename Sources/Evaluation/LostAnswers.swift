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
          gold: question.request.exactMatch?.accepted.first ?? question.request.continuation, answer: question.answer)
      }
    }
  }

  /// Lets the candidate answer what nobody has let it answer yet, greedily, and keeps that in the ledger.
  ///
  /// - Throws: `Interrupted` where it is to end: what was answered by then is kept.
  func ask(_ contrasts: [ItemContrast], of subject: Subject, in model: LoadedModel) throws {
    let open = try contrasts.lost.prefix(LostAnswer.mostShown).compactMap { contrast -> Request? in
      guard let question = try ledger.question(of: contrast.candidate, in: run), question.answer == nil else {
        return nil
      }
      return question.request
    }
    guard !open.isEmpty else { return }
    let prompts = open.map { request in
      (try? model.tokenizer.encode(request)).map { Array($0.context) } ?? []
    }
    guard prompts.allSatisfy({ !$0.isEmpty }) else { return }
    let stops = Set(model.checkpoint.configuration.endTokenIDs + [model.tokenizer.eosTokenID].compactMap { $0 })
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

  private static func cut(_ text: String, at stop: String) -> String {
    guard !stop.isEmpty, let end = text.firstRange(of: stop) else { return text }
    return String(text[..<end.lowerBound])
  }
}
