import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Overlap
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
  /// As it was typed, for the ledger.
  package let command: String
  package let kernel: String
  package let reading: GateReading

  package init(
    configuration: Configuration, settings: GateSettings, base: String, baselinePath: String, share: Share,
    threads: Int, command: String, kernel: String, reading: GateReading = .whole
  ) {
    self.configuration = configuration
    self.settings = settings
    self.base = base
    self.baselinePath = baselinePath
    self.share = share
    self.threads = threads
    self.command = command
    self.kernel = kernel
    self.reading = reading
  }

  /// All that a gate found.
  package struct Outcome: Sendable {
    package let baseline: Baseline
    package let startedAt: Date
    package let seconds: Double
    /// In the order given.
    package let verdicts: [CandidateVerdict]
    /// What of the suite is in the configuration's fine-tuning data; nil where it names none.
    package let overlap: OverlapReport?
    /// What was wrong with candidates that could be opened but not asked.
    package let faults: [InputError]
  }

  /// What a gate tells while it runs.
  package enum Event: Sendable {
    case opened(name: String, index: Int, count: Int)
    /// An adapter that changes nothing: legitimate, and worth a word.
    case adapterIsNil(String)
    /// An adaptive gate asks some tasks again, first of the base, then of the candidate.
    case again(name: String, draws: Range<Int>, tasks: Int)
    case progress(ScoringProgress)
    case judged(CandidateVerdict)
  }

  /// - Throws: `InputError` for a baseline, suite, candidate or training record that cannot be read: all candidates are opened before any is asked.
  package func run(
    candidates paths: [String], ledger: Ledger, report: @escaping (Event) -> Void
  ) throws -> Outcome {
    let started = Date()
    let baseline = try Baseline.load(baselinePath)
    let suite = try configuration.suite(of: baseline)
    let hashes = LedgerHashCache.forProcess(ledger)
    let baseCheckpoint = Lazy { [base] in try Checkpoint.open(base) }
    let subjects = try paths.map { try Subject(path: $0, base: baseCheckpoint.value(), hashes: hashes) }
    let related = try subjects.map { try relatedTasks(of: suite, labels: labels(of: $0)) }
    let overlap = try heldOutCheck(suite)
    let contaminated = overlap?.contaminatedItems ?? [:]
    let asking = CandidateAsking(
      baseline: baseline,
      run: SuiteRun(suite: suite, share: share, ledger: ledger, command: command, kernel: kernel, threads: threads),
      policy: settings.policy, reading: reading, contaminated: contaminated,
      withoutVote: Set(overlap?.withoutVote ?? []),
      base: reading == .adaptive ? try baseAgain(baseline, baseCheckpoint.value(), hashes) : nil)
    var shelf = ModelShelf(threads: threads)

    var verdicts: [CandidateVerdict] = []
    var faults: [InputError] = []
    for (index, subject) in subjects.enumerated() {
      report(.opened(name: subject.name, index: index, count: subjects.count))
      if subject.adapter?.isNil == true { report(.adapterIsNil(subject.path)) }
      let begun = Date()
      var asked = CandidateAsking.Asked(finding: .refused("it was not asked"), run: nil)
      do {
        asked = try asking.ask(subject, related: related[index], shelf: &shelf, report: report)
      } catch let fault as InputError where index > 0 || subjects.count > 1 {
        // The others' verdicts are worth keeping; the gate ends with this error all the same.
        faults.append(fault)
        asked = CandidateAsking.Asked(finding: .refused("it could not be asked: \(fault)"), run: nil)
      }
      let verdict = CandidateVerdict(
        path: subject.path, model: subject.description, durationSeconds: Date().timeIntervalSince(begun),
        share: share.description, finding: asked.finding)
      verdicts.append(verdict)
      report(.judged(verdict))
      try keep(verdict, subject, asked.run, baseline, ledger)
    }
    return Outcome(
      baseline: baseline, startedAt: started, seconds: Date().timeIntervalSince(started), verdicts: verdicts,
      overlap: overlap, faults: faults)
  }

  /// The baseline's model, to be asked under further draws.
  ///
  /// - Throws: `InputError` where the configuration's base is not that model to the bit.
  private func baseAgain(
    _ baseline: Baseline, _ checkpoint: @autoclosure () throws -> Checkpoint, _ hashes: any FileHashCache
  ) throws -> Subject {
    let subject = try Subject(path: base, name: baseline.run.model.name, base: checkpoint(), hashes: hashes)
    guard subject.identity.weights == baseline.run.model.weights else {
      throw InputError(
        base, "is not the model of the baseline \(baselinePath), which an adaptive gate asks again",
        remedy: "name the baseline's own model as base in \(configuration.file), or leave out --adaptive")
    }
    return subject
  }

  /// Looks for the suite in the configuration's fine-tuning data; nil where it names none.
  private func heldOutCheck(_ suite: Suite) throws -> OverlapReport? {
    let files = configuration.fineTuning.data
    return files.isEmpty ? nil : try OverlapScan(suite: suite, files: files, threads: threads).run()
  }

  /// What a candidate's fine-tuning chose from, by the configuration and by the checkpoint's own record.
  ///
  /// - Throws: `InputError` for a record that is damaged.
  private func labels(of subject: Subject) throws -> [String] {
    configuration.fineTuning.labels + (try TrainingRecord.read(fromCheckpoint: subject.path)?.labels ?? [])
  }

  private func keep(
    _ verdict: CandidateVerdict, _ subject: Subject, _ run: Run?, _ baseline: Baseline, _ ledger: Ledger
  ) throws {
    try ledger.register(subject.record)
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    try ledger.saveVerdict(
      verdict.outcome?.rawValue ?? "not gateable", run: run, model: subject.identity.id,
      baselinePath: baselinePath, baselineHash: try baseline.contentHash(),
      report: String(decoding: try encoder.encode(verdict), as: UTF8.self))
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
