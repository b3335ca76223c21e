import ArgumentParser
import Diagnostics
import Evaluation
import Foundation
import Gating
import Ledger
import Suites
import Transformer

/// Gates real candidates under many seeds of demonstrations: run by `make calibrate-real`. A sanity check of the error rates, not a
/// rate: ten seeds of the same items are not ten suites.
///
/// Every seed is a gate of its own: base and candidates are asked the committed baseline's admitted tasks under that draw of
/// demonstrations, and every candidate is judged by the shipped rules. What `--stop-early` would have read is found from the same answers.
@main
struct RealModelsBenchmark: ParsableCommand {
  @Option(help: "The base model.")
  var base: String

  @Option(help: "NAME=PATH of a candidate; repeatable.")
  var candidate: [String]

  @Option(help: "The baseline that says which tasks are admitted.")
  var baseline: String = "baselines/smollm2-135m-instruct.core.json"

  @Option(help: "The suite.")
  var suite: String = "suites/core"

  @Option(help: "Seeds of demonstrations.")
  var seeds: Int = 10

  @Option(help: "The share of every task's blocks.")
  var share: String = "1/2"

  @Option(help: "The ledger: what it holds is not asked again.")
  var ledger: String = ".holdfast/real-models.sqlite"

  @Option(help: "Threads.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  func validate() throws {
    guard (1...1000).contains(seeds) else { throw ValidationError("--seeds is not between 1 and 1,000") }
    for pair in candidate where pair.split(separator: "=", maxSplits: 1).count != 2 {
      throw ValidationError("--candidate \(pair) is not NAME=PATH")
    }
  }

  func run() throws {
    let ledger = try Ledger(path: ledger)
    let suite = try Suite.load(suite)
    let share = try Share(parsing: share)
    let asking = SuiteRun(
      suite: suite, share: share, ledger: ledger, command: "RealModelsBenchmark", kernel: Kernel.current.name,
      threads: threads)
    let answers = DrawnAnswers(run: asking, seeds: seeds, base: base)
    let ofBase = try answers.of(base, name: "base")
    let committed = try Baseline.load(baseline)
    let baselines = ofBase.scores.map(committed.with)
    print("\(seeds) seeds of demonstrations, share \(share), \(suite.name) version \(suite.version)\n")
    print(
      """
      | candidate | PASS | FAIL | INCONCLUSIVE | drop in points, lowest to highest | stopped early | blocks read |
      |---|--:|--:|--:|--:|--:|--:|
      """)
    for pair in candidate {
      let parts = pair.split(separator: "=", maxSplits: 1).map(String.init)
      let own = try answers.of(parts[1], name: parts[0])
      var tally = SeedTally()
      for (baseline, scores) in zip(baselines, own.scores) {
        try tally.add(baseline: baseline, description: own.description, scores: scores, share: share)
      }
      print(tally.row(parts[0]))
    }
  }
}

/// What became of one candidate over the seeds.
struct SeedTally {
  private var outcomes: [Outcome] = []
  private var refused = 0
  private var drops: [Double] = []
  private var early: [EarlyFailure] = []

  mutating func add(
    baseline: Baseline, description: RunDescription, scores: [ItemScore], share: Share
  ) throws {
    let policy = GateSettings().policy
    do {
      let verdict = try Verdict.judge(baseline: baseline, candidate: description, scores: scores, policy: policy)
      outcomes.append(verdict.outcome)
      if let drop = verdict.units.first?.degradation?.drop { drops.append(drop) }
    } catch is NotGateable {
      refused += 1
    }
    if let failure = EarlyStop(baseline, policy: policy, share: share)?.failure(of: scores) { early.append(failure) }
  }

  func row(_ name: String) -> String {
    func count(_ outcome: Outcome) -> Int { outcomes.filter { $0 == outcome }.count }
    let range = drops.min().flatMap { low in drops.max().map { "\(points(low)) to \(points($0))" } } ?? "–"
    let read = early.map(\.blocksRead).sorted()
    let blocks = read.isEmpty ? "–" : "\(read[0]) to \(read[read.count - 1]) of \(early[0].blocks)"
    let counts = [Outcome.pass, .fail, .inconclusive].map { "\(count($0))" }
    let note = refused == 0 ? "" : " (\(refused) not gateable)"
    return "| \(name)\(note) | \(counts.joined(separator: " | ")) | \(range) | \(early.count) | \(blocks) |"
  }
}
