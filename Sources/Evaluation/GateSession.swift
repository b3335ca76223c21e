import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reporting
import Scoring
import Suites

/// A gate from candidates to report: every candidate is asked the baseline's suite, contrasted with the baseline and judged.
package struct GateSession {
  package let configuration: Configuration
  package let settings: GateSettings
  /// The base model's path, for adapters.
  package let base: String
  package let baselinePath: String
  package let share: Share
  package let threads: Int
  /// As it was typed, for the report.
  package let command: String
  package let createdBy: String
  package let kernel: String
  package let machine: String

  package init(
    configuration: Configuration, settings: GateSettings, base: String, baselinePath: String, share: Share,
    threads: Int, command: String, createdBy: String, kernel: String, machine: String
  ) {
    self.configuration = configuration
    self.settings = settings
    self.base = base
    self.baselinePath = baselinePath
    self.share = share
    self.threads = threads
    self.command = command
    self.createdBy = createdBy
    self.kernel = kernel
    self.machine = machine
  }

  /// What a gate tells while it runs.
  package enum Event: Sendable {
    case opened(name: String, index: Int, count: Int)
    /// An adapter that changes nothing: legitimate, and worth a word.
    case adapterIsNil(String)
    case progress(ScoringProgress)
    case judged(CandidateVerdict, run: String)
  }

  /// - Throws: `InputError` for a baseline, suite or candidate that cannot be read; all candidates are opened before any is asked.
  package func run(
    candidates paths: [String], ledger: Ledger, report: @escaping (Event) -> Void
  ) throws -> GateReport {
    let started = Date()
    let baseline = try Baseline.load(baselinePath)
    let suite = try suite(named: baseline.run.suite.name)
    let hashes = LedgerHashCache.forProcess(ledger)
    let baseCheckpoint = Lazy { [base] in try Checkpoint.open(base) }
    let subjects = try paths.map { try Subject(path: $0, base: baseCheckpoint.value(), hashes: hashes) }
    var models = ModelShelf(subjects, threads: threads)
    let suiteRun = SuiteRun(
      suite: suite, share: share, ledger: ledger, command: command, kernel: kernel, threads: threads)

    var verdicts: [CandidateVerdict] = []
    for (index, subject) in subjects.enumerated() {
      report(.opened(name: subject.name, index: index, count: subjects.count))
      if subject.adapter?.isNil == true { report(.adapterIsNil(subject.path)) }
      let begun = Date()
      let (model, adapter) = try models.model(for: index)
      let scorer = EngineScorer(model, adapter: adapter)
      let description = try suiteRun.description(of: subject, model, numerics: scorer.numericsID)
      var run: Run?
      let verdict: CandidateVerdict
      do {
        // What is not comparable is refused before hours are spent on it.
        _ = try Comparability.check(baseline: baseline.run, candidate: description)
        let outcome = try suiteRun.execute(subject, scorer: scorer) { report(.progress($0)) }
        run = outcome.run
        verdict = CandidateVerdict(
          path: subject.path, model: subject.description, durationSeconds: Date().timeIntervalSince(begun),
          share: share.description,
          verdict: try Verdict.judge(
            baseline: baseline, candidate: description, scores: outcome.items, policy: settings.policy))
      } catch let reason as NotGateable {
        verdict = CandidateVerdict(
          path: subject.path, model: subject.description, durationSeconds: Date().timeIntervalSince(begun),
          share: share.description, notGateable: reason.reason)
      }
      verdicts.append(verdict)
      report(.judged(verdict, run: run?.id ?? ""))
      try keep(verdict, subject, run, baseline, ledger)
    }
    return GateReport(
      header: header(baseline, started: started), candidates: verdicts)
  }

  private func suite(named name: String) throws -> Suite {
    let suites = try configuration.suites.map { try Suite.load($0) }
    if let suite = suites.first(where: { $0.name == name }) { return suite }
    throw InputError(
      configuration.file, field: "suites", "none of the suites is '\(name)', which the baseline was made with",
      remedy: "add its folder, or save a baseline of another suite")
  }

  private func keep(
    _ verdict: CandidateVerdict, _ subject: Subject, _ run: Run?, _ baseline: Baseline, _ ledger: Ledger
  ) throws {
    try ledger.register(subject.record)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try ledger.saveVerdict(
      verdict.verdict?.outcome.rawValue ?? "not gateable", run: run, model: subject.identity.id,
      baselinePath: baselinePath, baselineHash: try baseline.contentHash(),
      report: String(decoding: try encoder.encode(verdict), as: UTF8.self))
  }

  private func header(_ baseline: Baseline, started: Date) -> ReportHeader {
    ReportHeader(
      createdBy: createdBy, startedAt: started.ISO8601Format(), durationSeconds: Date().timeIntervalSince(started),
      command: command, configuration: configuration.file, settings: settings, baseline: baselinePath,
      base: baseline.run.model, suite: baseline.run.suite, numerics: baseline.run.numerics, kernel: kernel,
      threads: threads, machine: machine)
  }
}

/// Loaded models, one at a time: adapters on the same base share its one copy of the weights.
private struct ModelShelf {
  private let subjects: [Subject]
  private let threads: Int
  private var loaded: (key: String, model: LoadedModel)?

  init(_ subjects: [Subject], threads: Int) {
    self.subjects = subjects
    self.threads = threads
  }

  mutating func model(for index: Int) throws -> (LoadedModel, adapter: Int?) {
    let subject = subjects[index]
    let sharing = subjects.filter { $0.checkpoint.path == subject.checkpoint.path }
    let adapters = sharing.filter { $0.adapter != nil }
    let position = subject.adapter == nil ? nil : adapters.firstIndex { $0.path == subject.path }
    if let loaded, loaded.key == subject.checkpoint.path { return (loaded.model, position) }
    // The old model's memory goes before the new one's comes.
    loaded = nil
    let model = try LoadedModel(subject.checkpoint, adapters: adapters.compactMap(\.adapter), threads: threads)
    loaded = (subject.checkpoint.path, model)
    return (model, position)
  }
}

/// A value that is made when it is first asked for.
private final class Lazy<Value> {
  private let make: () throws -> Value
  private var made: Value?

  init(_ make: @escaping () throws -> Value) { self.make = make }

  func value() throws -> Value {
    if let made { return made }
    let value = try make()
    made = value
    return value
  }
}
