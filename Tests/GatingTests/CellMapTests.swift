import Gating
import Statistics
import Testing

@Suite("Shares of a loss, layer by module")
struct CellMapTests {
  @Test("a share is the mean gain over the loss, its interval that of the gain, clustered by block")
  func share() throws {
    let gains = [
      TaskValues(values: [0.1, 0.3, 0.2, 0.4], blocks: [0, 0, 1, 1]),
      TaskValues(values: [0, 0.2, 0.1, 0.5], blocks: [0, 0, 1, 1]),
    ]
    let found = try #require(LossShare(gains: gains, loss: 0.5))
    // (.25 + .20)/2 = .225; tasks weigh equally.
    #expect(abs(found.share - 0.45) < 1e-12)
    let estimate = try #require(UnitEstimate(families: [gains], areAnswers: false))
    let interval = try #require(found.interval)
    #expect(abs(interval.lower - estimate.interval().lowerBound / 0.5) < 1e-12)
    #expect(abs(interval.upper - estimate.interval().upperBound / 0.5) < 1e-12)
    #expect(interval.lower < found.share && found.share < interval.upper)
  }

  @Test("where a task has one block the blocks of all tasks are one sample, about the same share")
  func pooled() throws {
    let gains = [
      TaskValues(values: [0.1, 0.3, 0.2], blocks: [0, 0, 0]), TaskValues(values: [0, 0.2], blocks: [0, 0]),
    ]
    let found = try #require(LossShare(gains: gains, loss: 0.5))
    // (.2 + .1)/2 = .15; the items' own mean is .16.
    #expect(abs(found.share - 0.3) < 1e-12)
    let estimate = try #require(
      UnitEstimate(task: TaskValues(values: [0.1, 0.3, 0.2, 0, 0.2], blocks: [0, 0, 0, 1, 1]), areAnswers: false))
    let (interval, pooled) = (try #require(found.interval), estimate.interval())
    #expect(abs(interval.lower - (pooled.lowerBound - 0.01) / 0.5) < 1e-12)
    #expect(abs(interval.upper - (pooled.upperBound - 0.01) / 0.5) < 1e-12)
  }

  @Test("probabilities that hardly move have a narrow interval: the floor of right and wrong answers is none of theirs")
  func narrow() throws {
    let gains = [TaskValues(values: [0.100, 0.102, 0.098, 0.100], blocks: [0, 0, 1, 1])]
    let share = try #require(LossShare(gains: gains, loss: 0.5))
    let interval = try #require(share.interval)
    // Block means .101 and .099: SE .001, t at one degree of freedom 12.706.
    #expect(abs(interval.upper - (0.1 + 12.706_204_736 * 0.001) / 0.5) < 1e-8)
    #expect(try #require(UnitEstimate(families: [gains])).standardError > 0.4)
  }

  @Test("of hardly a loss there are no shares; one block has a share without an interval")
  func none() throws {
    let gains = [TaskValues(values: [0.1, 0.2], blocks: [0, 0])]
    #expect(LossShare(gains: gains, loss: 0.004) == nil)
    #expect(LossShare(gains: gains, loss: -0.2) == nil)
    #expect(try #require(LossShare(gains: gains, loss: 0.5)).interval == nil)
  }

  @Test("layers are the sums of their cells, and the sum over all says how far the parts add up")
  func map() throws {
    let map = Self.map
    #expect(map.layers == [0, 1])
    // .4 and .1 + .1 and -.1: (.6)²/(.16 + .01 + .01)
    #expect(abs(try #require(map.effectiveCells) - 2) < 1e-12)
    // .4 + .1 and .1 - .1
    #expect(abs(try #require(map.effectiveLayers) - 1) < 1e-12)
    #expect(abs(map.sumBack - 0.55) < 1e-12)
    #expect(map.top(2).map(\.module) == ["q", "down"])
    #expect(map.cell(1, "down")?.back.share == -0.1)
  }

  static let map: CellMap = {
    func share(_ value: Double) -> LossShare {
      LossShare(share: value, interval: Interval((value - 0.05)...(value + 0.05)))
    }
    let shares = [(0, "q", 0.4), (0, "down", 0.1), (1, "q", 0.1), (1, "down", -0.1)]
    return CellMap(
      base: 0.5, candidate: 0.1, items: 16, blocks: 4, modules: ["q", "down"],
      cells: shares.map { .init(layer: $0, module: $1, back: share($2), alone: share($2 / 2)) },
      rest: [.init(name: "norms of all layers", back: share(0.05), alone: share(0))])
  }()

  @Test("the paragraph names both sides and the effective number, where they are known")
  func text() {
    func side(_ name: String, _ share: Double) -> RestorationProfile.Part {
      .init(
        name: name, exactMatch: 0.5, back: LossShare(share: share, interval: nil),
        alone: LossShare(share: share / 2, interval: nil))
    }
    let profile = RestorationProfile(
      base: 0.8, candidate: 0.1, items: 64, parts: [.init(name: "layer 0", exactMatch: 0.1)],
      modules: [side("q", 0.1), side("all attention", 0.3), side("all MLP", 0.6)], cells: Self.map)
    let none = ControlScores(gold: [], random: [], abstract: [], permutations: [], leaks: [])
    let text = Diagnosis(tasks: [], base: none, candidate: none, profile: profile).text
    #expect(text.contains("all attention 30.0 % (alone it causes 15.0 %) and all MLP 60.0 % (alone it causes 30.0 %)"))
    #expect(text.contains("as over 2.0 of 4 cells, of 1.0 layers out of 2"))
    #expect(text.contains("layer 0 q (40.0 %), layer 0 down (10.0 %), layer 1 q (10.0 %)"))
  }
}
