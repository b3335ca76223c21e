import ArgumentParser
import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Reading
import Suites
import Transformer

/// `holdfast baseline`: makes and reads the committed files that candidates are contrasted with.
struct BaselineCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "baseline",
    abstract: "Makes and reads baselines: a base model's scores, committed as files.",
    subcommands: [SaveBaseline.self, ShowBaseline.self, ListBaselines.self])
}

struct SaveBaseline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "save",
    abstract: "Scores the base model on the whole suite and writes its baseline, admission decided and frozen.",
    discussion: "Example: holdfast baseline save")

  @Option(help: "The model; the configuration's base by default.")
  var model: String?

  @Option(help: "The suite's folder; the configuration's by default.")
  var suite: String?

  @Option(help: "How questions are put: raw, chat or chat-single; the configuration's by default, which is raw.")
  var prompt: PromptForm?

  @Flag(
    help:
      "Put each task's instruction before its first question, in chats; the configuration's chat.instructions by default."
  )
  var instructions = false

  @Option(help: "The file to write; the configuration's baseline by default.")
  var out: String?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var serverOptions: ServerOptions

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let configuration = try options.load()
    let threads = options.threads(configuration)
    guard let folder = suite ?? configuration.suites.first else {
      throw InputError(options.config, field: "suites", "names no suite", remedy: "name one, or give --suite")
    }
    let destination = out ?? configuration.baseline
    // Before an hour is spent on it.
    try FileKind.requireRegular(destination, remedy: "name a file to write")
    try Baseline.demandReplaceable(destination)
    let suite = try configuration.naming { try Suite.load(ShippedFiles.own.suite(folder)) }
    let place = try model.map { try resolvePlace($0, models: configuration.models) } ?? basePlace(configuration)
    let ledger = try Ledger(path: options.ledger ?? configuration.ledger)
    let subject = try ModelOpening(
      configuration, ledger: ledger, access: try serverOptions.access(keyFile: configuration.keyFile),
      base: { try basePlace(configuration) }, arguments: try configuration.chatArguments(form: prompt),
      tell: { note("\($0)") }
    ).open(place)
    for line in subject.server == nil ? [] : subject.notes { note("\(line)") }
    let run = try SuiteRun(
      suite: try configuration.asking(
        suite, of: subject.templates(), form: prompt, instructions: instructions), share: .all, ledger: ledger,
      command: typedCommand, kernel: Kernel.current.name, threads: threads)
    let progress = ProgressLine(subject.name)
    defer { progress.end() }
    let baseline = try makeBaseline(
      subject, run: run, threads: threads, familyMargin: configuration.gate.maxDropFamily,
      createdBy: "holdfast \(holdfastVersion)", note: { note("\($0)") }, progress: progress.show)
    progress.end()
    try baseline.save(to: destination)
    if !baseline.admission.contains(where: \.admitted) {
      note(
        "\(destination): no task is admitted, so no gate on it can reach a verdict; choose a base or a suite it can do")
    }
    if json {
      try printJSON(BaselineSummary(baseline, path: destination), isPretty: true)
    } else {
      try printLine(try describe(baseline, path: destination))
    }
  }
}

struct ShowBaseline: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Shows a baseline: its model, suite and what was admitted.",
    discussion: "Example: holdfast baseline show baselines/smollm2-135m-instruct.core.json")

  @Argument(help: "The baseline file; the configuration's by default.")
  var path: String?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let file = try path.map { ShippedFiles.own.baseline($0) } ?? options.load().baselineToRead
    let baseline = try Baseline.load(file)
    if json {
      try printJSON(BaselineSummary(baseline, path: file), isPretty: true)
    } else {
      try printLine(try describe(baseline, path: file))
    }
  }
}

struct ListBaselines: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Lists the baselines in a folder.", discussion: "Example: holdfast baseline list")

  @Argument(help: "The folder; that of the configuration's baseline by default.")
  var folder: String?

  @Flag(help: "Print one JSON object a line.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func run() throws {
    let folder = try folder ?? URL(fileURLWithPath: options.load().baseline).deletingLastPathComponent().path
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(".json") }.sorted()
    } catch {
      throw InputError(folder, "cannot be listed", remedy: "give the folder that holds the baselines")
    }
    for name in names {
      let path = URL(fileURLWithPath: folder).appendingPathComponent(name).path
      let baseline = try Baseline.load(path)
      let admitted = baseline.admission.filter(\.admitted).count
      let form: ShownText = baseline.run.chat.map { " as \($0.form.rawValue)" } ?? ""
      if json {
        try printJSON(BaselineSummary(baseline, path: path))
        continue
      }
      try printLine(
        "\(name)  \(baseline.run.model.name) on \(baseline.run.suite.name) \(baseline.run.suite.version)\(form), "
          + "\(admitted) of \(baseline.admission.count) tasks admitted, \(baseline.createdBy)")
    }
  }
}

/// A baseline without its scores.
private struct BaselineSummary: Encodable {
  let path: String
  let createdBy: String
  let run: RunDescription
  let scores: Int
  let admission: [TaskAdmission]

  enum CodingKeys: String, CodingKey {
    case path, run, scores, admission
    case createdBy = "created_by"
  }

  init(_ baseline: Baseline, path: String) {
    self.path = path
    createdBy = baseline.createdBy
    run = baseline.run
    scores = baseline.scores.count
    admission = baseline.admission
  }
}

/// A baseline in words: what it is of, and every task with its curve and whether it is admitted.
private func describe(_ baseline: Baseline, path: String) throws -> ShownText {
  var lines: [ShownText] = [
    "\(path)",
    "model     \(baseline.run.model.name) (\(baseline.run.model.storage)), weights \(baseline.run.model.weights.prefix(12))",
    "suite     \(baseline.run.suite.name) version \(baseline.run.suite.version), \(baseline.scores.count) scores, "
      + "numerics \(baseline.run.numerics), made by \(baseline.createdBy)",
  ]
  if let chat = baseline.run.chat {
    let more =
      (chat.instructions ? ", with instructions" : "")
      + (chat.closesThinking ? ", the think block that it opens closed, empty" : "")
    lines.append(
      "prompt    \(chat.form.rawValue), template \(chat.sendsMessages ? "the server's own" : String(chat.templateHash.prefix(12)))\(words: more)"
    )
    if let text = try chat.templateNote(path: path) { lines.append("          \(text)") }
  }
  lines.append("")
  let shots = Set(baseline.admission.flatMap(\.means.keys)).sorted()
  func row(_ first: String, _ cells: [String], _ last: String) -> ShownText {
    let line =
      shown(first).padding(toLength: 22, withPad: " ", startingAt: 0)
      + cells.map { String(repeating: " ", count: max(0, 7 - $0.count)) + $0 }.joined() + "  " + last
    return "\(line)"
  }
  lines.append(row("task", shots.map { "k=\($0)" } + ["chance"], "admitted"))
  for task in baseline.admission.sorted(by: { ($0.family, $0.task) < ($1.family, $1.task) }) {
    let means = shots.map { task.means[$0].map { String(format: "%.1f", $0 * 100) } ?? "-" }
    lines.append(
      row(
        task.task, means + [String(format: "%.1f", task.chance * 100)],
        task.admitted ? "yes" : "no: \(task.reason ?? "")"))
  }
  return lines.joined(separator: "\n")
}
