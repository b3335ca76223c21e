import Diagnostics
import Foundation
import Gating
import Ledger
import Reading
import Scoring
import Suites

/// Asks one model a suite, block by block into the ledger: what is known already is not asked again, and a run that was stopped goes on.
package struct SuiteRun {
  package private(set) var suite: Suite
  package private(set) var share: Share
  package let ledger: Ledger
  /// How it was asked for, for the ledger.
  package let command: String
  package let kernel: String
  package let threads: Int
  private(set) var promptHash: String
  let suiteHash: String
  /// The part that is asked; nil for all.
  package var shard: Shard?
  /// A model that is asked the same questions in turn with the one that is asked; nil for none.
  var beside: Beside?
  /// All that a baseline was asked: rendering thousands of chats takes seconds.
  private var ordinary: [RequestBlock]

  package init(suite: Suite, share: Share, ledger: Ledger, command: String, kernel: String, threads: Int) throws {
    self.suite = suite
    self.share = share
    self.ledger = ledger
    self.command = command
    self.kernel = kernel
    self.threads = threads
    ordinary = try Questions().blocks(of: suite, share: .all)
    promptHash = suite.promptHash(of: ordinary)
    suiteHash = suite.hash
  }

  /// The same over another share of the blocks.
  func with(share: Share) -> SuiteRun {
    var run = self
    run.share = share
    return run
  }

  /// The same questions put otherwise.
  func with(suite: Suite) throws -> SuiteRun {
    var run = self
    run.suite = suite
    run.ordinary = try Questions().blocks(of: suite, share: .all)
    run.promptHash = suite.promptHash(of: run.ordinary)
    return run
  }

  /// The blocks of some questions, over a share of every task's.
  func blocks(_ questions: Questions, share: Share) throws -> [RequestBlock] {
    guard questions.draws == Self.draws, questions.asking == .gold else {
      return try questions.blocks(of: suite, share: share)
    }
    let counts = Dictionary(uniqueKeysWithValues: suite.tasks.map { ($0.name, share.blocks(of: $0.blockCount)) })
    return ordinary.filter {
      (questions.tasks?.contains($0.task) ?? true) && $0.block < counts[$0.task, default: 0]
    }
  }

  /// The draws of demonstrations that a baseline has.
  package static let draws = 0..<1

  /// What is asked of a suite: some draws of demonstrations, of some tasks, under one condition.
  package struct Questions: Sendable {
    package let draws: Range<Int>
    /// nil for every task.
    package let tasks: Set<String>?
    package let asking: Asking
    /// Whether it is a part of what a baseline was asked, to be known by its share alone.
    private let isPart: Bool

    package init(draws: Range<Int> = SuiteRun.draws, tasks: Set<String>? = nil, asking: Asking = .gold) {
      self.draws = draws
      self.tasks = tasks
      self.asking = asking
      isPart = false
    }

    /// The questions of a baseline that a verdict rests on.
    init(voting tasks: Set<String>, of suite: Suite) {
      draws = SuiteRun.draws
      asking = .gold
      isPart = !tasks.isSuperset(of: suite.tasks.map(\.name))
      self.tasks = isPart ? tasks : nil
    }

    package func blocks(of suite: Suite, share: Share) throws -> [RequestBlock] {
      try draws.flatMap { try suite.requestBlocks(draw: $0, share: share, asking: asking) }
        .filter { tasks?.contains($0.task) ?? true }
    }

    var isOrdinary: Bool { draws == SuiteRun.draws && asking == .gold && (tasks == nil || isPart) }

    /// As the ledger knows it.
    func text(of share: Share) -> String { isPart ? "\(share) voting" : share.description }

  }

  /// A finished run, and what the scorer did for it; requests that the ledger knew cost nothing.
  package struct Outcome: Sendable {
    package let run: Run
    package let items: [ItemScore]
    package let scoring: ScoringProgress
    package let blocks: Int
    /// Blocks whose scores were all in the ledger.
    package let knownBlocks: Int
    /// What the model beside scored; empty without one.
    var beside: [ItemScore] = []

    /// Of the answers that were computed and not known; nil of fewer than a hundred, which say nothing.
    var secondsPerAnswer: Double? {
      let computed = Double(items.count) * Double(blocks - knownBlocks) / Double(max(1, blocks))
      return computed >= 100 && scoring.seconds > 0 ? scoring.seconds / computed : nil
    }
  }

  /// A model that is asked in turn with another.
  final class Beside {
    let subject: any AskedModel
    let scorer: any Scorer
    /// Its run, once that was begun.
    var run: Run?

    init(_ subject: any AskedModel, _ scorer: any Scorer) {
      self.subject = subject
      self.scorer = scorer
    }
  }

  /// What a run that was stopped found of some questions; nil where it did not come to the end of them.
  func outcome(of run: Run, questions: Questions) throws -> Outcome? {
    let blocks = Set(try self.blocks(questions, share: share).map(\.key))
    guard blocks.isSubset(of: try ledger.completedBlocks(run)) else { return nil }
    let items = try ledger.itemScores(run).filter {
      blocks.contains(BlockKey(task: $0.task, block: $0.block, draw: $0.draw))
    }
    return Outcome(run: run, items: items, scoring: ScoringProgress(), blocks: blocks.count, knownBlocks: blocks.count)
  }

  /// What was asked of a model and how, for baselines and for the check that two runs are comparable.
  ///
  /// - Parameter isAskedItsOwnWay: whether the suite's template is the model's own, and not the baseline's.
  package func description(
    of subject: any AskedModel, _ model: any ReadyModel, isAskedItsOwnWay: Bool = false
  ) throws -> RunDescription {
    RunDescription(
      model: subject.description, numerics: model.scorer.numericsID, scoring: scoringVersion, bos: model.bos,
      suite: SuiteIdentity(
        name: suite.name, version: suite.version, seed: suite.seed, hash: suiteHash,
        promptHash: promptHash),
      draws: Self.draws.count, tokenHashes: try tokenHashes(model), chat: suite.chat?.description,
      server: subject.server, ownTemplate: try suite.chat == nil ? nil : subject.ownTemplate(),
      isAskedItsOwnWay: isAskedItsOwnWay)
  }

  /// What whoever reads scores of a model on this suite should know: of its files, and of how its tokenizer reads a block of every task.
  package func notes(on model: any ReadyModel) throws -> [String] { try model.notes(on: suite.sampleRequests()) }

  /// One hash a task over the token ids of all its requests, whatever share is asked.
  package func tokenHashes(_ model: any ReadyModel, questions: Questions = Questions()) throws -> [String: String] {
    let blocks = try blocks(questions, share: .all)
    let requests = blocks.map { Self.distinct($0.observations.map(\.request)) }
    let hashed: [[String: String]]
    do {
      hashed = try model.tokenHashes(of: requests)
    } catch let fault as UnscorableRequest {
      throw explain(fault, blocks[fault.batch], requests[fault.batch])
    }
    var byTask: [String: [String: String]] = [:]
    for (block, hashes) in zip(blocks, hashed) {
      byTask[block.task, default: [:]].merge(hashes) { first, _ in first }
    }
    return byTask.mapValues { tokenHash(ofRequests: $0) }
  }
}

/// The time that was given ended before the run did; what was committed can be gone on with.
package struct OutOfTime: Error {
  package let run: Run
  /// Blocks that the whole run has.
  package let blocks: Int
}

/// A scorer returned without all of its blocks: a fault of the program's own.
package struct IncompleteRun: Error {
  package let run: String
  package let missingBlocks: Int
}
