import Diagnostics
import Suites

/// The version of the rules that turn a model's predictions into scores: encoding of requests, exact match, choice.
package let scoringVersion = 1

/// Something that scores requests: the engine here, or a served model.
package protocol Scorer {
  /// The numeric version of its scores: scores of different versions are never mixed.
  var numericsID: String { get }

  /// Scores batches of requests (a suite's blocks) and hands each batch over once all of it is known, so that it can be kept at once.
  ///
  /// - Parameters:
  ///   - deliver: gets a batch's index and its scores in the order of its requests. Batches may come in any order; each comes once.
  ///   - keep: where the work is interrupted, gets what is known of each batch that was not delivered: scores by the request's place in it.
  ///   - progress: called now and then with what has been done so far.
  /// - Throws: `UnscorableRequest`; `Interrupted` where it is to end, after what is known was delivered; whatever `deliver` throws, which ends the scoring.
  func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    keep: @escaping (Int, [Int: Score]) throws -> Void, deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress

  /// What some batches take, those before them counted in: distinct rows of an engine, tokens that a server is sent. Nothing is asked.
  ///
  /// - Throws: `UnscorableRequest`.
  func rowCounts(_ batches: [[Request]]) throws -> [Int]

  /// Whether two scores may both be its answers to one request.
  func agrees(_ first: Score, _ second: Score) -> Bool
}

extension Scorer {
  package func agrees(_ first: Score, _ second: Score) -> Bool { first == second }

  /// The same where nobody keeps parts of batches.
  package func score(
    _ batches: [[Request]], progress: @escaping (ScoringProgress) -> Void,
    deliver: @escaping (Int, [Score]) throws -> Void
  ) throws -> ScoringProgress {
    try score(batches, progress: progress, keep: { _, _ in }, deliver: deliver)
  }
}

/// How far a scorer has come, and what that took.
package struct ScoringProgress: Sendable, Equatable {
  /// Rows that went through the layers: distinct prefixes.
  package var rows = 0
  /// Rows there would have been without shared prefixes.
  package var plainRows = 0
  /// Rows that went through the vocabulary projection.
  package var scoredRows = 0
  /// Σ over rows of the keys each attended to.
  package var contextSum = 0
  /// Requests that were answered, where each goes to a server by itself.
  package var requests = 0
  package var batches = 0
  package var totalBatches = 0
  /// Batches whose scores are known already, and which are none of those.
  package var knownBatches = 0
  /// Rows there are to be, those of answers that have to be decoded apart; of a server that only writes requests; 0 where nobody counted them.
  package var totalRows = 0
  /// Requests whose greedy text had to be decoded because teacher forcing could not settle it.
  package var decodedRequests = 0
  /// Seconds since scoring began, loading apart.
  package var seconds = 0.0

  package init() {}
}

/// A request that cannot be scored as it is: too long for the model, or without a token to score.
package struct UnscorableRequest: Error, Equatable {
  package let batch: Int
  /// The request's index in its batch.
  package let index: Int
  /// As `InputError` has them.
  package let problem: String
  package let remedy: String

  package init(batch: Int, index: Int, problem: ShownText, remedy: ShownText) {
    self.batch = batch
    self.index = index
    self.problem = problem.text(limit: InputError.valueLimit)
    self.remedy = remedy.text(limit: InputError.valueLimit)
  }
}
