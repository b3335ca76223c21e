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
  let depth: DiagnosisDepth
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
    /// Of the answers that were computed for it, loading apart; nil where nearly all were known.
    var secondsPerAnswer: Double?
  }

  typealias Report = (GateSession.Event) -> Void

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
      found.secondsPerAnswer = outcome.secondsPerAnswer
      guard depth != .none, verdict.outcome == .fail else { return found }
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
      return Asked(finding: .refused(reason.reason), run: asked)
    } catch let reason as TooLittleAsked {
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

  /// What the gold answers' probabilities say of scores that were judged.
  func earlyWarning(_ candidate: Candidate, _ scores: [ItemScore], settings: GateSettings) -> Verdict? {
    try? Verdict.judge(
      baseline: baseline, candidate: baseline.run, scores: scores, policy: settings.earlyWarning,
      related: candidate.related,
      contaminated: contaminated, unasked: unasked(by: candidate))
  }

  /// What a candidate is asked.
  func questions(of candidate: Candidate) -> SuiteRun.Questions {
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
  func unasked(by candidate: Candidate) -> Set<String> {
    baseline.tasks(besides: votingTasks(of: candidate))
  }

  /// The tasks that a verdict on a candidate would rest on.
  func votingTasks(of candidate: Candidate) -> Set<String> {
    baseline.admittedTasks.subtracting(candidate.related).subtracting(withoutVote)
  }

  /// What base and candidate answer the voting tasks' questions with, as far as it is a label of the fine-tuning.
  func leaks(_ candidate: Candidate, shelf: inout ModelShelf, report: @escaping Report) throws -> LeakContrast {
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
}
