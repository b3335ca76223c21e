import Gating
import Suites

extension CandidateAsking {
  /// Asks base and candidate the controls of the tasks that failed, and takes the fine-tuning back part by part.
  ///
  /// Controls are asked of at most a quarter of every task's blocks, restorations of an eighth: a diagnosis describes, and never
  /// votes.
  func diagnose(
    _ candidate: Candidate, _ verdict: Verdict, baseline: Baseline, scores: [ItemScore], shelf: inout ModelShelf,
    report: @escaping Report
  ) throws -> Diagnosis? {
    let names = verdict.votingTasks(ofUnits: .fail)
    guard let base, !names.isEmpty else { return nil }
    let subject = candidate.subject
    let controls = run.with(share: min(run.share, .quarter))
    let asking = ControlAsking(
      run: controls, tasks: names, labels: candidate.labels, contaminated: contaminated,
      progress: { report(.progress($0)) })
    func ask(_ one: any AskedModel, gold: [ItemScore]) throws -> ControlScores {
      report(.again(name: one.name, what: "controls"))
      return try asking.ask(one, try shelf.ready(one), gold: gold)
    }
    let ofCandidate = try ask(subject, gold: scores)
    let ofBase = try ask(base, gold: baseline.scores)
    let tasksAsked = run.suite.tasks.filter { names.contains($0.name) }.map(DiagnosedTask.init)
    // A server's weights are nobody's to take apart.
    guard let subject = subject as? Subject, let base = base as? Subject else {
      return Diagnosis(tasks: tasksAsked, base: ofBase, candidate: ofCandidate)
    }
    report(.again(name: subject.name, what: "parts of the fine-tuning"))
    let profile = try Restoration(
      suite: run.suite, tasks: names, share: min(run.share, .eighth), contaminated: contaminated,
      threads: run.threads,
      progress: { report(.restored($0, of: $1)) }
    ).profile(subject, base: base.checkpoint, shelf: &shelf)
    return Diagnosis(
      tasks: tasksAsked, base: ofBase, candidate: ofCandidate, profile: profile)
  }
}
