import Diagnostics
import Gating

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
  /// A gate has one base and one set of random numbers, from which all cells' candidates are made: rows of the report are not
  /// independent of each other, gates are. The tallies depend on the seed and the number of gates, not on the threads.
  ///
  /// - Parameter progress: is told the gates that are done, from one thread.
  /// - Throws: what `Baseline` throws, which no simulated base should make it do.
  package init(
    cells: [CalibrationCell], gates: Int, seed: UInt64, threads: Int, progress: @escaping @Sendable (Int) -> Void
  ) async throws {
    let workers = max(1, threads)
    let empty = cells.map { _ in Tally(families: SimulatedSuite.families) }
    self.tallies = try await withThrowingTaskGroup(of: [Tally].self) { group in
      for worker in 0..<workers {
        group.addTask {
          var tallies = empty
          for gate in stride(from: worker, to: gates, by: workers) {
            try Self.judge(gate, cells: cells, seed: seed, into: &tallies)
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
    _ gate: Int, cells: [CalibrationCell], seed: UInt64, into tallies: inout [Tally]
  ) throws {
    var prepared: [SimulatedSuite.Coverage: (gate: SimulatedGate, baseline: Baseline)] = [:]
    var stops = EarlyStops()
    for (index, cell) in cells.enumerated() {
      if prepared[cell.coverage] == nil {
        let simulated = SimulatedGate(.of(cell.coverage), seed: seed, gate: gate)
        prepared[cell.coverage] = (simulated, try simulated.baseline())
      }
      guard let (simulated, baseline) = prepared[cell.coverage] else { continue }
      do {
        try judge(simulated, baseline, cell: cell, gate: gate, seed: seed, stops: &stops, into: &tallies[index])
      } catch is NotGateable {
        tallies[index].refused += 1
      }
    }
  }

  private static func judge(
    _ simulated: SimulatedGate, _ baseline: Baseline, cell: CalibrationCell, gate: Int, seed: UInt64,
    stops: inout EarlyStops, into tally: inout Tally
  ) throws {
    let drops = cell.pattern.drops(simulated.suite, gate: gate)
    let scores = simulated.suite.scores(simulated.candidate(drops: drops))
    switch cell.reading {
    case .whole:
      tally.add(
        try Verdict.judge(baseline: baseline, candidate: baseline.run, scores: scores, policy: cell.policy), of: cell,
        gate: gate)
    case .stoppingEarly:
      if let failure = stops.stop(cell, baseline)?.failure(of: scores) {
        tally.addEarlyFailure(failure)
      } else {
        tally.add(
          try Verdict.judge(
            baseline: baseline, candidate: baseline.run, scores: scores, policy: cell.policy.afterEarlyStop), of: cell,
          gate: gate)
      }
    case .adaptive:
      let verdict = try Verdict.judgeAdaptively(
        baseline: baseline, candidate: baseline.run, scores: scores, policy: cell.policy
      ) { draws, tasks in
        let further = draws.map { simulated.further(draw: $0, seed: seed, gate: gate) }
        return (
          further.flatMap { $0.scores($0.base, tasks: tasks) },
          further.flatMap { $0.scores($0.candidate(drops: drops), tasks: tasks) }
        )
      }
      tally.add(verdict, of: cell, gate: gate)
    }
  }

  /// nil where the run did not have the cell.
  func tally(_ cell: CalibrationCell) -> Tally? {
    cells.firstIndex(of: cell).map { tallies[$0] }
  }
}

/// The watches of one gate, which depend on the base and the policy alone.
private struct EarlyStops {
  private var stops: [(coverage: SimulatedSuite.Coverage, policy: GatePolicy, stop: EarlyStop?)] = []

  mutating func stop(_ cell: CalibrationCell, _ baseline: Baseline) -> EarlyStop? {
    if let known = stops.first(where: { $0.coverage == cell.coverage && $0.policy == cell.policy }) {
      return known.stop
    }
    let stop = EarlyStop(baseline, policy: cell.policy, share: .all)
    stops.append((cell.coverage, cell.policy, stop))
    return stop
  }
}
