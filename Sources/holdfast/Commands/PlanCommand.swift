import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Overlap
import Reading
import Reporting
import Suites

/// `holdfast plan`: what a gate could find, before anything is asked.
struct PlanCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "plan",
    abstract: "Says what drop a gate could detect, before anything runs.",
    discussion: """
      Reads the configuration and the baseline and runs no model. For every unit of every rule it prints the smallest \
      margin that would pass and the smallest drop that would fail, both with 80 % power, and whether the unit could \
      vote at all. Below that, what other shares would cost in minutes, and could show.

      Exit codes: 0 a verdict could be reached; 3 none could.

      Example: holdfast plan
      Example: holdfast plan --share 1/4 --discordance 0.1 --json
      """)

  @Option(help: "A fixed share of every task's blocks, such as 1/2.")
  var share: String?

  @Option(help: "The baseline file; the configuration's by default.")
  var baseline: String?

  @Option(
    help:
      "The share of items that base and candidate are assumed to answer differently at one k; by default what the ledger's candidates did, else 0.15."
  )
  var discordance: Double?

  @Flag(help: "Print JSON.")
  var json = false

  @OptionGroup var options: ConfigurationOptions

  func validate() throws {
    guard discordance.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw ValidationError("--discordance is a share above 0 and at most 1")
    }
  }

  func run() throws {
    let configuration = try options.load()
    let path = baseline.map { ShippedFiles.own.baseline($0) } ?? configuration.baselineToRead
    let loaded = try configuration.naming { try Baseline.load(path) }
    // The suite itself is read only where something has to be looked for in it.
    let heldOut =
      configuration.fineTuning.data.isEmpty
      ? nil
      : try configuration.heldOutCheck(
        try configuration.suite(of: loaded, at: path),
        threads: options.threads(configuration))
    if let heldOut { note("held-out check: \(HeldOutSummary(heldOut).text)") }
    let related = try related(configuration)
    let ledger = try? Ledger(existingAt: options.ledger ?? configuration.ledger)
    let assumptions = try assumptions(loaded, ledger)
    func plan(_ share: String) throws -> GatePlan {
      try GatePlan(
        baseline: loaded, policy: configuration.gate.policy,
        share: try Share(parsing: share), assumptions: assumptions,
        related: related, contaminated: heldOut?.contaminatedItems ?? [:], reported: configuration.reported)
    }
    let others = try ["1", "3/4", "1/2", "3/8", "1/4", "1/8"].map(plan)
    let plan = try plan(share ?? configuration.share.description)
    let rate = scoringRate(loaded, configuration)
    let code = plan.refusal == nil ? 0 : GateExit.undecided.rawValue
    if json {
      try conclude(try plan.json(rate: rate, others: others), code: code)
    } else {
      try conclude(ShownText(lines: plan.terminalTable(rate: rate, others: others, width: outputWidth)), code: code)
    }
  }

  /// What is said, else what the ledger's own candidates of this baseline were like, else the usual.
  private func assumptions(_ baseline: Baseline, _ ledger: Ledger?) throws -> PlanAssumptions {
    if let discordance { return PlanAssumptions(discordance: discordance) }
    let hash = try baseline.contentHash()
    return (try? ledger?.judged(baselineHash: hash)).flatMap { PlanAssumptions($0) } ?? PlanAssumptions()
  }

  /// Answers a second, by the last runs like the baseline's that this ledger has; nil where there is none. A plan makes no ledger, and
  /// one that cannot be read is no reason not to plan.
  private func scoringRate(_ baseline: Baseline, _ configuration: Configuration) -> Double? {
    let path = options.ledger ?? configuration.ledger
    return try? Ledger(existingAt: path).scoringRate(like: baseline.run)
  }

  /// The tasks that have the configured fine-tuning labels; the suite is read only where there are some.
  private func related(_ configuration: Configuration) throws -> Set<String> {
    let labels = configuration.fineTuning.labels
    guard !labels.isEmpty else { return [] }
    return try configuration.suites.reduce(into: []) { names, folder in
      names.formUnion(relatedTasks(of: try configuration.naming { try Suite.load(folder) }, labels: labels))
    }
  }
}
