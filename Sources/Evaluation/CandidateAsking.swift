import Diagnostics
import Gating
import Ledger
import Scoring
import Suites

/// Asks one candidate after another what a baseline was asked, and judges them.
struct CandidateAsking {
  let baseline: Baseline
  /// The suite as a candidate is asked it.
  var run: SuiteRun
  let policy: GatePolicy
  let reading: GateReading
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  /// Tasks that lost their vote to the fine-tuning data.
  let withoutVote: Set<String>
  /// The baseline's model, where it is asked again: of an adaptive gate, for a rule about leaks, for a diagnosis.
  let base: (any AskedModel)?
  let diagnoses: Bool
  let reported: ReportedTasks
  /// The share that counts as all.
  let declared: Share
  /// How many candidates there are.
  let candidates: Int
  /// What adapters were trained on, where the team says so: `fine_tuning.base`.
  var trainedBase: String?

  /// What became of a candidate, and the run that it rests on.
  struct Asked {
    let finding: CandidateVerdict.Finding
    let run: Run?
    /// The share of every task's blocks that was read, where it was not given.
    var share: Share?
    /// The gold scores that the verdict rests on; empty where there is none.
    var items: [ItemScore] = []
    /// The baseline that it was contrasted with, where its model was asked again beside the candidate.
    var baseline: Baseline?
    var diagnosis: Diagnosis?
    /// The smallest share that could be judged, where too small a one was asked.
    var judgeable: Share?
  }

  typealias Report = (GateSession.Event) -> Void

  /// A chance of a PASS below this is worth a word before anything is asked.
  private static let hardly = 0.2

  func ask(_ candidate: Candidate, shelf: inout ModelShelf, report: @escaping Report) throws -> Asked {
    var asked: Run?
    do {
      try Interruption.check()
      let (subject, related) = (candidate.subject, candidate.related)
      guard !policy.looksAtLeaks || !candidate.labels.isEmpty else {
        throw NotGateable(
          "gate.max_leak_mass needs the fine-tuning's labels; name them in fine_tuning.labels, or give a checkpoint that "
            + "holdfast train made")
      }
      let reading = try read(candidate, shelf: &shelf, report: report)
      let (description, outcome) = (reading.description, reading.outcome)
      let baseline = outcome.beside.isEmpty ? self.baseline : self.baseline.with(scores: outcome.beside)
      asked = outcome.run
      let leaks =
        try reading.leaks ?? (policy.looksAtLeaks ? leaks(candidate, shelf: &shelf, report: report) : nil)
      let unasked = unasked(by: candidate)
      let look = SpentLook(reading.share, after: candidate.earlier, declared: declared)
      var verdict =
        if let decided = reading.decided {
          decided
        } else if self.reading == .adaptive, let base {
          try Verdict.judgeAdaptively(
            baseline: baseline, candidate: description, scores: outcome.items, policy: self.policy, related: related,
            contaminated: contaminated, leaks: leaks, unasked: unasked, look: look,
            more: { try again($0, $1, of: base, and: subject, shelf: &shelf, report: report) })
        } else {
          try Verdict.judge(
            baseline: baseline, candidate: description, scores: outcome.items, policy: policy, related: related,
            contaminated: contaminated, leaks: leaks, unasked: unasked, look: look)
        }
      for note in try chatNotes(candidate) { verdict = verdict.adding(note: note) }
      if let files = subject as? Subject,
        let note = TrainedBase(agreed: trainedBase, base: baseline.run.model).note(files)
      {
        verdict = verdict.adding(note: note)
      }
      if let served = subject as? ServedSubject, !served.noise.isNone {
        let check = try NoiseCheck(
          served, shelf.ready(served).scorer,
          blocks: run.blocks(questions(of: candidate), share: reading.share), ledger: run.ledger)
        if let note = check.note(served) { verdict = verdict.adding(note: note) }
      }
      if let plan = reading.plan { verdict = verdict.adding(note: plan.note) }
      if reading.plan == nil, reading.share > run.share {
        verdict = verdict.adding(
          note: Note(
            .note, "share \(reading.share) was read before and is judged again: a smaller one has nothing to add"))
      }
      var found = Asked(
        finding: .judged(verdict), run: outcome.run, share: reading.share, items: outcome.items,
        baseline: outcome.beside.isEmpty ? nil : baseline)
      guard diagnoses, verdict.outcome == .fail else { return found }
      do {
        found.diagnosis = try diagnose(
          candidate, verdict, baseline: baseline, scores: outcome.items, shelf: &shelf, report: report)
      } catch is OutOfTime, Interrupted.deadline {
        report(.undiagnosed("time ran out"))
      } catch let fault as InputError {
        // A verdict is not lost because nobody can say why.
        report(.undiagnosed("\(fault)"))
      } catch let fault as UnscorableRequest {
        report(.undiagnosed("\(fault.problem); \(fault.remedy)"))
      }
      return found
    } catch let late as LateBetweenLooks {
      return try ranOutOfTime(candidate, run: late.cause.run, blocks: late.cause.blocks, looks: late.looks)
    } catch let late as OutOfTime {
      return try ranOutOfTime(candidate, run: asked ?? late.run, blocks: asked == nil ? late.blocks : nil)
    } catch Interrupted.deadline {
      return try ranOutOfTime(candidate, run: asked, blocks: nil)
    } catch let stopped as StoppedEarly {
      let decision = stopped.decision
      let note = Note(.note, "decided at share \(decision.share); the rest was not read")
      return Asked(
        finding: .judged(try chatNotes(candidate).reduce(decision.verdict.adding(note: note)) { $0.adding(note: $1) }),
        run: stopped.run, share: decision.share,
        items: decision.scores, baseline: stopped.baseline)
    } catch let reason as NotGateable {
      let judgeable = Verdict.judgeableShare(
        baseline, above: run.share, upTo: declared, policy: policy, related: candidate.related,
        contaminated: contaminated)
      let hint = judgeable.map { "; --share \($0) is the smallest that can be judged" } ?? ""
      return Asked(finding: .refused(reason.reason + hint), run: asked, judgeable: judgeable)
    }
  }

  /// What a gate says whose time was over.
  ///
  /// - Parameters:
  ///   - run: the candidate's first reading; nil where that had not begun.
  ///   - blocks: how many that reading has; nil where it came to its end.
  ///   - looks: the shares that were judged on the way.
  private func ranOutOfTime(
    _ candidate: Candidate, run asked: Run?, blocks: Int?, looks: [Share] = []
  ) throws -> Asked {
    let all = try run.blocks(questions(of: candidate), share: run.share).count
    let items = try asked.map { try run.ledger.itemScores($0).filter { SuiteRun.draws.contains($0.draw) } } ?? []
    let read = try asked.map { try run.ledger.completedBlocks($0).filter { SuiteRun.draws.contains($0.draw) }.count }
    let voting = votingTasks(of: candidate)
    let contrasts = ItemContrast.list(baseline: baseline, scores: items, voting: voting, contaminated: contaminated)
    let timeOut = TimeOut(blocksRead: read ?? 0, blocks: blocks ?? all, contrasts: contrasts, looks: looks)
    return Asked(finding: .ranOutOfTime(timeOut), run: asked, items: items)
  }

  /// A candidate that was asked the suite.
  private struct Reading {
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
  private func read(
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
    try Verdict.demandEnough(
      baseline, share: run.share, policy: policy, related: candidate.related, contaminated: contaminated)
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
  private func beside(_ subject: any AskedModel, shelf: inout ModelShelf) throws -> SuiteRun.Beside? {
    guard let served = subject as? ServedSubject, let base = base as? ServedSubject else { return nil }
    guard served.path == base.path || !served.mayBe(base) else {
      throw NotGateable(
        "\(served.path) answers fixed texts as the base \(base.path) does, to within what answers of the server differ by: the adapter is "
          + "not applied, or one model has two names; check how the server was started")
    }
    let asked = base.beside(served)
    return SuiteRun.Beside(asked, try shelf.ready(asked).scorer)
  }

  /// What a form answers that a server holds, asked as a form of files was: no verdict rests on answers of two engines, and they tell whether what
  /// is served is what was tested.
  ///
  /// - Returns: nil where both are files, or both served.
  func answers(
    of form: Candidate, like reference: Candidate, shelf: inout ModelShelf, report: @escaping Report
  ) throws -> [ItemContrast]? {
    guard form.subject.server != nil, reference.subject.server == nil else { return nil }
    report(.again(name: form.subject.name, what: "the questions of \(reference.subject.name)"))
    let model = try shelf.ready(form.subject)
    let outcome = try run.execute(
      form.subject, scorer: model.scorer, questions: questions(of: reference), progress: { report(.progress($0)) })
    return ItemContrast.list(
      baseline: baseline, scores: outcome.items, voting: votingTasks(of: reference), contaminated: contaminated)
  }

  /// The baseline as its model answered beside a candidate, as far as it has; as it was saved where that was not asked.
  private func judged(_ run: SuiteRun) throws -> Baseline {
    guard let beside = run.beside?.run else { return baseline }
    return baseline.with(scores: try run.ledger.itemScores(beside).filter { SuiteRun.draws.contains($0.draw) })
  }

  /// Judges a candidate that was chosen among several once more, under one draw of demonstrations that no gate has used.
  ///
  /// - Returns: nil where it could not be asked.
  func confirm(
    _ candidate: Candidate, policy: GatePolicy, shelf: inout ModelShelf, report: @escaping Report
  ) throws -> Verdict? {
    guard let base else { return nil }
    let fresh = AdaptiveLooks.mostDraws
    do {
      let (ofBase, own) = try again(
        fresh..<fresh + 1, votingTasks(of: candidate), of: base, and: candidate.subject, shelf: &shelf, report: report)
      // The same model as the baseline's, and the candidate was compared with that before.
      return try Verdict.judge(
        baseline: baseline.with(scores: ofBase.map(\.asFirstDraw)), candidate: baseline.run,
        scores: own.map(\.asFirstDraw), policy: policy.withoutLeaks, related: candidate.related,
        contaminated: contaminated, look: SpentLook(run.share, declared: run.share))
    } catch let reason as NotGateable {
      report(.unconfirmed(reason.reason))
    } catch is OutOfTime, Interrupted.deadline {
      report(.unconfirmed("time ran out"))
    } catch let fault as InputError {
      report(.unconfirmed("\(fault)"))
    }
    // The verdicts are not lost because the best one could not be asked again.
    return nil
  }

  /// What the gold answers' probabilities say of scores that were judged.
  func earlyWarning(_ candidate: Candidate, _ scores: [ItemScore], settings: GateSettings) -> Verdict? {
    try? Verdict.judge(
      baseline: baseline, candidate: baseline.run, scores: scores, policy: settings.earlyWarning,
      related: candidate.related,
      contaminated: contaminated, unasked: unasked(by: candidate))
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

  /// What a candidate is asked.
  private func questions(of candidate: Candidate) -> SuiteRun.Questions {
    let isWhole = reported == .ask && reading.time == nil
    return isWhole
      ? SuiteRun.Questions() : SuiteRun.Questions(voting: votingTasks(of: candidate), of: run.suite)
  }

  /// How many answers the tasks that the baseline admits have, whatever share is asked.
  func answersInAll() throws -> Int {
    try run.blocks(SuiteRun.Questions(voting: baseline.admittedTasks, of: run.suite), share: .all).reduce(0) {
      $0 + $1.observations.count
    }
  }

  /// Tasks that a candidate need not have been asked.
  private func unasked(by candidate: Candidate) -> Set<String> {
    baseline.tasks(besides: votingTasks(of: candidate))
  }

  /// The blocks of some tasks, in the suite's order: those that a verdict rests on are asked before the others.
  private func places(of tasks: Set<String>, share: Share) throws -> [BlockPlace] {
    try run.blocks(SuiteRun.Questions(voting: tasks, of: run.suite), share: share).map {
      BlockPlace(task: $0.task, block: $0.block)
    }
  }

  /// The tasks that a verdict on a candidate would rest on.
  private func votingTasks(of candidate: Candidate) -> Set<String> {
    baseline.admittedTasks.subtracting(candidate.related).subtracting(withoutVote)
  }

  /// What base and candidate answer the voting tasks' questions with, as far as it is a label of the fine-tuning.
  private func leaks(_ candidate: Candidate, shelf: inout ModelShelf, report: @escaping Report) throws -> LeakContrast {
    guard let base else { throw NotGateable("gate.max_leak_mass needs the baseline's model; name it as base") }
    let tasks = votingTasks(of: candidate)
    func scores(_ one: any AskedModel) throws -> [LeakScore] {
      report(.again(name: one.name, what: "leak mass"))
      return try run.leakScores(one, scorer: shelf.ready(one).scorer, tasks: tasks, labels: candidate.labels) {
        report(.progress($0))
      }
    }
    return LeakContrast(base: try scores(base), candidate: try scores(candidate.subject))
  }

  /// Asks base and candidate some tasks under further draws.
  private func again(
    _ draws: Range<Int>, _ tasks: Set<String>, of base: any AskedModel, and subject: any AskedModel,
    shelf: inout ModelShelf,
    report: @escaping Report
  ) throws -> (base: [ItemScore], candidate: [ItemScore]) {
    let questions = SuiteRun.Questions(draws: draws, tasks: tasks)
    func scores(_ one: any AskedModel) throws -> (items: [ItemScore], tokens: [String: String]) {
      report(
        .again(name: one.name, what: "\(draws.upperBound) draws of \(tasks.count) task\(tasks.count == 1 ? "" : "s")"))
      let model = try shelf.ready(one)
      let tokens = try run.tokenHashes(model, questions: questions)
      let outcome = try run.execute(
        one, scorer: model.scorer, questions: questions, progress: { report(.progress($0)) })
      return (outcome.items, tokens)
    }
    let (ofBase, ofCandidate):
      ((items: [ItemScore], tokens: [String: String]), (items: [ItemScore], tokens: [String: String]))
    if let beside = try beside(subject, shelf: &shelf) {
      report(.again(name: subject.name, what: "and \(base.name): \(draws.upperBound) draws"))
      var both = run
      both.beside = beside
      let model = try shelf.ready(subject)
      let outcome = try both.execute(
        subject, scorer: model.scorer, questions: questions, progress: { report(.progress($0)) })
      let tokens = try run.tokenHashes(model, questions: questions)
      (ofBase, ofCandidate) = ((outcome.beside, tokens), (outcome.items, tokens))
    } else {
      (ofBase, ofCandidate) = (try scores(base), try scores(subject))
    }
    guard ofBase.tokens == ofCandidate.tokens else {
      throw NotGateable(
        "base and candidate read the prompts of further draws as different token ids; leave --adaptive out, or gate against a baseline of the model it was made from"
      )
    }
    return (ofBase.items, ofCandidate.items)
  }
}

/// The time was over between two looks at a candidate.
private struct LateBetweenLooks: Error {
  let cause: OutOfTime
  let looks: [Share]
}

/// Ends a run whose candidate is decided.
private struct StoppedEarly: Error {
  let decision: EarlyLooks.Decision
  let run: Run
  let baseline: Baseline
}
