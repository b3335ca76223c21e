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
/// demonstrations, and every candidate is judged by the shipped rules. What `--stop-early` would have read and said is found from the same answers.
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
    let asking = try SuiteRun(
      suite: suite, share: share, ledger: ledger, command: "RealModelsBenchmark", kernel: Kernel.current.name,
      threads: threads)
    let committed = try Baseline.load(baseline)
    let answers = DrawnAnswers(run: asking, seeds: seeds, base: base, tasks: committed.admittedTasks)
    let ofBase = try answers.of(base, name: "base")
    let baselines = ofBase.scores.map(committed.with)
    print("\(seeds) seeds of demonstrations, share \(share), \(suite.name) version \(suite.version)\n")
    print(
      """
      | candidate | PASS | FAIL | INCONCLUSIVE | drop in points | at the largest k | drop of p(gold) | `--stop-early` PASS, FAIL, open | read |
      |---|--:|--:|--:|--:|--:|--:|--:|--:|
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
  private var atLargestK: [Double] = []
  private var ofProbability: [Double] = []
  private var early: [Outcome] = []
  private var read: [Double] = []

  mutating func add(
    baseline: Baseline, description: RunDescription, scores: [ItemScore], share: Share
  ) throws {
    let policy = GateSettings(maxProbabilityDrop: RuleLimits(overall: 0.99)).policy
    // The shipped rules decide; the other one has no say, and is there for its figure.
    let shipped = GateSettings().policy
    do {
      let verdict = try Verdict.judge(
        baseline: baseline, candidate: description, scores: scores, policy: shipped,
        look: SpentLook(share, declared: share))
      outcomes.append(verdict.outcome)
      let figures = try Verdict.judge(baseline: baseline, candidate: description, scores: scores, policy: policy)
      func drop(_ rule: String) -> Double? {
        figures.units.first { $0.rule == rule && $0.level == .overall }?.degradation?.drop
      }
      drops += [drop("max_drop")].compactMap { $0 }
      atLargestK += [drop("max_drop_largest_k")].compactMap { $0 }
      ofProbability += [drop("max_probability_drop")].compactMap { $0 }
      if let decision = try stopped(baseline, description, scores, share, shipped) {
        early.append(decision.verdict.outcome)
        read.append(decision.share.fraction)
      }
    } catch is NotGateable {
      refused += 1
    }
  }

  /// What `--stop-early` would have made of the same answers.
  private func stopped(
    _ baseline: Baseline, _ description: RunDescription, _ scores: [ItemScore], _ share: Share, _ policy: GatePolicy
  ) throws -> EarlyLooks.Decision? {
    let voting = scores.filter { baseline.admittedTasks.contains($0.task) }
    let blocks = Dictionary(grouping: voting) { BlockPlace(task: $0.task, block: $0.block) }
    let tasks = Dictionary(grouping: blocks.keys, by: \.task).mapValues { $0.map(\.block).sorted() }
    let unasked = Set(baseline.admission.map(\.task)).subtracting(baseline.admittedTasks)
    // The scores have this share of the blocks already.
    var watch = try EarlyLooks(
      share: .all, declared: .all, earlier: [], tests: try Verdict.votingUnits(baseline, policy: policy),
      blocks: { share in
        tasks.sorted { $0.key < $1.key }.flatMap { task, blocks in
          blocks.prefix(share.blocks(of: blocks.count)).map { BlockPlace(task: task, block: $0) }
        }
      }
    ) { scores, look, tests in
      try Verdict.judge(
        baseline: baseline, candidate: description, scores: scores, policy: policy, unasked: unasked, look: look,
        tests: tests)
    }
    for place in watch.places {
      if let decision = try watch.observe(blocks[place] ?? []) { return decision }
    }
    return nil
  }

  func row(_ name: String) -> String {
    func count(_ outcome: Outcome, _ list: [Outcome]) -> Int { list.count { $0 == outcome } }
    func range(_ values: [Double]) -> String {
      values.min().flatMap { low in values.max().map { "\(points(low)) to \(points($0))" } } ?? "–"
    }
    let words: [Outcome] = [.pass, .fail, .inconclusive]
    let note = refused == 0 ? "" : " (\(refused) not gateable)"
    let cells =
      words.map { "\(count($0, outcomes))" } + [range(drops), range(atLargestK), range(ofProbability)]
      + [words.map { "\(count($0, early))" }.joined(separator: ", "), range(read) + " %"]
    return "| \(name)\(note) | \(cells.joined(separator: " | ")) |"
  }
}
