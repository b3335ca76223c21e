import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Overlap
import Reading
import Scoring
import Served
import Suites

/// A gate from candidates to report: every candidate is asked the baseline's suite, contrasted with the baseline and judged.
package struct GateSession {
  package let configuration: Configuration
  package let settings: GateSettings
  /// The base model's path, for adapters, or its server's address.
  package let base: String
  package let baselinePath: String
  package let share: Share
  /// The share that counts as all, so that a gate of it spends all of α.
  package let declared: Share
  package let threads: Int
  /// As it was typed, for the ledger.
  package let command: String
  package let kernel: String
  package let reading: GateReading
  /// How closely a candidate that fails is asked why.
  package let diagnosis: DiagnosisDepth
  package let reported: ReportedTasks
  /// What is to be found among several candidates; nil where each is judged for itself.
  package let selection: SelectionRule?
  /// Whether it is said where the gold answer's probability has fallen already.
  package let warnsEarly: Bool
  /// How questions are put; nil for the configuration's form.
  package let form: PromptForm?
  package let template: CandidateTemplate
  /// Whether the candidates are one fine-tuning in the forms in which it ships, compared with the first.
  package let isAsOne: Bool
  /// How servers are spoken to.
  package let access: ServerAccess

  package init(
    configuration: Configuration, settings: GateSettings, base: String, baselinePath: String, share: Share,
    declared: Share = .all, threads: Int, command: String, kernel: String, reading: GateReading = .whole,
    diagnosis: DiagnosisDepth = .none,
    reported: ReportedTasks = .skip, selection: SelectionRule? = nil, warnsEarly: Bool = false, form: PromptForm? = nil,
    template: CandidateTemplate = .baseline, isAsOne: Bool = false, access: ServerAccess = ServerAccess()
  ) {
    self.configuration = configuration
    self.settings = settings
    self.base = base
    self.baselinePath = baselinePath
    self.share = share
    self.declared = declared
    self.threads = threads
    self.command = command
    self.kernel = kernel
    self.reading = reading
    self.diagnosis = diagnosis
    self.reported = reported
    self.selection = selection
    self.warnsEarly = warnsEarly
    self.form = form
    self.template = template
    self.isAsOne = isAsOne
    self.access = access
  }

  /// All that a gate found.
  package struct Outcome: Sendable {
    package let baseline: Baseline
    package let startedAt: Date
    package let seconds: Double
    /// In the order given.
    package let verdicts: [CandidateVerdict]
    /// Each candidate's questions beside the baseline's, in the order of `verdicts`; empty where it was not read to the end.
    package let contrasts: [[ItemContrast]]
    /// What each candidate lost, with prompts and answers, in the order of `verdicts`.
    package let lost: [[LostAnswer]]
    /// The ledger's ids of the verdicts; a candidate that could not be opened has none.
    package let verdictIDs: [String]
    /// Items that were left out, by task.
    package let contaminated: [String: Set<String>]
    /// What of the suite is in the configuration's fine-tuning data; nil where it names none.
    package let overlap: OverlapReport?
    /// What was wrong with candidates that could not be opened or asked.
    package let faults: [InputError]
    /// What was found among them, where something was looked for.
    package let selection: SeriesSelection?
    /// The forms of one fine-tuning beside each other; nil where they are not.
    package let forms: [FormFinding]?
  }

  /// What a gate tells while it runs.
  package enum Event: Sendable {
    case opened(name: String, index: Int, count: Int)
    /// What is legitimate and worth a word: an adapter that changes nothing, one of another base, names that were mended.
    case note(String)
    /// A model is asked more than the suite.
    case again(name: String, what: String)
    /// So many parts of the fine-tuning were taken back, one at a time.
    case restored(Int, of: Int)
    /// What goes on now and has no parts that could be counted.
    case stage(String)
    /// A candidate failed, and why could not be found out.
    case undiagnosed(String)
    /// The best of several could not be asked again, and why.
    case unconfirmed(String)
    /// What a candidate answers to what it lost could not be found out.
    case withoutAnswers(String)
    case progress(ScoringProgress)
    /// So many forms of one fine-tuning are compared, weight by weight.
    case comparing(Int)
    case judged(CandidateVerdict)
  }

  /// - Throws: `InputError` for a baseline, suite or base that cannot be read, and where no candidate can be opened: all of them are before
  ///   any is asked.
  package func run(
    candidates paths: [String], ledger: Ledger, report: @escaping (Event) -> Void
  ) throws -> Outcome {
    let started = Date()
    report(.stage("reading the baseline and its suite"))
    let baseline = try configuration.naming { try Baseline.load(baselinePath) }
    let suite = try configuration.suite(of: baseline, at: baselinePath, form: form)
    guard template == .baseline || suite.chat != nil else {
      throw InputError(
        "--candidate-template", "the baseline was asked raw text, which has no template",
        remedy: "leave it out, or name a baseline that was asked as a chat")
    }
    guard template == .baseline || !settings.policy.looksAtLeaks else {
      throw InputError(
        "--candidate-template", "own stands beside gate.max_leak_mass, which asks base and candidate alike",
        remedy: "leave one of them out")
    }
    try demandLogprobs(of: baseline)
    if isAsOne { try demandComparable(paths) }
    let models = ModelOpening(
      configuration, ledger: ledger, access: access, base: { [base] in base },
      arguments: baseline.run.chat?.toldArguments ?? JSONObject(),
      // A server's form of what is here reads as the base does.
      tokenizer: isAsOne && !ServerAddress.isAddress(base) ? base : nil, tell: { report(.note($0)) })
    let baselineHash = try baseline.contentHash()
    report(.stage("opening \(paths.count == 1 ? "the candidate" : "\(paths.count) candidates")"))
    let candidates = try open(paths, suite: suite, models) {
      // Through its own template it is asked other prompts than at any look before.
      try template == .own ? [] : ledger.looks(at: $0.id, baselineHash: baselineHash)
    }
    let report = oncePerNote(report)
    if !configuration.fineTuning.data.isEmpty { report(.stage("checking that the suite is held out from the data")) }
    let overlap = try configuration.heldOutCheck(suite, threads: threads)
    let contaminated = overlap?.contaminatedItems ?? [:]
    let asking = CandidateAsking(
      baseline: baseline,
      run: try SuiteRun(suite: suite, share: share, ledger: ledger, command: command, kernel: kernel, threads: threads),
      policy: selection == nil ? settings.policy : settings.policy.withPart(of: candidates.count), reading: reading,
      contaminated: contaminated,
      withoutVote: Set(overlap?.withoutVote ?? []),
      base: asksBase(candidates) ? try baseAgain(baseline, models) : nil, depth: diagnosis,
      reported: reported, declared: declared,
      candidates: candidates.count, trainedBase: configuration.fineTuning.base)
    var shelf = ModelShelf(threads: threads)

    var verdicts: [CandidateVerdict] = []
    var faults: [InputError] = []
    var contrasts: [[ItemContrast]] = []
    var lost: [[LostAnswer]] = []
    var ids: [String] = []
    for (index, opened) in candidates.enumerated() {
      guard case .whole(let candidate) = opened else {
        if case .broken(let path, let fault) = opened {
          faults.append(fault)
          verdicts.append(unasked(path, fault))
          contrasts.append([])
          lost.append([])
        }
        continue
      }
      let subject = candidate.subject
      report(.opened(name: subject.name, index: index, count: candidates.count))
      for note in subject.notes { report(.note(note)) }
      let begun = Date()
      // What time there is is for all of them.
      try Interruption.withPart(of: candidates.count - index) {
        var asked = CandidateAsking.Asked(finding: .refused("it was not asked"), run: nil)
        do {
          let own = try template == .own ? asking.throughOwnTemplate(of: subject) : asking
          asked = try own.ask(candidate, shelf: &shelf, report: report)
        } catch Interrupted.deadline {
          // While its own template was tried.
          asked = CandidateAsking.Asked(finding: .refused("time ran out before it was asked"), run: nil)
        } catch let fault as InputError where candidates.count > 1 {
          // The others' verdicts are worth keeping; the gate ends with this error all the same.
          faults.append(fault)
          asked = CandidateAsking.Asked(finding: Self.unasked(fault), run: nil)
        }
        let verdict = CandidateVerdict(
          path: subject.path, model: subject.description, durationSeconds: Date().timeIntervalSince(begun),
          share: (asked.share ?? share).description, finding: asked.finding, diagnosis: asked.diagnosis
        ).with(
          wholeSeconds: try wholeSeconds(asked, of: subject, asking, hash: baselineHash, ledger: ledger),
          judgeableShare: asked.judgeable)
        verdicts.append(verdict)
        let compared = ItemContrast.list(
          baseline: asked.baseline ?? baseline, scores: asked.items, voting: verdict.votingTasks,
          contaminated: contaminated)
        contrasts.append(compared)
        // Said and kept before anything else is asked, which can only explain it.
        report(.judged(verdict))
        warn(asked, candidate, asking, report)
        ids.append(try keep(verdict, subject, asked.run, baseline, ledger).id)
        let answered = try answers(
          compared, of: subject, run: asked.run, ledger: ledger, shelf: &shelf, report: report)
        lost.append(answered)
        verdicts[verdicts.count - 1] = verdict.with(lost: answered)
      }
    }
    let forms =
      isAsOne ? try forms(candidates, contrasts, suite: suite, models, asking, shelf: &shelf, report: report) : nil
    faults += forms?.faults ?? []
    return Outcome(
      baseline: baseline, startedAt: started, seconds: Date().timeIntervalSince(started), verdicts: verdicts,
      contrasts: contrasts, lost: lost, verdictIDs: ids, contaminated: contaminated, overlap: overlap, faults: faults,
      selection: try selected(verdicts, of: candidates, asking: asking, shelf: &shelf, report: report),
      forms: forms?.findings)
  }

  /// What was looked for among the candidates. The best is asked once more, under demonstrations that no gate has used.
  private func selected(
    _ verdicts: [CandidateVerdict], of candidates: [Opened], asking: CandidateAsking, shelf: inout ModelShelf,
    report: @escaping (Event) -> Void
  ) throws -> SeriesSelection? {
    guard let selection else { return nil }
    guard let index = SeriesSelection.find(selection, in: verdicts) else {
      return SeriesSelection(rule: selection, candidates: verdicts.count, selected: nil)
    }
    let path = verdicts[index].path
    guard selection == .best, case .whole(let candidate) = candidates[index] else {
      return SeriesSelection(rule: selection, candidates: verdicts.count, selected: path)
    }
    let confirmed = try asking.confirm(candidate, policy: settings.policy, shelf: &shelf, report: report)
    return SeriesSelection(
      rule: selection, candidates: verdicts.count, selected: path, confirmation: confirmed?.outcome,
      confirmedDrop: confirmed?.overallDrop)
  }

  /// Where the gold answer's probability has fallen beyond its margin, whatever the answers say.
  private func warn(
    _ asked: CandidateAsking.Asked, _ candidate: Candidate, _ asking: CandidateAsking, _ report: (Event) -> Void
  ) {
    guard warnsEarly, case .judged = asked.finding,
      let verdict = asking.earlyWarning(candidate, asked.items, settings: settings)
    else {
      return
    }
    let warnings = verdict.warnings
    for warning in warnings { report(.note(warning)) }
    if warnings.isEmpty { report(.note("early warning: nothing; the probability of the gold answer holds")) }
  }

  /// Refuses rules on logprobs where the baseline's model only writes text.
  private func demandLogprobs(of baseline: Baseline) throws {
    guard let server = baseline.run.server, server.writesOnly else { return }
    let rules = settings.policy.rules.filter { $0.metric != .exactMatch }.map(\.name)
    guard let rule = rules.first ?? (warnsEarly ? "early warning" : nil) else { return }
    throw InputError(
      warnsEarly && rules.isEmpty ? "--early-warning" : configuration.file,
      field: rules.isEmpty ? nil : "gate.\(rule)",
      "needs logprobs, and \(server.model) is asked for text alone (answers: written)",
      remedy: "leave it out, or ask a server that scores prompts: vLLM, SGLang or llama-server")
  }

  /// What several candidates share is said once.
  private func oncePerNote(_ report: @escaping (Event) -> Void) -> (Event) -> Void {
    var said: Set<String> = []
    return { event in
      if case .note(let text) = event, !said.insert(text).inserted { return }
      report(event)
    }
  }

  /// What a candidate lost, and what it answers instead. A verdict does not wait for that: where the time is over, answers are missing.
  private func answers(
    _ contrasts: [ItemContrast], of subject: any AskedModel, run: Run?, ledger: Ledger, shelf: inout ModelShelf,
    report: (Event) -> Void
  ) throws -> [LostAnswer] {
    guard let run, !contrasts.isEmpty else { return [] }
    let lost = LostAnswers(ledger, run: run)
    var found = try lost.list(contrasts)
    guard LostAnswers.areOpen(found) else { return found }
    do {
      try Interruption.check()
      report(.again(name: subject.name, what: "its answers to what it lost"))
      try lost.ask(contrasts, of: subject, in: shelf.ready(subject))
      found = try lost.list(contrasts)
    } catch Interrupted.deadline {
    } catch let fault as InputError {
      report(.withoutAnswers("\(fault)"))
    }
    return found
  }

  private func asksBase(_ candidates: [Opened]) -> Bool {
    let isServed =
      ServerAddress.isAddress(base)
      && candidates.contains {
        if case .whole(let candidate) = $0 { candidate.subject.server != nil } else { false }
      }
    return isServed || reading == .adaptive || diagnosis != .none || settings.policy.looksAtLeaks || selection == .best
  }

  /// The baseline's model, to be asked what the baseline does not hold.
  ///
  /// - Throws: `InputError` where the configuration's base is not that model to the bit.
  private func baseAgain(_ baseline: Baseline, _ models: ModelOpening) throws -> any AskedModel {
    let subject = try models.open(base, name: baseline.run.model.name)
    let (model, own) = (baseline.run.model, subject.description)
    if let served = subject as? ServedSubject {
      try served.demandModel(of: baseline, at: baselinePath)
      return served
    }
    guard model.adapter == nil, own.weights == model.weights, own.configuration == model.configuration else {
      throw InputError(
        base,
        "is not the model of the baseline \(baselinePath), which --adaptive, --diagnose, --select best and max_leak_mass ask again",
        remedy: "name the baseline's own model as base in \(configuration.file), or do without them")
    }
    return subject
  }

  private func keep(
    _ verdict: CandidateVerdict, _ subject: any AskedModel, _ run: Run?, _ baseline: Baseline, _ ledger: Ledger
  ) throws -> VerdictRecord {
    try ledger.register(subject.record)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return try ledger.saveVerdict(
      verdict.outcome?.rawValue ?? "not gateable", run: run, model: subject.id,
      baselinePath: baselinePath, baselineHash: try baseline.contentHash(),
      report: String(decoding: try encoder.encode(verdict), as: UTF8.self))
  }
}
