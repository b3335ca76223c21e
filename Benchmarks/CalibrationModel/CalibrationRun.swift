import Diagnostics
import Gating
import Suites

/// Simulated gates and what the shipped verdict said of them.
package struct CalibrationRun: Sendable {
  package let cells: [CalibrationCell]
  /// Gates a cell.
  package let gates: Int
  package let seed: UInt64
  /// One a cell.
  package let tallies: [Tally]

  /// Judges every cell's candidate in every gate.
  ///
  /// A gate has one base a world and one set of random numbers, from which all cells' candidates are made: rows of the report are not
  /// independent of each other, gates are. The tallies depend on the seed and the number of gates, not on the threads.
  ///
  /// - Parameter progress: is told the gates that are done, from one thread.
  /// - Throws: what `Baseline` throws, which no simulated base should make it do.
  package init(
    cells: [CalibrationCell], gates: Int, seed: UInt64, threads: Int, progress: @escaping @Sendable (Int) -> Void
  ) async throws {
    let workers = max(1, threads)
    let empty = cells.map { Tally(families: $0.world.families.count) }
    let suites = Dictionary(uniqueKeysWithValues: Set(cells.map(\.world)).map { ($0, SimulatedSuite($0)) })
    self.tallies = try await withThrowingTaskGroup(of: [Tally].self) { group in
      for worker in 0..<workers {
        group.addTask {
          var tallies = empty
          for gate in stride(from: worker, to: gates, by: workers) {
            try Self.judge(gate, cells: cells, suites, seed: seed, into: &tallies)
            if worker == 0 { progress(min(gate + workers, gates)) }
          }
          return tallies
        }
      }
      return try await group.reduce(empty) { zip($0, $1).map(+) }
    }
    self.cells = cells
    self.gates = gates
    self.seed = seed
  }

  private static func judge(
    _ gate: Int, cells: [CalibrationCell], _ suites: [World: SimulatedSuite], seed: UInt64, into tallies: inout [Tally]
  ) throws {
    var prepared: [World: (gate: SimulatedGate, baseline: Baseline)] = [:]
    for (index, cell) in cells.enumerated() where gate.isMultiple(of: cell.stride) {
      tallies[index].trials += 1
      if prepared[cell.world] == nil, let suite = suites[cell.world] {
        let simulated = SimulatedGate(suite, seed: seed, gate: gate)
        prepared[cell.world] = (simulated, try simulated.baseline())
      }
      guard let (simulated, baseline) = prepared[cell.world] else { continue }
      let judging = CellJudging(cell: cell, simulated: simulated, baseline: baseline, seed: seed, gate: gate)
      do {
        try judging.judge(into: &tallies[index])
      } catch is NotGateable {
        tallies[index].refused += 1
      }
    }
  }

  /// nil where the run did not have the cell.
  func tally(_ cell: CalibrationCell) -> Tally? {
    cells.firstIndex(of: cell).map { tallies[$0] }
  }
}

/// One cell's candidate in one gate.
private struct CellJudging {
  let cell: CalibrationCell
  let simulated: SimulatedGate
  let baseline: Baseline
  let seed: UInt64
  let gate: Int

  func judge(into tally: inout Tally) throws {
    switch cell.reading {
    case .once(let share):
      tally.add(try verdict(share, SpentLook(share, declared: share)), of: cell, gate: gate)
    case .again(let shares): try again(shares, spends: true, into: &tally)
    case .unguarded(let shares): try again(shares, spends: false, into: &tally)
    case .stoppingEarly: try stoppingEarly(into: &tally)
    case .adaptive:
      let drops = drops
      let verdict = try Verdict.judgeAdaptively(
        baseline: baseline, candidate: baseline.run, scores: scores(.all), policy: cell.policy
      ) { draws, tasks in
        let further = draws.map { simulated.further(draw: $0, seed: seed, gate: gate) }
        return (
          further.flatMap { $0.scores($0.base, tasks: tasks) },
          further.flatMap { $0.scores($0.candidate(drops: drops), tasks: tasks) }
        )
      }
      tally.add(verdict, of: cell, gate: gate)
    case .best(let count): try best(of: count, policy: cell.policy.withPart(of: count), into: &tally)
    case .anyOf(let count): try best(of: count, policy: cell.policy, into: &tally)
    }
  }

  private var drops: [Double] { cell.pattern.drops(simulated.suite, gate: gate) }

  private func scores(_ share: Share, of simulated: SimulatedGate? = nil) -> [ItemScore] {
    let simulated = simulated ?? self.simulated
    let answers = simulated.candidate(drops: drops, loss: cell.loss, trade: cell.trade, runShift: cell.runShift)
    let scores = simulated.suite.scores(answers)
    return share == .all ? scores : scores.filter { $0.block < share.blocks(of: simulated.suite.world.blocks) }
  }

  private func verdict(_ share: Share, _ look: SpentLook) throws -> Verdict {
    try Verdict.judge(
      baseline: baseline, candidate: baseline.run, scores: scores(share), policy: cell.policy, look: look)
  }

  /// Reads on for as long as it is INCONCLUSIVE.
  private func again(_ shares: [Share], spends: Bool, into tally: inout Tally) throws {
    var earlier: [Share] = []
    for share in shares {
      let look = spends ? SpentLook(share, after: earlier) : .whole
      let verdict = try verdict(share, look)
      earlier.append(share)
      guard verdict.outcome == .inconclusive, share != shares.last else {
        return tally.add(verdict, of: cell, gate: gate, read: share.fraction)
      }
    }
  }

  private func stoppingEarly(into tally: inout Tally) throws {
    let tasks = simulated.suite.tasks.map(\.facts.task).filter(baseline.admittedTasks.contains)
    let blocks = simulated.suite.world.blocks
    let others = Set(simulated.suite.tasks.map(\.facts.task)).subtracting(baseline.admittedTasks)
    var watch = try EarlyLooks(
      share: .all, declared: .all, earlier: [], tests: try Verdict.votingUnits(baseline, policy: cell.policy),
      blocks: { share in
        (0..<share.blocks(of: blocks)).flatMap { block in tasks.map { BlockPlace(task: $0, block: block) } }
      }
    ) { scores, look, tests in
      try Verdict.judge(
        baseline: baseline, candidate: baseline.run, scores: scores, policy: cell.policy, unasked: others, look: look,
        tests: tests)
    }
    let answers = Dictionary(grouping: scores(.all)) { BlockPlace(task: $0.task, block: $0.block) }
    for place in watch.places {
      if let decision = try watch.observe(answers[place] ?? []) {
        return tally.add(decision.verdict, of: cell, gate: gate, read: decision.share.fraction)
      }
    }
  }

  /// Counts a PASS where any candidate passes, else a FAIL where all fail.
  private func best(of count: Int, policy: GatePolicy, into tally: inout Tally) throws {
    var outcomes: [Outcome] = []
    for number in 0..<count {
      let scores = scores(.all, of: number == 0 ? simulated : simulated.another(number, seed: seed, gate: gate))
      outcomes.append(
        try Verdict.judge(baseline: baseline, candidate: baseline.run, scores: scores, policy: policy).outcome)
      if outcomes.last == .pass { break }
    }
    tally.gate.add(
      outcomes.contains(.pass) ? .pass : outcomes.allSatisfy { $0 == .fail } ? .fail : .inconclusive)
  }
}
