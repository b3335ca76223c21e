import Diagnostics
import Gating
import Ledger
import Scoring
import Suites

extension SuiteRun {
  /// Requests after which two models that are asked in turn change places: few enough that what drifts with time is common to both, many
  /// enough to keep a server busy.
  private static let turn = 256

  /// - Parameters:
  ///   - questions: which draws, of which tasks; the whole suite under a baseline's draws by default.
  ///   - order: blocks that are asked first, in this order; the others follow in the suite's.
  ///   - observe: is given each block's scores once they are in the ledger. What it throws ends the run, which can be gone on with.
  /// - Throws: `OutOfTime`; `InputError` for a prompt that the model cannot be asked, task and item named, and for what is wrong with the ledger.
  package func execute(
    _ subject: any AskedModel, scorer: some Scorer, questions: Questions = Questions(), order: [BlockPlace] = [],
    progress: @escaping (ScoringProgress) -> Void = { _ in },
    observe: @escaping (Run, [ItemScore]) throws -> Void = { _, _ in }
  ) throws -> Outcome {
    try subject.whileUnchanged {
      var all = ordered(try blocks(questions, share: share), by: order)
      if subject.server?.writesOnly ?? false { all = all.map(\.withoutChoices) }
      let blocks = shard?.blocks(of: all) ?? all
      // What stands beside is always there before its counterpart is looked at.
      let other = try beside.map { try open($0.subject, $0.scorer, questions, blocks, order: []) { _, _ in } }
      beside?.run = other?.run
      let own = try open(subject, scorer, questions, blocks, order: order, observe: observe)
      let tally = ProgressTally(
        total: own.pending.count + (other?.pending.count ?? 0),
        known: own.knownBlocks + (other?.knownBlocks ?? 0), rows: try rows(own) + (other.map(rows) ?? 0), progress)
      let keys = other == nil ? [blocks.map(\.key)] : turns(blocks)
      for turn in keys.map(Set.init) {
        if let other { try score(other, turn, tally) { _, _ in } }
        try score(own, turn, tally, observe: observe)
      }
      let besides = try other.map { try close($0, tally.sum).items } ?? []
      var outcome = try close(own, tally.sum)
      outcome.beside = besides
      return outcome
    }
  }

  /// What is still to be computed: by its rows a time that is left can be told, and by blocks it cannot, which end late and together. What
  /// cannot be encoded is said where it is asked. Counting takes a second or two, which a short time has not.
  private func rows(_ opening: Opening) throws -> Int {
    guard Interruption.remaining.map({ $0 > .seconds(60) }) ?? true else { return 0 }
    var rows = 0
    // Blocks share next to nothing with each other, and a forest of all would be as large as they are.
    for start in stride(from: 0, to: opening.pending.count, by: 64) {
      try Interruption.check()
      let some = opening.pending[start..<min(opening.pending.count, start + 64)].map(\.missing)
      guard let counted = try? opening.scorer.rowCounts(some).last else { return 0 }
      rows += counted
    }
    return rows
  }

  /// Blocks in groups of some requests each.
  private func turns(_ blocks: [RequestBlock]) -> [[BlockKey]] {
    var turns: [[BlockKey]] = []
    var requests = Self.turn
    for block in blocks {
      if requests >= Self.turn {
        turns.append([])
        requests = 0
      }
      turns[turns.count - 1].append(block.key)
      requests += block.observations.count
    }
    return turns
  }

  /// A run that was begun or is gone on with, and what is still to be asked.
  private struct Opening {
    let run: Run
    let subject: any AskedModel
    let scorer: any Scorer
    let blocks: [RequestBlock]
    let known: [String: Score]
    let pending: [(block: RequestBlock, missing: [Request])]
    var knownBlocks: Int { blocks.count - pending.count }
  }

  private func open(
    _ subject: any AskedModel, _ scorer: some Scorer, _ questions: Questions, _ blocks: [RequestBlock],
    order: [BlockPlace], observe: @escaping (Run, [ItemScore]) throws -> Void
  ) throws -> Opening {
    let run = try begin(subject, numerics: scorer.numericsID, questions)
    let done = try ledger.completedBlocks(run)
    if !order.isEmpty, !done.isEmpty {
      let known = Dictionary(grouping: try ledger.itemScores(run)) { BlockPlace(task: $0.task, block: $0.block) }
      for place in order { if let scores = known[place] { try observe(run, scores) } }
    }
    let known = try ledger.knownScores(
      model: subject.id, numerics: scorer.numericsID, requests: blocks.flatMap { $0.observations.map(\.request.id) })
    try ScoreAudit(of: run, known: known).check(blocks.flatMap(Self.groups), scorer)
    var pending: [(block: RequestBlock, missing: [Request])] = []
    for block in blocks where !done.contains(block.key) {
      let missing = Self.distinct(block.observations.map(\.request)).filter { known[$0.id] == nil }
      if missing.isEmpty {
        try ledger.commit(block, scores: known, of: run, unless: subject.demandUnchanged)
        try observe(run, itemScores(of: block, scores: known))
      } else {
        pending.append((block, missing))
      }
    }
    return Opening(run: run, subject: subject, scorer: scorer, blocks: blocks, known: known, pending: pending)
  }

  private func score(
    _ opening: Opening, _ keys: Set<BlockKey>, _ tally: ProgressTally,
    observe: @escaping (Run, [ItemScore]) throws -> Void
  ) throws {
    let (run, subject) = (opening.run, opening.subject)
    let waiting = opening.pending.filter { keys.contains($0.block.key) }
    // What is known already takes no time that could be over.
    guard !waiting.isEmpty else { return }
    do {
      let scoring = try opening.scorer.score(waiting.map(\.missing), progress: tally.show) { index, scores in
        let (block, missing) = waiting[index]
        let known = scores.map { (request: missing[$0.key], score: $0.value) }
        try ledger.keep(known, of: block, of: run, unless: subject.demandUnchanged)
      } deliver: { index, scores in
        let (block, missing) = waiting[index]
        var own: [String: Score] = [:]
        for request in block.observations.map(\.request) { own[request.id] = opening.known[request.id] }
        for (request, score) in zip(missing, scores) { own[request.id] = score }
        try ledger.commit(
          block, scores: own, of: run, agree: opening.scorer.agrees, unless: subject.demandUnchanged)
        try observe(run, itemScores(of: block, scores: own))
      }
      tally.add(scoring)
    } catch Interrupted.deadline {
      throw OutOfTime(run: run, blocks: opening.blocks.count)
    } catch let fault as UnscorableRequest {
      throw explain(fault, waiting[fault.batch].block, waiting[fault.batch].missing)
    }
  }

  private func close(_ opening: Opening, _ scoring: ScoringProgress) throws -> Outcome {
    try demandComplete(opening.run, opening.blocks)
    try ledger.finish(opening.run)
    // A run that was gone on with may hold what another look asked.
    let asked = Set(opening.blocks.map(\.key))
    let items = try ledger.itemScores(opening.run).filter {
      asked.contains(BlockKey(task: $0.task, block: $0.block, draw: $0.draw))
    }
    return Outcome(
      run: opening.run, items: items, scoring: scoring, blocks: opening.blocks.count,
      knownBlocks: opening.knownBlocks)
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
  private func begin(_ subject: any AskedModel, numerics: String, _ questions: Questions) throws -> Run {
    try subject.demandUnchanged()
    try ledger.register(subject.record)
    let plan = RunPlan(
      model: subject.id, suite: suite.name, suiteHash: suiteHash,
      promptHash: try questions.isOrdinary ? promptHash : suite.promptHash(of: blocks(questions, share: .all)),
      numerics: numerics,
      share: questions.text(of: share) + (shard.map { " shard \($0)" } ?? ""), draws: questions.draws.upperBound)
    if let stopped = try ledger.resumableRun(plan) { return stopped }
    return try ledger.beginRun(plan, command: command, kernel: subject.kernel ?? kernel, threads: threads)
  }

  /// A block's requests by their number of demonstrations.
  private static func groups(_ block: RequestBlock) -> [[Request]] {
    Dictionary(grouping: block.observations, by: \.k).sorted { $0.key < $1.key }.map { $0.value.map(\.request) }
  }

  static func distinct(_ requests: [Request]) -> [Request] {
    var seen = Set<String>()
    return requests.filter { seen.insert($0.id).inserted }
  }

  /// A block that a scorer left out must not pass for a smaller share.
  private func demandComplete(_ run: Run, _ blocks: [RequestBlock]) throws {
    let missing = Set(blocks.map(\.key)).subtracting(try ledger.completedBlocks(run))
    guard missing.isEmpty else { throw IncompleteRun(run: run.id, missingBlocks: missing.count) }
  }

  func explain(_ fault: UnscorableRequest, _ block: RequestBlock, _ requests: [Request]) -> InputError {
    let asked = block.observations.first { $0.request.id == requests[fault.index].id }
    let place = asked.map { "item '\($0.item)' at k = \($0.k)" } ?? "block \(block.block)"
    return InputError(
      "\(suite.path): task \(block.task)", field: place, "\(words: fault.problem)",
      remedy: "\(words: fault.remedy)")
  }
}

/// How far several scorings have come that make one run.
private final class ProgressTally {
  private(set) var sum = ScoringProgress()
  private let total: Int
  private let known: Int
  private let rows: Int
  private let report: (ScoringProgress) -> Void

  init(total: Int, known: Int, rows: Int, _ report: @escaping (ScoringProgress) -> Void) {
    self.total = total
    self.known = known
    self.rows = rows
    self.report = report
  }

  func show(_ progress: ScoringProgress) { report(joined(progress)) }

  func add(_ progress: ScoringProgress) { sum = joined(progress) }

  private func joined(_ next: ScoringProgress) -> ScoringProgress {
    var all = sum
    all.rows += next.rows
    all.plainRows += next.plainRows
    all.scoredRows += next.scoredRows
    all.contextSum += next.contextSum
    all.requests += next.requests
    all.batches += next.batches
    all.decodedRequests += next.decodedRequests
    all.seconds += next.seconds
    all.totalBatches = total
    all.knownBatches = known
    all.totalRows = rows
    return all
  }
}
