import Diagnostics
import Gating
import Scoring
import Suites

/// What is asked beside the suite: further draws, a choice confirmed, a form of another engine.
extension CandidateAsking {
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

  /// Asks base and candidate some tasks under further draws.
  func again(
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
