import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reporting
import Scoring
import Suites
import Training

/// An experiment from its file to its report: every arm under every seed is trained, scored at its checkpoints and
/// contrasted with the
/// baseline. What exists is not made again, so that an experiment that was stopped goes on.
package struct ExperimentSession {
  /// What the report says of how it was made.
  package struct Provenance: Sendable {
    /// As it was typed.
    package let command: String
    package let createdBy: String
    /// Processor and memory, in words.
    package let machine: String
    package let kernel: String
    /// As the report names it.
    package let baseline: String

    package init(command: String, createdBy: String, machine: String, kernel: String, baseline: String) {
      self.command = command
      self.createdBy = createdBy
      self.machine = machine
      self.kernel = kernel
      self.baseline = baseline
    }
  }

  /// Which runs are done now; nil for all. What others found before stands in the report all the same.
  package struct Selection: Sendable {
    package let arms: [String]?
    package let seeds: [UInt64]?

    package init(arms: [String]? = nil, seeds: [UInt64]? = nil) {
      self.arms = arms
      self.seeds = seeds
    }

    func includes(_ run: PlannedRun) -> Bool { arms?.contains(run.arm) ?? true && seeds?.contains(run.seed) ?? true }
  }

  /// What an experiment tells while it runs.
  package enum Event: Sendable {
    case warning(String)
    /// The index is among the runs that are still to be done, from 0.
    case began(arm: String, seed: UInt64, index: Int, count: Int)
    /// What takes its time before the first step.
    case preparing(String)
    /// `endsEarly` where the run may end before `total` steps.
    case training(Trainer.StepReport, total: Int, endsEarly: Bool)
    case scoring(step: Int, ScoringProgress)
    case scored(step: Int)
    case diverged(step: Int)
    /// The report has been written with what this run found; the seconds are this run's.
    case ended(index: Int, count: Int, seconds: Double)
  }

  /// What checkpoints are asked in another form too.
  package struct AlsoAsked: Sendable {
    package let suite: Suite
    package let baseline: Baseline
    /// As the report names the baseline.
    package let path: String
    package let share: Share

    package init(suite: Suite, baseline: Baseline, path: String, share: Share) {
      self.suite = suite
      self.baseline = baseline
      self.path = path
      self.share = share
    }
  }

  private let setting: ExperimentSetting
  private let runs: [PlannedRun]
  private let selection: Selection
  private let scoring: CheckpointScoring
  private let also: AlsoAsked?
  private let configuredBase: String
  private let threads: Int
  private let provenance: Provenance
  private let reports: String
  private let reported: ReportedRuns

  /// - Parameters:
  ///   - base: the baseline's model, which every arm starts from; `configuredBase` is what the configuration calls it.
  ///   - fineTuningLabels: the configuration's, beside those of the arms' own data: tasks of these labels are left out.
  ///   - contaminated: items that are in the fine-tuning data, by task: left out for all arms.
  ///   - also: what checkpoints are asked beside `suite`; nil where the experiment names nothing.
  ///   - out: the folder that everything is trained into.
  ///   - reports: the folder that README.md, results.json and plot.svg are written to.
  ///   - known: a results.json whose finished runs are taken as they stand, where they were made with the same; nil for none.
  /// - Throws: `InputError` for a `known` that cannot be read, for an arm's recipe that cannot be read, and for an arm or seed that the experiment does
  /// not have; `NotGateable`
  ///   where the baseline admits no task.
  package init(
    _ experiment: Experiment, suite: Suite, baseline: Baseline, settings: GateSettings, base: Subject,
    configuredBase: String, fineTuningLabels: [String], contaminated: [String: Set<String>] = [:],
    also: AlsoAsked? = nil, out: String, reports: String, known: String? = nil, ledger: Ledger, threads: Int,
    selection: Selection,
    provenance: Provenance
  ) throws {
    try base.demandModel(of: baseline)
    var seeds: [UInt64] = []
    for seed in experiment.arms.flatMap(\.seeds) where !seeds.contains(seed) { seeds.append(seed) }
    try selection.check(against: experiment, seeds: seeds)
    let planned = try seeds.flatMap { seed in
      try experiment.arms.filter { $0.seeds.contains(seed) }.map { arm in
        (arm, seed, try PlannedRun.recipe(arm, seed: seed, of: experiment, configuredBase: configuredBase))
      }
    }
    let labels = try trainedLabels(planned.map(\.2), base: base.checkpoint) + fineTuningLabels
    func asking(_ suite: Suite, _ baseline: Baseline, _ share: Share) throws -> PointScoring {
      PointScoring(
        setting: try ExperimentSetting(
          experiment, share: share, suite: suite, baseline: baseline, base: base,
          related: relatedTasks(of: suite, labels: labels), contaminated: contaminated, out: out),
        run: try SuiteRun(
          suite: suite, share: share, ledger: ledger, command: provenance.command, kernel: provenance.kernel,
          threads: threads),
        // Leak mass is an experiment's own column, measured while training.
        policy: settings.policy.withoutLeaks)
    }
    try also.map { try base.demandModel(of: $0.baseline) }
    let scoring = CheckpointScoring(
      main: try asking(suite, baseline, experiment.share),
      also: try also.map { try asking($0.suite, $0.baseline, $0.share) })
    let setting = scoring.setting
    runs = try planned.map { try PlannedRun($0, seed: $1, recipe: $2, setting: setting, facts: scoring.facts) }
    self.setting = setting
    self.selection = selection
    self.scoring = scoring
    self.also = also
    self.configuredBase = configuredBase
    self.threads = threads
    self.provenance = provenance
    self.reports = reports
    reported = try ReportedRuns(of: known, besides: provenance.machine)
  }

  /// Does what is left to do, and writes the report at the start and after every run.
  ///
  /// - Parameter report: what it throws ends the experiment, to be gone on with later; what it throws of `.scoring` is not heard.
  /// - Throws: `InputError` for data that cannot be trained on and for what was made with something else;
  /// `NotGateable` where a checkpoint
  ///   is not comparable with the baseline.
  @discardableResult
  package func run(report: @escaping (Event) throws -> Void) throws -> ExperimentResult {
    // Everything is read and checked before hours are spent.
    for run in runs { try folder(run).check() }
    let open = try runs.filter { try selection.includes($0) && !isDone($0) }
    // Last what a report has and is made again for its noise.
    let again = try open.filter(isReportedAlone)
    let prepared = try (open.filter { try !isReportedAlone($0) } + again).map {
      try ($0, $0.control == nil ? prepare($0) : nil)
    }
    for warning in Set(prepared.compactMap(\.1).flatMap(\.session.warnings)).sorted() { try report(.warning(warning)) }
    if let warning = reported.warning(of: open) { try report(.warning(warning)) }
    let base = BaseRow(setting: setting, scoring: scoring, threads: threads)
    try base.score { progress in try? report(.scoring(step: 0, progress)) }
    var result = try publish(base)
    for (index, (planned, arm)) in prepared.enumerated() {
      let began = Date()
      try report(.began(arm: planned.arm, seed: planned.seed, index: index, count: prepared.count))
      try base.evaluate(planned)
      if let arm {
        try arm.finish(scoring, report: report)
      } else {
        try ControlRun(
          planned: planned, folder: folder(planned), experiment: setting.experiment, scoring: scoring, base: base,
          report: report
        ).finish(beside: original(of: planned).map { ($0, folder($0)) })
      }
      result = try publish(base)
      try report(.ended(index: index, count: prepared.count, seconds: Date().timeIntervalSince(began)))
    }
    for run in runs where try isFinishedHere(run) {
      let folder = folder(run)
      folder.tidy(keeping: setting.experiment.keep, of: try steps(of: run))
    }
    return result
  }

  /// The trained run that a control stands beside.
  private func original(of run: PlannedRun) -> PlannedRun? {
    guard case .noise(let name)? = run.control else { return nil }
    return runs.first { $0.arm == name && $0.seed == run.seed }
  }

  /// The steps of a run that are scored, as far as they are known.
  private func steps(of run: PlannedRun) throws -> [Int] {
    let trained = original(of: run) ?? run
    return try folder(trained).scoredSteps(trained, setting.experiment)
  }

  private func prepare(_ run: PlannedRun) throws -> ArmRun {
    let session = try TrainingSession(
      run.recipe, base: setting.base.checkpoint, baseName: configuredBase, suites: [setting.suite],
      folder: folder(run).path, threads: threads,
      origin: .init(program: provenance.createdBy, command: provenance.command))
    let last = run.until?.atMost ?? setting.experiment.checkpoints.last
    guard session.plan.stepCount == last else {
      throw InputError(
        setting.experiment.file, field: "checkpoints",
        "end with step \(last ?? 0), but arm \(run.arm) has \(session.plan.stepCount) steps",
        remedy: "end them with the run's last step, or give all arms as many with 'steps'")
    }
    return ArmRun(planned: run, session: session, folder: folder(run), experiment: setting.experiment)
  }

  private func folder(_ run: PlannedRun) -> RunFolder { RunFolder(out: setting.out, run: run) }

  /// Whether there is nothing left to do of a run. Noise is made of what a trained run leaves in its folder, which no report has.
  private func isDone(_ run: PlannedRun) throws -> Bool {
    if try isFinishedHere(run) { return true }
    guard reported.run(run) != nil else { return false }
    return try !runs.contains {
      try original(of: $0)?.fingerprint == run.fingerprint && selection.includes($0) && !isDone($0)
    }
  }

  /// Whether a run, or the one that it is noise of, is finished in a report and not here.
  private func isReportedAlone(_ run: PlannedRun) throws -> Bool {
    let trained = original(of: run) ?? run
    return try reported.run(trained) != nil && !isFinishedHere(trained)
  }

  private func isFinishedHere(_ run: PlannedRun) throws -> Bool {
    let folder = folder(run)
    let steps = try steps(of: run)
    // A run that ends where its task is held has no step to be scored before it has ended, unless it diverged.
    guard try !steps.isEmpty || folder.divergedAt() != nil else { return false }
    return try steps.allSatisfy { try folder.point($0) != nil }
  }

  private func publish(_ base: BaseRow) throws -> ExperimentResult {
    let rows = try runs.map { try row($0, base) }
    // What the base scores on the first arm's task is known from another machine where that arm is.
    let first = rows.first?.points.first
    let result = ExperimentResult(
      header: try header(), base: try base.point(nil).with(target: first?.target, leakMass: first?.leakMass), runs: rows
    )
    try result.write(to: reports)
    return result
  }

  /// What is here counts before what a report has.
  private func row(_ run: PlannedRun, _ base: BaseRow) throws -> ExperimentRun {
    if try !isFinishedHere(run), let taken = reported.run(run) { return taken }
    return try found(run, base)
  }

  private func found(_ run: PlannedRun, _ base: BaseRow) throws -> ExperimentRun {
    let folder = folder(run)
    let diverged = try folder.divergedAt()
    let spec = setting.base.checkpoint.configuration.decoder
    let scored = try steps(of: run).compactMap { step in
      try folder.point(step)?.with(change: try folder.keptChange(step)?.byModule(spec))
    }
    let points = [try base.point(run).withoutTasks] + scored
    let state: ExperimentRun.State = try isFinishedHere(run) ? (diverged == nil ? .finished : .diverged) : .unfinished
    return ExperimentRun(
      arm: run.arm, seed: run.seed, recipe: run.recipe.name, learningRate: run.recipe.optimiser.learningRate,
      state: state, divergedAt: diverged, points: points,
      matched: setting.experiment.matchAccuracy.flatMap { MatchedPoint(accuracy: $0, along: points) },
      until: run.until.map { RunEnd($0, held: run.control == nil ? $0.reached(folder.training.looks) != nil : nil) },
      fingerprint: run.fingerprint)
  }

  private func header() throws -> ExperimentHeader {
    let baseline = setting.baseline
    let measured = try setting.measuredTasks()
    return ExperimentHeader(
      name: setting.experiment.name, command: provenance.command, createdBy: provenance.createdBy,
      generatedAt: Date().ISO8601Format(), machine: provenance.machine, kernel: provenance.kernel, threads: threads,
      numerics: baseline.run.numerics, baseline: provenance.baseline, base: setting.base.description,
      suite: baseline.run.suite, share: setting.experiment.share.description, tasks: measured.count,
      families: Set(measured.map(\.admission.family)).count, items: measured.reduce(0) { $0 + $1.items.count },
      related: setting.related.sorted(), matchAccuracy: setting.experiment.matchAccuracy, also: try alsoHeader())
  }

  private func alsoHeader() throws -> AlsoHeader? {
    guard let also, let setting = scoring.also?.setting else { return nil }
    let measured = try setting.measuredTasks()
    return AlsoHeader(
      form: also.baseline.run.chat?.form.rawValue ?? PromptForm.raw.rawValue, baseline: also.path,
      share: also.share.description, tasks: measured.count, families: Set(measured.map(\.admission.family)).count,
      items: measured.reduce(0) { $0 + $1.items.count })
  }
}

/// The labels of all recipes' training data, where answers are labels.
private func trainedLabels(_ recipes: [Recipe], base: Checkpoint) throws -> [String] {
  var seen = Set<String>()
  return try recipes.filter { seen.insert($0.trainData).inserted }.flatMap {
    try TrainingPlan($0, base: base).labels
  }
}

extension RunEnd {
  fileprivate init(_ until: HeldTarget, held: Bool?) {
    self.init(
      targetAccuracy: until.targetAccuracy, window: until.window, every: until.every, atMost: until.atMost, held: held)
  }
}

extension ExperimentSession.Selection {
  fileprivate func check(against experiment: Experiment, seeds known: [UInt64]) throws {
    let names = experiment.arms.map(\.name)
    if let unknown = arms?.first(where: { !names.contains($0) }) {
      throw InputError(
        "--arm", "'\(unknown)' is not an arm of \(experiment.file)",
        remedy: nearestKey(to: unknown, among: names).map { "did you mean '\($0)'?" }
          ?? "it has \(names.joined(separator: ", "))")
    }
    if let unknown = seeds?.first(where: { !known.contains($0) }) {
      throw InputError(
        "--seed", "\(unknown) is not a seed of \(experiment.file)",
        remedy: "it has \(known.map(String.init).joined(separator: ", "))")
    }
  }
}
