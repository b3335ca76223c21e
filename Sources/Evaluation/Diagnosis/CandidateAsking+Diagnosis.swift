import Diagnostics
import Gating
import Reporting
import Suites

extension CandidateAsking {
  /// Asks base and candidate the controls of the tasks that failed, and takes the fine-tuning back part by part.
  ///
  /// Controls are asked of at most a quarter of every task's blocks, parts of an eighth, cells of two dozen blocks: a diagnosis describes, and
  /// never votes.
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
    let tuning = PartialTuning(subject, base: base.checkpoint, threads: run.threads)
    func restoration(_ share: Share) -> Restoration {
      Restoration(
        suite: run.suite, tasks: names, share: share, contaminated: contaminated, tuning: tuning,
        progress: { report(.restored($0, of: $1)) })
    }
    var profile = try restoration(min(run.share, .eighth)).profile(shelf: &shelf)
    if depth == .cells {
      report(.again(name: subject.name, what: "cell by cell"))
      let most = Suite.fewBlocks(of: names)
      do {
        let cells = try restoration(run.share).cells(most: most, shelf: &shelf) { models, questions, seconds in
          report(
            .note(
              "\(subject.name), cell by cell: \(models) models are asked \(questions) questions each, about \(spokenTime(seconds)) here"
            ))
        }
        guard let cells else {
          report(.note("no map of cells: the probability of the right answer hardly fell"))
          return Diagnosis(tasks: tasksAsked, base: ofBase, candidate: ofCandidate, profile: profile)
        }
        profile = profile.with(cells: cells)
      } catch Interrupted.deadline {
        report(.note("no map of cells: time ran out"))
      }
    }
    return Diagnosis(tasks: tasksAsked, base: ofBase, candidate: ofCandidate, profile: profile)
  }
}

/// How closely a gate looks at why a candidate failed.
package enum DiagnosisDepth: Sendable {
  /// Not at all.
  case none
  /// Controls, layers, and kinds of modules.
  case parts
  /// The same, and layer by module.
  case cells
}
