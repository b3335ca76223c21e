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
  private var promptHash: String
  private let suiteHash: String
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

    fileprivate var isOrdinary: Bool { draws == SuiteRun.draws && asking == .gold && (tasks == nil || isPart) }

    /// As the ledger knows it.
    fileprivate func text(of share: Share) -> String { isPart ? "\(share) voting" : share.description }

  }

  /// A finished run, and what the scorer did for it; requests that the ledger knew cost nothing.
  package struct Outcome: Sendable {
    package let run: Run
    package let items: [ItemScore]
    package let scoring: ScoringProgress
    package let blocks: Int
    /// Blocks whose scores were all in the ledger.
    package let knownBlocks: Int
  }

  /// - Parameters:
  ///   - questions: which draws, of which tasks; the whole suite under a baseline's draws by default.
  ///   - order: blocks that are asked first, in this order; the others follow in the suite's.
  ///   - observe: is given each block's scores once they are in the ledger. What it throws ends the run, which can be gone on with.
  /// - Throws: `OutOfTime`; `InputError` for a prompt that the model cannot be asked, task and item named, and for what is wrong with the ledger.
  package func execute(
    _ subject: Subject, scorer: some Scorer, questions: Questions = Questions(), order: [BlockPlace] = [],
    progress: @escaping (ScoringProgress) -> Void = { _ in },
    observe: @escaping (Run, [ItemScore]) throws -> Void = { _, _ in }
  ) throws -> Outcome {
    try subject.files.whileUnchanged {
      try ask(
        subject, scorer: scorer, questions: questions, order: order, progress: progress, observe: observe)
    }
  }

  private func ask(
    _ subject: Subject, scorer: some Scorer, questions: Questions, order: [BlockPlace],
    progress: @escaping (ScoringProgress) -> Void, observe: @escaping (Run, [ItemScore]) throws -> Void
  ) throws -> Outcome {
    let run = try begin(subject, numerics: scorer.numericsID, questions)
    let blocks = ordered(try blocks(questions, share: share), by: order)
    let done = try ledger.completedBlocks(run)
    if !order.isEmpty, !done.isEmpty {
      let known = Dictionary(grouping: try ledger.itemScores(run)) { BlockPlace(task: $0.task, block: $0.block) }
      for place in order { if let scores = known[place] { try observe(run, scores) } }
    }
    let known = try ledger.knownScores(
      model: subject.identity.id, numerics: scorer.numericsID,
      requests: blocks.flatMap { $0.observations.map(\.request.id) })
    try ScoreAudit(of: run, known: known).check(blocks.flatMap(Self.groups), scorer)
    let open = blocks.filter { !done.contains($0.key) }

    var pending: [(block: RequestBlock, missing: [Request])] = []
    for block in open {
      let missing = Self.distinct(block.observations.map(\.request)).filter { known[$0.id] == nil }
      if missing.isEmpty {
        try ledger.commit(block, scores: known, of: run, unless: subject.demandUnchanged)
        try observe(run, itemScores(of: block, scores: known))
      } else {
        pending.append((block, missing))
      }
    }
    let waiting = pending
    let scoring: ScoringProgress
    do {
      // What is known already takes no time that could be over.
      scoring =
        waiting.isEmpty
        ? ScoringProgress()
        : try scorer.score(waiting.map(\.missing), progress: progress) { index, scores in
          let (block, missing) = waiting[index]
          let known = scores.map { (request: missing[$0.key], score: $0.value) }
          try ledger.keep(known, of: block, of: run, unless: subject.demandUnchanged)
        } deliver: { index, scores in
          let (block, missing) = waiting[index]
          var own: [String: Score] = [:]
          for request in block.observations.map(\.request) { own[request.id] = known[request.id] }
          for (request, score) in zip(missing, scores) { own[request.id] = score }
          try ledger.commit(block, scores: own, of: run, unless: subject.demandUnchanged)
          try observe(run, itemScores(of: block, scores: own))
        }
    } catch Interrupted.deadline {
      throw OutOfTime(run: run, blocks: blocks.count)
    } catch let fault as UnscorableRequest {
      throw explain(fault, waiting[fault.batch].block, waiting[fault.batch].missing)
    }
    try demandComplete(run, blocks)
    try ledger.finish(run)
    // A run that was gone on with may hold what another look asked.
    let asked = Set(blocks.map(\.key))
    let items = try ledger.itemScores(run).filter {
      asked.contains(BlockKey(task: $0.task, block: $0.block, draw: $0.draw))
    }
    return Outcome(
      run: run, items: items, scoring: scoring, blocks: blocks.count,
      knownBlocks: blocks.count - pending.count)
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

  private func ordered(_ blocks: [RequestBlock], by order: [BlockPlace]) -> [RequestBlock] {
    guard !order.isEmpty else { return blocks }
    let rank = Dictionary(uniqueKeysWithValues: order.enumerated().map { ($0.element, $0.offset) })
    let ranked = blocks.enumerated().map { offset, block in
      (rank[BlockPlace(task: block.task, block: block.block)] ?? order.count + offset, block)
    }
    return ranked.sorted { $0.0 < $1.0 }.map(\.1)
  }

  /// Its prompt hash is of exactly these questions: a run of some tasks, draws or a control is never taken for another one.
  private func begin(_ subject: Subject, numerics: String, _ questions: Questions) throws -> Run {
    try subject.demandUnchanged()
    try ledger.register(subject.record)
    let plan = RunPlan(
      model: subject.identity.id, suite: suite.name, suiteHash: suiteHash,
      promptHash: try questions.isOrdinary ? promptHash : suite.promptHash(of: blocks(questions, share: .all)),
      numerics: numerics,
      share: questions.text(of: share), draws: questions.draws.upperBound)
    if let stopped = try ledger.resumableRun(plan) { return stopped }
    return try ledger.beginRun(plan, command: command, kernel: kernel, threads: threads)
  }

  /// What was asked of a model and how, for baselines and for the check that two runs are comparable.
  ///
  /// - Parameter isAskedItsOwnWay: whether the suite's template is the model's own, and not the baseline's.
  package func description(
    of subject: Subject, _ model: LoadedModel, numerics: String, isAskedItsOwnWay: Bool = false
  ) throws -> RunDescription {
    RunDescription(
      model: subject.description, numerics: numerics, scoring: scoringVersion,
      bos: model.tokenizer.addsBOS ? "bos" : "none",
      suite: SuiteIdentity(
        name: suite.name, version: suite.version, seed: suite.seed, hash: suiteHash,
        promptHash: promptHash),
      draws: Self.draws.count, tokenHashes: try tokenHashes(model), chat: suite.chat?.description,
      ownTemplate: try suite.chat == nil ? nil : subject.ownTemplate(), isAskedItsOwnWay: isAskedItsOwnWay)
  }

  /// What whoever reads scores of a model on this suite should know: of its files, and of how its tokenizer reads a block of every task.
  package func notes(on model: LoadedModel) throws -> [String] {
    try model.notes
      + PromptEncoding(suite.sampleRequests(), model.tokenizer).warnings.map { "\(model.checkpoint.path): \($0)" }
  }

  /// One hash a task over the token ids of all its requests, whatever share is asked.
  package func tokenHashes(_ model: LoadedModel, questions: Questions = Questions()) throws -> [String: String] {
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

  /// A block's requests by their number of demonstrations.
  private static func groups(_ block: RequestBlock) -> [[Request]] {
    Dictionary(grouping: block.observations, by: \.k).sorted { $0.key < $1.key }.map { $0.value.map(\.request) }
  }

  private static func distinct(_ requests: [Request]) -> [Request] {
    var seen = Set<String>()
    return requests.filter { seen.insert($0.id).inserted }
  }

  /// A block that a scorer left out must not pass for a smaller share.
  private func demandComplete(_ run: Run, _ blocks: [RequestBlock]) throws {
    let missing = Set(blocks.map(\.key)).subtracting(try ledger.completedBlocks(run))
    guard missing.isEmpty else { throw IncompleteRun(run: run.id, missingBlocks: missing.count) }
  }

  private func explain(_ fault: UnscorableRequest, _ block: RequestBlock, _ requests: [Request]) -> InputError {
    let asked = block.observations.first { $0.request.id == requests[fault.index].id }
    let place = asked.map { "item '\($0.item)' at k = \($0.k)" } ?? "block \(block.block)"
    return InputError(
      "\(suite.path): task \(block.task)", field: place, "\(words: fault.problem)",
      remedy: "\(words: fault.remedy)")
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
