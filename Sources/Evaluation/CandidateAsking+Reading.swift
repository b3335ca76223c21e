import Diagnostics
import Gating
import Ledger
import Scoring
import Suites

/// How a candidate is asked the suite, to its end or to a look that decides.
extension CandidateAsking {
  /// A chance of a PASS below this is worth a word before anything is asked.
  private static let hardly = 0.2

  /// A candidate that was asked the suite.
  struct Reading {
    let description: RunDescription
    let outcome: SuiteRun.Outcome
    /// Of every task's blocks, as it was read.
    let share: Share
    /// Of a reading that had to end by a time.
    var plan: TimedShare?
    /// What the last of several looks said.
    var decided: Verdict?
    /// Where they had to be known before the suite was asked.
    var leaks: LeakContrast?
  }

  /// Asks a candidate the suite. Its model is not held longer than that: what comes next may need another one's memory.
  func read(
    _ candidate: Candidate, shelf: inout ModelShelf, report: @escaping Report
  ) throws -> Reading {
    let subject = candidate.subject
    // What was read before costs nothing, and a smaller share after a larger one has no error left to spend.
    let read = candidate.earlier.max()
    let share = min(max(self.run.share, read ?? self.run.share), declared)
    var run = self.run.with(share: share)
    run.beside = try beside(subject, shelf: &shelf)
    report(.stage("loading \(subject.name)"))
    let model = try shelf.ready(subject)
    for note in try run.notes(on: model) { report(.note(note)) }
    report(.stage("encoding the questions"))
    let scorer = model.scorer
    let description = try run.description(of: subject, model, isAskedItsOwnWay: isAskedItsOwnWay)
    // What cannot be judged is refused before hours are spent on it.
    _ = try Comparability.check(baseline: baseline.run, candidate: description)
    try ThinkingProbe(run.suite).check(model)
    do {
      try Verdict.demandEnough(
        baseline, share: run.share, policy: policy, related: candidate.related, contaminated: contaminated)
    } catch let reason as NotGateable {
      throw TooLittleAsked(reason: reason.reason)
    }
    if let plan = try? GatePlan(
      baseline: baseline, policy: policy, share: share, assumptions: PlanAssumptions(), related: candidate.related,
      contaminated: contaminated), let chance = plan.passingChance, chance < Self.hardly
    {
      report(
        .note(
          "so few questions let even a candidate that lost nothing hardly PASS: read a larger share, or ask suites/core"
        ))
    }
    if let time = reading.time {
      let timed = TimedReading(
        time: time, candidates: candidates, run: run, questions: questions(of: candidate), baseline: baseline,
        policy: policy, related: candidate.related, contaminated: contaminated, least: read.map { min($0, share) })
      let (outcome, plan) = try timed.read(subject, scorer, report: report)
      return Reading(description: description, outcome: outcome, share: plan.share, plan: plan)
    }
    let voting = votingTasks(of: candidate)
    // A look judges by leaks too.
    let leaks =
      reading == .stoppingEarly && policy.looksAtLeaks
      ? try leaks(candidate, shelf: &shelf, report: report) : nil
    var watch =
      reading == .stoppingEarly ? try looks(at: candidate, of: run, description, leaks: leaks, share: share) : nil
    var decided: Verdict?
    let asking = run
    do {
      let outcome = try run.execute(
        subject, scorer: scorer, questions: questions(of: candidate),
        order: watch?.places ?? places(of: voting, share: share),
        progress: { report(.progress($0)) }
      ) { run, scores in
        guard voting.contains(scores.first?.task ?? ""), let decision = try watch?.observe(scores) else { return }
        // The last look's run comes to its own end.
        if decision.share != share { throw StoppedEarly(decision: decision, run: run, baseline: try judged(asking)) }
        decided = decision.verdict
      }
      return Reading(description: description, outcome: outcome, share: share, decided: decided, leaks: leaks)
    } catch let late as OutOfTime {
      // Tasks without a vote come last: where all that vote are known, the verdict is too.
      let questions = SuiteRun.Questions(voting: voting, of: run.suite)
      if watch == nil || decided != nil, reported == .ask,
        let outcome = try run.outcome(of: late.run, questions: questions)
      {
        return Reading(description: description, outcome: outcome, share: share, decided: decided, leaks: leaks)
      }
      if let watch { throw LateBetweenLooks(cause: late, looks: watch.taken) }
      throw late
    }
  }

  /// The baseline's model, to be asked in turn with a candidate that a server holds: what servers drift by is common to both then.
  ///
  /// - Throws: `NotGateable` where both are one model under two names.
  func beside(_ subject: any AskedModel, shelf: inout ModelShelf) throws -> SuiteRun.Beside? {
    guard let served = subject as? ServedSubject, let base = base as? ServedSubject else { return nil }
    guard served.path == base.path || !served.mayBe(base) else {
      throw NotGateable(
        "\(served.path) answers fixed texts as the base \(base.path) does, to within what answers of the server differ by: the adapter is "
          + "not applied, or one model has two names; check how the server was started")
    }
    let asked = base.beside(served)
    return SuiteRun.Beside(asked, try shelf.ready(asked).scorer)
  }

  /// The baseline as its model answered beside a candidate, as far as it has; as it was saved where that was not asked.
  private func judged(_ run: SuiteRun) throws -> Baseline {
    guard let beside = run.beside?.run else { return baseline }
    return baseline.with(scores: try run.ledger.itemScores(beside).filter { SuiteRun.draws.contains($0.draw) })
  }

  /// The looks of a gate that ends as soon as it can.
  private func looks(
    at candidate: Candidate, of run: SuiteRun, _ description: RunDescription, leaks: LeakContrast?, share: Share
  ) throws -> EarlyLooks {
    let voting = votingTasks(of: candidate)
    let unasked = unasked(by: candidate)
    return try EarlyLooks(
      share: share, declared: declared, earlier: candidate.earlier,
      tests: try Verdict.votingUnits(
        baseline, policy: policy, related: candidate.related, contaminated: contaminated),
      blocks: { try places(of: voting, share: $0) }
    ) { scores, look, tests in
      try Verdict.judge(
        baseline: judged(run), candidate: description, scores: scores, policy: policy, related: candidate.related,
        contaminated: contaminated, leaks: leaks, unasked: unasked, look: look, tests: tests)
    }
  }

  /// The blocks of some tasks, in the suite's order: those that a verdict rests on are asked before the others.
  private func places(of tasks: Set<String>, share: Share) throws -> [BlockPlace] {
    try run.blocks(SuiteRun.Questions(voting: tasks, of: run.suite), share: share).map {
      BlockPlace(task: $0.task, block: $0.block)
    }
  }
}

/// The time was over between two looks at a candidate.
struct LateBetweenLooks: Error {
  let cause: OutOfTime
  let looks: [Share]
}

/// Ends a run whose candidate is decided.
struct StoppedEarly: Error {
  let decision: EarlyLooks.Decision
  let run: Run
  let baseline: Baseline
}

/// The share that was asked cannot be judged, whatever a candidate answers.
struct TooLittleAsked: Error {
  let reason: String
}
