import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Overlap
import Reading
import Reporting
import Served
import Suites
import Transformer

/// `holdfast gate`: scores candidates, contrasts them with the baseline, writes reports, and exits accordingly.
struct GateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "gate",
    abstract: "Judges candidates against the committed baseline, and exits with the verdict.",
    discussion: """
      A candidate is a .gguf file, a Hugging Face folder, or an adapter (PEFT, or LoRA in GGUF) on the configured base. A folder of checkpoint-N folders is a \
      series: every one of them is judged.

      Exit codes: 0 every candidate passes; 1 at least one fails; 2 bad input; 3 inconclusive or not gateable.

      Example: holdfast gate out/my-adapter
      Example: holdfast gate --candidate out/a --candidate out/b.gguf --share 1/2
      Example: holdfast gate --candidate out/my-adapter --within 15m
      Example: holdfast gate --candidate out/series --select best
      Example: holdfast gate --as-one out/my-adapter out/my-merged out/my-adapter.gguf
      Example: holdfast gate --candidate http://localhost:8000#my-adapter
      """)

  @Argument(
    help: ArgumentHelp(
      "Candidates: paths, or addresses of served models. The configuration's by default.", valueName: "candidate"))
  var candidates: [String] = []

  @Option(help: "The same, one a time; repeatable.")
  var candidate: [String] = []

  @Option(
    help:
      "Let the base's server (vLLM, SGLang) load each adapter in this folder, which it must see at the same path, and gate them all."
  )
  var loadAdapters: String?

  @Option(
    parsing: .upToNextOption,
    help:
      "Candidates that are one fine-tuning in the forms in which it ships (adapter, merged folder, GGUF): each is judged, and compared with the first."
  )
  var asOne: [String] = []

  @Option(help: "A fixed share of every task's blocks, such as 1/2; the configuration's by default, else all.")
  var share: String?

  @Option(help: "Read as large a share as this time allows here, loading included: seconds, or 15m, or 2h.")
  var within: Timeout?

  @Option(
    help: "Tasks that have no vote: ask them too, after the others, or skip them; the configuration's by default.")
  var reported: ReportedTasks?

  @Flag(help: "Look at the candidate on the way, and read one that has passed or failed already no further.")
  var stopEarly = false

  @Flag(
    help: "Ask what stays INCONCLUSIVE again with other demonstrations, base and candidate, in at most three looks.")
  var adaptive = false

  @Flag(
    help: "Ask of a candidate that fails what it lost, and in which layers and modules: controls that never vote.")
  var diagnose = false

  @Flag(
    help:
      "The same, and layer by module: two models for every cell are asked, which takes minutes, said beforehand.")
  var cells = false

  @Option(
    help:
      "Of several candidates, each judged at α over their number, find the best that passes, confirmed under fresh demonstrations, or the first that fails."
  )
  var select: SelectionRule?

  @Flag(help: "Say where the probability of the right answer has fallen already, before answers did.")
  var earlyWarning = false

  @Option(help: "How the baseline was asked: raw, chat or chat-single; the configuration's by default.")
  var prompt: PromptForm?

  @Option(
    help: "Of chats, the template that candidates are asked through: the baseline's, or their own, as their users are.")
  var candidateTemplate: CandidateTemplate = .baseline

  @Option(help: "The baseline file; the configuration's by default.")
  var baseline: String?

  @Option(help: "The folder that report.html, report.md and report.json go to; the configuration's by default.")
  var reports: String?

  @Option(
    name: .shortAndLong,
    help:
      "A further file to write, by its extension: .html, .md, .json, .xml (JUnit), .csv (a row an item); repeatable.")
  var output: [String] = []

  @Option(help: "End as INCONCLUSIVE with what was read by then: seconds, or 30m, or 2h.")
  var timeout: Timeout?

  @Flag(
    help: "Print the report as JSON instead of the table, and what happens meanwhile as JSON lines on standard error.")
  var json = false

  @Flag(name: .shortAndLong, help: "Print the verdicts and errors alone.")
  var quiet = false

  @OptionGroup var serverOptions: ServerOptions

  @OptionGroup var options: ConfigurationOptions

  /// Candidates that the command line names.
  private var named: [String] { candidates + candidate }

  func validate() throws {
    if !candidates.isEmpty, !candidate.isEmpty {
      throw ValidationError(
        "name candidates in one way, so that their order is yours: as paths, or each behind --candidate")
    }
    // Only a configuration can name one too.
    if !asOne.isEmpty {
      let other = [
        ("--candidate", !candidate.isEmpty), ("'\(candidates.first ?? "")'", !candidates.isEmpty),
        ("--load-adapters", loadAdapters != nil), ("--stop-early", stopEarly),
        ("--within", within != nil), ("--select", select != nil),
        ("--candidate-template own", candidateTemplate == .own),
      ].first(where: \.1)?.0
      if let other { throw ValidationError("--as-one asks all forms the same questions, and so not with \(other)") }
      if asOne.count < 2 { throw ValidationError("--as-one compares forms with the first: give at least two") }
    }
    if named.isEmpty, asOne.isEmpty, loadAdapters == nil, !FileManager.default.fileExists(atPath: options.config) {
      throw ValidationError("name at least one candidate: holdfast gate PATH")
    }
    if stopEarly, adaptive { throw ValidationError("--stop-early and --adaptive each plan their own looks; give one") }
    if json, quiet { throw ValidationError("--json prints the report, --quiet the verdicts alone; give one") }
    let alone = [
      ("--share", share != nil), ("--stop-early", stopEarly), ("--adaptive", adaptive), ("--timeout", timeout != nil),
    ]
    if within != nil, let other = alone.first(where: \.1)?.0 {
      throw ValidationError("--within chooses what is read and when it ends, and so does \(other); give one")
    }
    let asksBoth = [
      ("--adaptive", adaptive), ("--diagnose", diagnose), ("--cells", cells), ("--select", select != nil),
    ]
    if candidateTemplate == .own, let other = asksBoth.first(where: \.1)?.0 {
      throw ValidationError("\(other) asks base and candidate alike, and --candidate-template own does not; give one")
    }
    if stopEarly, diagnose || cells {
      throw ValidationError("--diagnose needs the scores that --stop-early does not read")
    }
  }

  /// - Throws: `InputError` where the base is files.
  private func adapterLoading(_ configuration: Configuration) throws -> AdapterLoading {
    guard case .served(let reference) = configuration.base else {
      throw InputError(
        configuration.file, field: "base", "is files, and --load-adapters needs a server",
        remedy: "give the adapters with --candidate, or write base: {server: …}")
    }
    let address = try ServerAddress(reference.address, place: configuration.file, field: "base.server")
    return try AdapterLoading(address, try serverOptions.access(keyFile: configuration.keyFile))
  }

  private var reading: GateReading {
    if let within { return .timed(within.duration) }
    return stopEarly ? .stoppingEarly : adaptive ? .adaptive : .whole
  }

  func run() throws {
    let begun = ContinuousClock.now
    // What is checked out now, and not after hours.
    let origin = GateOrigin.current(at: Date())
    // Before hours are spent on it.
    for file in output {
      _ = try GateForm(of: file)
      try FileKind.requireRegular(file, remedy: "name a file to write")
    }
    let configuration = try options.load()
    let others: [(path: String, what: ShownText)] =
      [(configuration.file, "the configuration"), (baseline ?? configuration.baseline, "the baseline")]
      + named.map { (path: $0, what: "a candidate") }
    for file in output { try OutputPlace.demand(file, apartFrom: others) }
    let reportsFolder = reports ?? configuration.reports
    if let kind = FileKind.of(reportsFolder), kind != .folder {
      throw InputError(reportsFolder, "is no folder: \(kind.statement)", remedy: "name a folder for the reports")
    }
    let threads = options.threads(configuration)
    let share = try self.share.map { try Share(parsing: $0) } ?? configuration.share
    guard share <= configuration.share else {
      throw InputError(
        "--share",
        "\(share) is more than gate.share in \(configuration.file), \(configuration.share), which counts as all",
        remedy: "give at most that, or raise gate.share")
    }
    let session = GateSession(
      configuration: configuration, settings: configuration.gate, base: try basePlace(configuration),
      baselinePath: baseline.map { ShippedFiles.own.baseline($0) } ?? configuration.baselineToRead,
      share: share,
      declared: configuration.share, threads: threads,
      command: typedCommand, kernel: Kernel.current.name,
      reading: reading, diagnosis: cells ? .cells : diagnose ? .parts : .none,
      reported: reported ?? configuration.reported,
      selection: select, warnsEarly: earlyWarning, form: prompt, template: candidateTemplate, isAsOne: !asOne.isEmpty,
      access: try serverOptions.access(keyFile: configuration.keyFile))
    let loading = try loadAdapters.map { _ in try adapterLoading(configuration) }
    defer { loading?.unload { note("\($0)") } }
    let loaded = try loadAdapters.map {
      try AdapterLoading.folders(in: $0).compactMap { try loading?.load($0).description }
    }
    let named =
      asOne.isEmpty
      ? (self.named.isEmpty && loaded == nil ? [configuration.candidate?.address].compactMap { $0 } : self.named)
        + (loaded ?? []) : asOne
    guard !named.isEmpty else { throw ValidationError("name at least one candidate: holdfast gate PATH") }
    let given = try named.map { try CandidatePaths(at: try resolvePlace($0, models: configuration.models)) }
    let ledger = try Ledger(path: options.ledger ?? configuration.ledger)
    let telling = GateTelling(
      form: quiet ? .quiet : json ? .events : .lines, saysVerdicts: select == nil)
    defer { telling.end() }
    if !asOne.isEmpty, let series = zip(asOne, given).first(where: { $0.1.paths.count != 1 }) {
      throw InputError(
        series.0, "is a series of \(series.1.paths.count) checkpoints, and no form of one fine-tuning",
        remedy: "give one of them")
    }
    for line in given.flatMap(\.notes) { telling.say("\(line)") }
    let outcome = try Interruption.withDeadline((timeout ?? within).map { begun + $0.duration }) {
      try session.run(candidates: given.flatMap(\.paths), ledger: ledger) { telling.tell($0) }
    }
    if let overlap = outcome.overlap { telling.say("held-out check: \(HeldOutSummary(overlap).text)") }
    let report = GateReport(
      header: header(outcome, session: session, configuration: configuration, origin: origin),
      candidates: outcome.verdicts)
    let evidence = zip(outcome.verdicts, zip(outcome.contrasts, outcome.lost)).map {
      CandidateEvidence(verdict: $0, contrasts: $1.0, lost: $1.1)
    }
    let folder = URL(fileURLWithPath: reportsFolder, isDirectory: true)
    let files = ["report.html", "report.md", "report.json"].map { folder.appendingPathComponent($0).path } + output
    // Before the verdict is printed: where that cannot be done, there is one all the same.
    let fault = keep(report, evidence, outcome, ledger, files) ?? outcome.faults.first
    let written = fault == nil ? [files[0]] + output : []
    telling.end()
    let code = fault == nil ? report.exit.rawValue : 0
    if json {
      try conclude(try report.json(), code: code, isKept: true)
    } else if quiet {
      try conclude(ShownText(lines: report.sentences), code: code, isKept: true)
    } else {
      let table = coloured(ShownText(lines: report.terminalTable(width: outputWidth)))
      try conclude("\(table)\n" + written.map { "report: \($0)\n" }.joined(), code: code, isKept: true)
    }
    if let fault { throw fault }
  }

  /// Writes the gate to the ledger and the reports to their files, whatever becomes of the other.
  ///
  /// - Returns: the first fault; the verdict that it belongs to stands.
  private func keep(
    _ report: GateReport, _ evidence: [CandidateEvidence], _ outcome: GateSession.Outcome, _ ledger: Ledger,
    _ files: [String]
  ) -> (any Error)? {
    var fault: (any Error)?
    var history: [GateHistoryPoint] = []
    do {
      let kept = try ledger.saveGate(
        header: String(decoding: try JSONEncoder().encode(report.header), as: UTF8.self),
        leftOut: outcome.contaminated, verdicts: outcome.verdictIDs)
      history = try ledger.history(through: kept)
    } catch {
      fault = error
    }
    do {
      try GateOutput(report, candidates: evidence, history: history).write(files)
    } catch {
      fault = fault ?? error
    }
    return fault
  }

  private func header(
    _ outcome: GateSession.Outcome, session: GateSession, configuration: Configuration, origin: GateOrigin
  ) -> ReportHeader {
    ReportHeader(
      createdBy: "holdfast \(holdfastVersion)", startedAt: outcome.startedAt.ISO8601Format(),
      durationSeconds: outcome.seconds, command: session.command, configuration: configuration.file,
      settings: session.settings, baseline: fromHere(session.baselinePath), base: outcome.baseline.run.model,
      suite: outcome.baseline.run.suite, heldOut: outcome.overlap.map { HeldOutSummary($0) },
      selection: outcome.selection, forms: outcome.forms,
      numerics: outcome.baseline.run.numerics, kernel: session.kernel,
      threads: session.threads, machine: Machine.description,
      declaredShare: configuration.share == .all ? nil : configuration.share, origin: origin)
  }
}

extension HeldOutSummary {
  init(_ report: OverlapReport) {
    self.init(
      files: report.files.count, records: report.files.reduce(0) { $0 + $1.records },
      recordsWithoutText: report.files.reduce(0) { $0 + $1.recordsWithoutText },
      contaminated: report.contaminatedCount, withoutVote: report.withoutVote)
  }
}

extension ReportedTasks: ExpressibleByArgument {}
extension SelectionRule: ExpressibleByArgument {}
extension CandidateTemplate: ExpressibleByArgument {}
