import Diagnostics
import Gating
import Ledger
import Scoring
import Suites

/// How much of the suite a gate reads.
package enum GateReading: Sendable, Hashable {
  /// Every block that the share has, once.
  case whole
  /// Blocks in one fixed random order; a candidate that has failed already is read no further.
  case stoppingEarly
  /// INCONCLUSIVE units get more draws of demonstrations (`AdaptiveLooks`).
  case adaptive
}

/// Asks one candidate after another what a baseline was asked, and judges them.
struct CandidateAsking {
  let baseline: Baseline
  let run: SuiteRun
  let policy: GatePolicy
  let reading: GateReading
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  /// Tasks that lost their vote to the fine-tuning data.
  let withoutVote: Set<String>
  /// The baseline's model; of an adaptive gate.
  let base: Subject?

  /// What became of a candidate, and the run that it rests on.
  struct Asked {
    let finding: Finding
    let run: Run?
  }

  typealias Finding = CandidateVerdict.Finding
  typealias Report = (GateSession.Event) -> Void

  func ask(_ subject: Subject, related: Set<String>, shelf: inout ModelShelf, report: @escaping Report) throws -> Asked
  {
    var asked: Run?
    do {
      let model = try shelf.model(for: subject)
      let scorer = subject.scorer(in: model)
      let description = try run.description(of: subject, model, numerics: scorer.numericsID)
      // What cannot be judged is refused before hours are spent on it.
      _ = try Comparability.check(baseline: baseline.run, candidate: description)
      var stop =
        reading == .stoppingEarly
        ? EarlyStop(
          baseline, policy: policy, share: run.share, related: related.union(withoutVote), contaminated: contaminated)
        : nil
      let policy = stop != nil ? policy.afterEarlyStop : reading == .adaptive ? policy.perLook : policy
      try Verdict.demandEnough(
        baseline, share: run.share, policy: policy, related: related, contaminated: contaminated)
      let outcome = try run.execute(
        subject, scorer: scorer, order: stop?.order.places ?? [], progress: { report(.progress($0)) }
      ) { run, scores in
        if let failure = stop?.observe(scores) { throw StoppedEarly(failure: failure, run: run) }
      }
      asked = outcome.run
      if let base {
        let verdict = try Verdict.judgeAdaptively(
          baseline: baseline, candidate: description, scores: outcome.items, policy: self.policy, related: related,
          contaminated: contaminated,
          more: { try again($0, $1, of: base, and: subject, shelf: &shelf, report: report) })
        return Asked(finding: .judged(verdict), run: outcome.run)
      }
      let verdict = try Verdict.judge(
        baseline: baseline, candidate: description, scores: outcome.items, policy: policy, related: related,
        contaminated: contaminated)
      return Asked(finding: .judged(verdict), run: outcome.run)
    } catch let stopped as StoppedEarly {
      return Asked(finding: .failedEarly(stopped.failure), run: stopped.run)
    } catch let reason as NotGateable {
      return Asked(finding: .refused(reason.reason), run: asked)
    }
  }

  /// Asks base and candidate some tasks under further draws.
  private func again(
    _ draws: Range<Int>, _ tasks: Set<String>, of base: Subject, and subject: Subject, shelf: inout ModelShelf,
    report: @escaping Report
  ) throws -> (base: [ItemScore], candidate: [ItemScore]) {
    let questions = SuiteRun.Questions(draws: draws, tasks: tasks)
    func scores(_ one: Subject) throws -> (items: [ItemScore], tokens: [String: String]) {
      report(.again(name: one.name, draws: draws, tasks: tasks.count))
      let model = try shelf.model(for: one)
      let tokens = try run.tokenHashes(model, questions: questions)
      let outcome = try run.execute(
        one, scorer: one.scorer(in: model), questions: questions, progress: { report(.progress($0)) })
      return (outcome.items, tokens)
    }
    let (ofBase, ofCandidate) = (try scores(base), try scores(subject))
    guard ofBase.tokens == ofCandidate.tokens else {
      throw NotGateable("base and candidate read the prompts of further draws as different token ids")
    }
    return (ofBase.items, ofCandidate.items)
  }
}

/// Ends a run whose candidate has failed already.
private struct StoppedEarly: Error {
  let failure: EarlyFailure
  let run: Run
}
