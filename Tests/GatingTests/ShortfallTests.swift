import Gating
import Suites
import Testing

@Suite("What an INCONCLUSIVE unit needs")
struct ShortfallTests {
  private let fixture = Fixture()
  private let policy = GateSettings().policy

  /// A base, and a candidate that lost some.
  private func judge(fewShot: Double, blocks: Int, seed: UInt64) throws -> Verdict {
    var random = Seeded(state: seed)
    let base = fixture.scores(random: &random)
    let candidate = fixture.scores(fewShot: fewShot, random: &random).filter { $0.block < blocks }
    return try Verdict.judge(
      baseline: fixture.baseline(base), candidate: fixture.description(), scores: candidate, policy: policy)
  }

  @Test("only INCONCLUSIVE units have it, with both smallest figures in words")
  func onlyInconclusive() throws {
    var found = 0
    for seed in 0..<10 {
      let verdict = try judge(fewShot: 0.74, blocks: 12, seed: UInt64(seed))
      for unit in verdict.units {
        #expect((unit.need != nil) == (unit.outcome == .inconclusive))
        #expect((unit.shortfall != nil) == (unit.outcome == .inconclusive))
        guard let need = unit.need, let evidence = unit.evidence, let margin = unit.margin else { continue }
        found += 1
        #expect(
          need.hasPrefix(
            "with 80 % power this much evidence passes a margin of \(points(evidence.smallestPassingMargin)) where nothing "
              + "dropped and fails a drop of \(points(evidence.smallestFailingDrop)) (margin \(points(margin))); "))
      }
    }
    #expect(found > 10)
  }

  @Test("blocks that were not asked are the limit: as many as would do, with the share that has them, or none")
  func blocks() throws {
    var reachable = 0
    var unreachable = 0
    for seed in 0..<12 {
      for unit in try judge(fewShot: 0.74, blocks: 8, seed: UInt64(seed)).units {
        guard let shortfall = unit.shortfall, let need = unit.need else { continue }
        // 16 blocks a task, 8 of them asked.
        #expect(shortfall.blocksLeft == unit.tasks * 8)
        if let further = shortfall.blocks {
          reachable += 1
          #expect(further >= 1 && further <= shortfall.blocksLeft)
          let amount = "\(further) of the \(shortfall.blocksLeft) blocks that were not asked would settle it as "
          #expect(need.contains(amount) && need.contains("(--share "))
        } else {
          unreachable += 1
          #expect(need.contains("not even the \(shortfall.blocksLeft) blocks that were not asked would settle it"))
        }
        #expect(shortfall.drawsKnown)
      }
    }
    #expect(reachable > 0 && unreachable > 0)
  }

  @Test("the share that is named holds the blocks, and asking it settles a loss that stays as it is")
  func share() throws {
    // Every fourth block loses two of its eight answers, a drop of .0625 at any multiple of four blocks; the margin is .125.
    let facts = fixture.facts
    func scores(lost: Bool) -> [ItemScore] {
      facts.flatMap { task in
        (0..<128).flatMap { item in
          [0, 1, 4].map { k in
            let isLost = lost && item % 8 < 2 && (item / 8) % 4 == 0
            return score(task.task, item: "i\(item)", block: item / 8, k: k, isRight: k > 0 && !isLost)
          }
        }
      }
    }
    let baseline = try fixture.baseline(scores(lost: false))
    func judge(_ blocks: Int) throws -> Verdict {
      try Verdict.judge(
        baseline: baseline, candidate: fixture.description(), scores: scores(lost: true).filter { $0.block < blocks },
        policy: GateSettings(maxDrop: RuleLimits(overall: 0.05, family: 0.125)).policy)
    }
    let family = try #require(try judge(8).units.first { $0.unit == "alpha" })
    #expect(family.outcome == .inconclusive && family.shortfall?.towards == .pass)
    let further = try #require(family.shortfall?.blocks)
    #expect(further <= 16)
    #expect(try judge(16).units.first { $0.unit == "alpha" }?.outcome == .pass)
  }

  @Test("where the whole suite was asked no blocks are left, and what further draws would do is said")
  func whole() throws {
    var found = 0
    for seed in 0..<20 {
      for unit in try judge(fewShot: 0.72, blocks: 16, seed: UInt64(100 + seed)).units {
        guard let shortfall = unit.shortfall, let need = unit.need else { continue }
        found += 1
        #expect(shortfall.blocks == nil && shortfall.blocksLeft == 0)
        #expect(need.contains("; the whole suite was asked"))
        #expect(
          need.contains("more draw") == (shortfall.draws != nil)
            && need.contains("no number of further draws would settle it") == (shortfall.draws == nil))
      }
    }
    #expect(found > 0)
  }
}
