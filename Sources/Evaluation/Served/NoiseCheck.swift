import Gating
import Ledger
import Scoring
import Suites

/// What a server's noise does to answers: of a server whose answers move, one question in fifty is asked again.
///
/// Noise that moves every answer by itself adds to what the verdict's standard error is made of, and is in it already: this says how much.
struct NoiseCheck {
  /// One request in so many.
  private static let oneIn: UInt64 = 50

  private(set) var asked = 0
  private(set) var moved = 0

  /// - Parameter blocks: what a run of the model asked.
  init(_ subject: ServedSubject, _ scorer: any Scorer, blocks: [RequestBlock], ledger: Ledger) throws {
    let chosen = SuiteRun.distinct(blocks.flatMap { $0.observations.map(\.request) })
      .filter { $0.exactMatch != nil && Self.rank($0) % Self.oneIn == 0 }
    let known = try ledger.knownScores(
      model: subject.id, numerics: scorer.numericsID, requests: chosen.map(\.id))
    let again = chosen.filter { known[$0.id] != nil }
    guard !again.isEmpty else { return }
    var scores: [Score] = []
    _ = try scorer.score([again], progress: { _ in }, deliver: { scores = $1 })
    asked = again.count
    moved = zip(again, scores).count { known[$0.id]?.exactMatch != $1.exactMatch }
  }

  /// The same requests of every model: a fixed one in fifty.
  private static func rank(_ request: Request) -> UInt64 {
    var random = SplitMix64(seed: UInt64(request.id.prefix(16), radix: 16) ?? 0)
    return random.next()
  }

  /// A sentence for the report; nil where nothing was asked.
  func note(_ subject: ServedSubject) -> Note? {
    guard asked > 0 else { return nil }
    let noise = subject.noise
    let writes = subject.server?.writesOnly ?? false
    return Note(
      .note,
      "the server's answers move: "
        + (writes
          ? "\(noise.flips) of \(noise.tokens) texts in the self-test; "
          : "logprobs by up to \(noise.largest) a token in the self-test, where \(noise.flips) of \(noise.tokens) greedy flags moved; ")
        + "of \(asked) questions that were asked again, \(moved) were answered otherwise. Answers that move by "
        + "themselves widen the standard error, in which that is counted, and make a drop look smaller by as large a part"
    )
  }
}
