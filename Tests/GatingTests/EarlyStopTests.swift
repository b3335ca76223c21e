import Gating
import Suites
import Testing

@Suite("Stopping early")
struct EarlyStopTests {
  private let fixture = Fixture()
  private let policy = GateSettings().policy

  /// What a candidate's blocks say, delivered in the fixed order or in its reverse.
  private func failure(
    base: [ItemScore], candidate: [ItemScore], related: Set<String> = [], contaminated: [String: Set<String>] = [:],
    reversed: Bool = false
  ) throws -> EarlyFailure? {
    var stop = try #require(
      EarlyStop(
        try fixture.baseline(base), policy: policy, share: .all, related: related, contaminated: contaminated))
    let blocks = Dictionary(grouping: candidate) { BlockOrder.Place(task: $0.task, block: $0.block) }
    for place in reversed ? stop.order.places.reversed() : stop.order.places {
      if let failure = stop.observe(blocks[place] ?? []) { return failure }
    }
    return nil
  }

  @Test("the order is the same for every candidate, has no block twice, and gives every family an equal chance")
  func order() throws {
    var random = Seeded(state: 3)
    let baseline = try fixture.baseline(fixture.scores(random: &random))
    let order = BlockOrder(baseline, share: .all, related: [])
    #expect(order == BlockOrder(baseline, share: .all, related: []))
    #expect(Set(order.places).count == order.places.count)
    #expect(order.places.count > 40)
    // Blocks of one task come in their own order.
    for (_, places) in Dictionary(grouping: order.places, by: \.task) {
      #expect(places.map(\.block) == places.map(\.block).sorted())
    }
    // Two families, one with a task, one with three: half of the places are the first one's.
    var counts: [String: Int] = [:]
    for seed in 0..<400 {
      let order = BlockOrder(
        families: [[("a", [0, 1, 2, 3])], [("b", [0, 1, 2, 3]), ("c", [0, 1, 2, 3]), ("d", [0, 1, 2, 3])]],
        seed: UInt64(seed))
      if let first = order.places.first { counts[first.task == "a" ? "a" : "other", default: 0] += 1 }
    }
    #expect(abs((counts["a"] ?? 0) - 200) < 50)
    #expect(!BlockOrder(baseline, share: .all, related: ["alpha-0"]).places.contains { $0.task == "alpha-0" })
  }

  @Test(
    "a candidate that lost everything fails after a fraction of the blocks; one that lost nothing is read to the end")
  func hopeless() throws {
    var random = Seeded(state: 5)
    let base = fixture.scores(random: &random)
    let lost = fixture.scores(fewShot: 0.05, random: &random)
    let failure = try #require(try failure(base: base, candidate: lost))
    #expect(failure.blocksRead < 20 && failure.blocks == 128)
    #expect(failure.drop > 0.6 && failure.pValue <= 0.004 && failure.alpha == 0.004 && failure.margin == 0.05)
    #expect(failure.sentence.hasPrefix("FAIL: few-shot exact match fell by "))
    #expect(try self.failure(base: base, candidate: base) == nil)
  }

  @Test("a drop at the margin is stopped at no more often than α says")
  func level() throws {
    var stopped = 0
    for seed in 0..<300 {
      var random = Seeded(state: UInt64(seed) + 100)
      let base = fixture.scores(fewShot: 0.6, random: &random)
      let candidate = fixture.scores(fewShot: 0.55, random: &random)
      if try failure(base: base, candidate: candidate) != nil { stopped += 1 }
    }
    // At α = .004, six or more of 300 have a chance of 1 %.
    #expect(stopped < 6)
  }

  @Test("blocks that come in another order are weighed in the fixed one")
  func arrival() throws {
    var random = Seeded(state: 7)
    let base = fixture.scores(random: &random)
    let lost = fixture.scores(fewShot: 0.3, random: &random)
    let inOrder = try #require(try failure(base: base, candidate: lost))
    #expect(try failure(base: base, candidate: lost, reversed: true) == inOrder)
  }

  @Test("items that are in the fine-tuning data do not count")
  func contaminated() throws {
    var random = Seeded(state: 9)
    let base = fixture.scores(random: &random)
    let lost = fixture.scores(fewShot: 0.05, random: &random)
    let all = Dictionary(grouping: base, by: \.task).mapValues { Set($0.map(\.item)) }
    #expect(try failure(base: base, candidate: lost, contaminated: all) == nil)
  }

  @Test("the two tests share α: .004 and .006 of .01")
  func levels() {
    #expect(abs(EarlyStop.sequentialShare - 0.4) < 1e-12)
    #expect(policy.afterEarlyStop.rules.allSatisfy { abs($0.alphaFail - 0.006) < 1e-12 && $0.alphaPass == 0.05 })
  }
}
