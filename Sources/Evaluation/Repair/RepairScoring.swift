import Checkpoints
import Diagnostics
import Foundation
import Gating
import Ledger
import Reporting
import Scoring
import Suites
import Training

/// Which of every task's blocks a verdict is about.
enum RepairBlocks {
  /// Those of the search.
  case search
  /// Those that the search leaves.
  case others
  case all
}

/// Asks models of a repair and judges them, on some of the suite's blocks; everything goes through the ledger.
struct RepairScoring {
  let setting: RepairSetting
  let test: TargetTest
  let ledger: Ledger
  /// Tasks without a vote: the fine-tuning was about them.
  let related: Set<String>
  /// The tasks that a verdict rests on; others are not asked.
  let voting: Set<String>

  init(setting: RepairSetting, test: TargetTest, ledger: Ledger, related: Set<String>) {
    self.setting = setting
    self.test = test
    self.ledger = ledger
    self.related = related
    voting = setting.baseline.votingTasks(related: related, contaminated: setting.contaminated)
  }

  private var unasked: Set<String> { setting.baseline.tasks(besides: voting) }

  /// What a model answered.
  struct Answers {
    let subject: Subject
    let description: RunDescription
    let run: Run
    let items: [ItemScore]
    let target: TargetAccuracy?
  }

  /// Asks a model the suite at a share, and the test samples.
  ///
  /// - Throws: `NotGateable` where it is not comparable with the baseline; `InputError` for what cannot be asked.
  func ask(_ subject: Subject, share: Share, progress: @escaping (ScoringProgress) -> Void) throws -> Answers {
    let run = try SuiteRun(
      suite: setting.suite, share: share, ledger: ledger, command: setting.command, kernel: setting.kernel,
      threads: setting.threads)
    let model = try subject.load(threads: setting.threads)
    let scorer = subject.scorer(in: model)
    let description = try run.description(of: subject, subject.ready(in: model))
    _ = try Comparability.check(baseline: setting.baseline.run, candidate: description)
    let outcome = try run.execute(
      subject, scorer: scorer, questions: .init(voting: voting, of: run.suite), progress: progress)
    return Answers(
      subject: subject, description: description, run: outcome.run, items: outcome.items,
      target: try test.accuracy(try test.samples(for: subject.checkpoint), of: model, adapter: scorer.adapter))
  }

  /// - Throws: `NotGateable` where the blocks are too few.
  func verdict(_ answers: Answers, on blocks: RepairBlocks) throws -> Verdict {
    try Verdict.judge(
      baseline: setting.baseline, candidate: answers.description, scores: answers.items.filter { isIn(blocks, $0) },
      policy: setting.policy, related: related, contaminated: setting.contaminated, unasked: unasked)
  }

  func point(_ answers: Answers, share: GridShare, on blocks: RepairBlocks) throws -> RepairPoint {
    let verdict = try verdict(answers, on: blocks)
    return RepairPoint(
      share: share, target: answers.target, ability: try ability(answers.items, on: blocks), verdict: verdict.outcome,
      bound: verdict.units.filter(\.votes).compactMap(\.evidence?.lowerBound).min(), sentence: verdict.sentence)
  }

  /// The base as the baseline has it; only the test samples are asked.
  func basePoint(_ base: Checkpoint, on blocks: RepairBlocks) throws -> RepairPoint {
    let model = try LoadedModel(base, threads: setting.threads)
    return RepairPoint(
      share: .none, target: try test.accuracy(try test.samples(for: base), of: model, adapter: nil),
      ability: try ability(setting.baseline.scores, on: blocks), verdict: nil, bound: nil, sentence: nil)
  }

  /// Blocks of tasks that vote.
  func blockCount(_ blocks: RepairBlocks) throws -> Int {
    try measured(setting.baseline.scores, on: blocks).reduce(0) { $0 + $1.blocks }
  }

  /// Whether the gate could judge these blocks at all: the baseline against itself.
  func isJudgeable(_ blocks: RepairBlocks) -> Bool {
    let scores = setting.baseline.scores.filter { isIn(blocks, $0) }
    let verdict = try? Verdict.judge(
      baseline: setting.baseline, candidate: setting.baseline.run, scores: scores, policy: setting.policy,
      related: related, contaminated: setting.contaminated)
    return verdict != nil
  }

  private func ability(_ scores: [ItemScore], on blocks: RepairBlocks) throws -> AbilityLeft {
    try AbilityLeft(try measured(scores, on: blocks))
  }

  private func measured(_ scores: [ItemScore], on blocks: RepairBlocks) throws -> [PairedTask] {
    try PairedTask.pair(
      setting.baseline, with: scores.filter { isIn(blocks, $0) }, contaminated: setting.contaminated, unasked: unasked
    ).filter { voting.contains($0.admission.task) }
  }

  private func isIn(_ blocks: RepairBlocks, _ score: ItemScore) -> Bool {
    let searched = setting.searchedBlocks[score.task] ?? 0
    return switch blocks {
    case .search: score.block < searched
    case .others: score.block >= searched
    case .all: true
    }
  }
}
