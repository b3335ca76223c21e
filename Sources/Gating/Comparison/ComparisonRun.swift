import Suites

/// A model in a comparison: what it was asked, and what it scored.
package struct ComparisonRun: Sendable {
  package let facts: ComparedModel
  /// The version of the rule that made scores of its answers; nil where its run does not say.
  let scoring: Int?
  /// Under gold demonstrations only.
  let scores: [ItemScore]
  /// The family of each task.
  let families: [String: String]
  let tokens: TokenIDs
  /// The tasks that a baseline admits; nil of a run, which decides on none.
  let admitted: Set<String>?

  /// What is known of the token ids that a model was fed.
  package enum TokenIDs: Sendable {
    /// Of a run: each request's token hash by task and request id, as far as it was asked.
    case byRequest([String: [String: String]])
    /// Of a baseline: one hash a task over all of its requests (`tokenHash(ofRequests:)`).
    case byTask([String: String])
  }

  /// A run.
  ///
  /// - Parameter scores: those under other conditions are left out.
  package init(
    _ facts: ComparedModel, scoring: Int?, scores: [ItemScore], families: [String: String], tokens: TokenIDs
  ) {
    self.init(facts, scoring: scoring, scores: scores, families: families, tokens: tokens, admitted: nil)
  }

  /// A baseline.
  ///
  /// - Parameter file: as it was named.
  package init(_ baseline: Baseline, file: String) {
    let run = baseline.run
    self.init(
      ComparedModel(
        source: file, run: nil, isFinished: true, model: run.model,
        suite: AskedSuite(name: run.suite.name, hash: run.suite.hash, promptHash: run.suite.promptHash),
        share: Share.all.description, draws: run.draws, numerics: run.numerics),
      scoring: run.scoring, scores: baseline.scores,
      families: Dictionary(baseline.admission.map { ($0.task, $0.family) }) { first, _ in first },
      tokens: .byTask(run.tokenHashes), admitted: baseline.admittedTasks)
  }

  private init(
    _ facts: ComparedModel, scoring: Int?, scores: [ItemScore], families: [String: String], tokens: TokenIDs,
    admitted: Set<String>?
  ) {
    self.facts = facts
    self.scoring = scoring
    self.scores = scores.filter { $0.condition == .gold }
    self.families = families
    self.tokens = tokens
    self.admitted = admitted
  }
}
