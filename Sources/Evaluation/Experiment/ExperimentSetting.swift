import Gating
import Scoring
import Suites
import Transformer

/// What every run of an experiment has in common.
struct ExperimentSetting {
  let experiment: Experiment
  /// Of every task's blocks.
  let share: Share
  let suite: Suite
  let baseline: Baseline
  let baselineHash: String
  let base: Subject
  /// Tasks that some arm is trained on, as far as labels tell: left out for all arms, so that they
  /// are measured on the same.
  let related: Set<String>
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  /// The folder that everything is trained into.
  let out: String
  /// The tasks that are measured: those that the baseline admits and no arm is trained on. Others are not asked.
  let measured: Set<String>

  init(
    _ experiment: Experiment, share: Share, suite: Suite, baseline: Baseline, base: Subject, related: Set<String>,
    contaminated: [String: Set<String>], out: String
  ) throws {
    self.experiment = experiment
    self.share = share
    self.suite = suite
    self.baseline = baseline
    self.base = base
    self.related = related
    self.contaminated = contaminated
    self.out = out
    baselineHash = try baseline.contentHash()
    measured = baseline.votingTasks(related: related, contaminated: contaminated)
  }

  /// All that decides a model's scores in the experiment beside the model.
  var facts: [String] {
    [
      "share \(share)", "suite \(suite.hash)", "baseline \(baselineHash)", "base \(base.identity.id)",
      "numerics \(engineNumericsID), scoring \(scoringVersion)", "related \(related.sorted())",
    ]
      // Nothing where there is none: points that were measured before stay good.
      + contaminated.sorted { $0.key < $1.key }.map { "contaminated \($0.key) \($0.value.sorted())" }
  }

  /// The tasks that are measured, each item's scores beside the baseline's.
  func measuredTasks(_ scores: [ItemScore]) throws -> [PairedTask] {
    try PairedTask.pair(baseline, with: scores, contaminated: contaminated, unasked: unasked).filter {
      measured.contains($0.admission.task)
    }
  }

  /// Tasks that a checkpoint need not have been asked.
  var unasked: Set<String> { baseline.tasks(besides: measured) }

  /// The same of the baseline itself, at the experiment's share.
  func measuredTasks() throws -> [PairedTask] {
    let asked = Dictionary(grouping: baseline.scores, by: \.task).mapValues { scores in
      share.blocks(of: Set(scores.map(\.block)).count)
    }
    return try measuredTasks(baseline.scores.filter { $0.block < asked[$0.task] ?? 0 })
  }
}
