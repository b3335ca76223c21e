import Diagnostics
import Ledger
import Scoring
import Suites

/// A look at whether a ledger's scores are the model's: one in a hundred of those that a run reuses is computed again.
///
/// A checksum tells accidents; this tells rows that somebody wrote on purpose, and an engine that no longer computes what it did.
/// Questions are drawn in groups that share their demonstrations (a block at one k), so that a hundredth of the scores costs a hundredth of
/// the rows.
package struct ScoreAudit {
  private let run: Run
  private let known: [String: Score]

  /// One group in so many is asked again.
  private static let oneIn: UInt64 = 100

  /// - Parameters:
  ///   - run: which hundredth is asked follows from its id: another one each run, and the same one when a run is gone on with.
  ///   - known: the scores that the ledger has, by request id.
  package init(of run: Run, known: [String: Score]) {
    self.run = run
    self.known = known
  }

  /// The requests that are asked again, each once: those that are known of a random hundredth of the groups, at least one group's where any is
  /// known.
  package func chosen(_ groups: [[Request]]) -> [Request] {
    let ranked = groups.map { $0.filter { known[$0.id] != nil } }.compactMap { group in
      group.first.map { (requests: group, rank: rank($0)) }
    }
    let hundredth = ranked.filter { $0.rank % Self.oneIn == 0 }
    let drawn = hundredth.isEmpty ? ranked.min { $0.rank < $1.rank }.map { [$0] } ?? [] : hundredth
    var seen: Set<String> = []
    return drawn.flatMap(\.requests).filter { seen.insert($0.id).inserted }
  }

  /// - Throws: `ScoreConflict` with every row that differs.
  package func check(_ groups: [[Request]], _ scorer: some Scorer) throws {
    let chosen = chosen(groups)
    guard !chosen.isEmpty else { return }
    var computed: [Score] = []
    // It is little, and what is known already takes no time that could be over.
    try Interruption.withDeadline(nil) {
      _ = try scorer.score([chosen], progress: { _ in }, deliver: { computed = $1 })
    }
    let differing = zip(chosen, computed).compactMap { request, score in
      known[request.id].flatMap {
        scorer.agrees($0, score) ? nil : ScoreConflict.Row(request: request.id, stored: $0, computed: score)
      }
    }
    guard differing.isEmpty else {
      throw ScoreConflict(model: run.plan.model, rows: differing, checked: chosen.count)
    }
  }

  /// A number that nobody can foresee before the run has its id.
  private func rank(_ request: Request) -> UInt64 {
    var hash: UInt64 = 0xCBF2_9CE4_8422_2325
    for byte in "\(run.id) \(request.id)".utf8 { hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
    var random = SplitMix64(seed: hash)
    return random.next()
  }
}
