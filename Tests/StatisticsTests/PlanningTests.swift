import Statistics
import Testing

@Suite("Power, sample size, components of variance, and what would settle a unit")
struct PlanningTests {
  struct Cases: Decodable {
    struct Size: Decodable {
      let discordance, drop, margin, alpha, power, block, icc: Double
      let items: Int
    }
    struct Power: Decodable {
      let values: [Double]
      let distance, alpha, power: Double
    }
    struct Components: Decodable {
      struct Task: Decodable {
        let draws: [[Double]]
        let blocks: [Int]
      }
      let label: String
      let tasks: [Task]
      let item, draw: Double
      let interaction: Double?
    }
    struct Settled: Decodable {
      let values: [Double]
      let item_share: Double
      let passes: Bool
      let blocks, draws: Int?
    }
    let sizes: [Size]
    let powers: [Power]
    let components: [Components]
    let settlements: [Settled]
  }

  let cases: Cases

  init() throws { cases = try Goldens.load("planning", as: Cases.self) }

  /// A block of eight equal items for each value.
  private func unit(_ values: [Double]) throws -> UnitEstimate {
    let items = values.flatMap { Array(repeating: $0, count: 8) }
    return try #require(UnitEstimate(task: TaskValues(values: items, blocks: items.indices.map { $0 / 8 })))
  }

  /// Components of one draw with this item share.
  private func components(itemShare: Double) throws -> VarianceComponents {
    // Two blocks of two items, at ±√share about ±√½: MS_within = 2 share, MS_between = 2, m₀ = 2.
    let item = itemShare.squareRoot()
    let draw = 0.5.squareRoot()
    return try componentsOf([[draw + item, draw - item, -draw + item, -draw - item]], blocks: [0, 0, 1, 1])
  }

  private func componentsOf(_ draws: [[Double]], blocks: [Int]) throws -> VarianceComponents {
    let task = try #require(DrawnTask(draws: draws, blocks: blocks))
    return try #require(VarianceComponents([task]))
  }

  @Test("sample sizes are statsmodels' normal_sample_size_one_tail times the design effect")
  func sizes() {
    for golden in cases.sizes {
      let items = SampleSize.items(
        variance: SampleSize.discordanceVariance(discordance: golden.discordance, drop: golden.drop),
        margin: golden.margin, drop: golden.drop, alpha: golden.alpha, power: golden.power,
        designEffect: SampleSize.designEffect(blockSize: golden.block, intraclassCorrelation: golden.icc))
      #expect(items == golden.items, "\(golden)")
    }
    #expect(SampleSize.items(variance: 0.10, margin: 0.05) == 248)
    #expect(SampleSize.items(variance: 0.15, margin: 0.05) == 371)
    #expect(SampleSize.items(variance: 0.15, margin: 0.03) == 1_031)
  }

  @Test("no number is enough where the drop is the margin; no variance needs one item; senseless arguments")
  func sizeEdges() {
    #expect(SampleSize.items(variance: 0.1, margin: 0.05, drop: 0.05) == nil)
    #expect(SampleSize.items(variance: 0, margin: 0.05) == 1)
    #expect(SampleSize.items(variance: .nan, margin: 0.05) == nil)
    #expect(SampleSize.items(variance: 1, margin: 1e-200) == nil)
    #expect(SampleSize.items(variance: 1, margin: 0.1, power: 1) == nil)
    #expect(SampleSize.items(variance: 1, margin: 0.1, designEffect: 0.5) == nil)
    #expect(SampleSize.designEffect(blockSize: 8, intraclassCorrelation: -0.1) == 1)
    #expect(isClose(SampleSize.designEffect(blockSize: 8, intraclassCorrelation: 0.05), 1.35))
  }

  @Test("powers are statsmodels' normal_power at t's critical value, and the two smallest figures have 80 %")
  func powers() throws {
    for golden in cases.powers {
      let unit = try unit(golden.values)
      let passing = unit.passingPower(margin: golden.distance, alphaPass: golden.alpha)
      #expect(isClose(passing, golden.power), "\(golden.power)")
      #expect(
        isClose(unit.failingPower(margin: 0.05, drop: 0.05 + golden.distance, alphaFail: golden.alpha), golden.power))
      let margin = unit.smallestPassingMargin(alphaPass: 0.05)
      #expect(isClose(unit.passingPower(margin: margin, alphaPass: 0.05), 0.8))
      let drop = unit.smallestFailingDrop(margin: 0.05, alphaFail: 0.01)
      #expect(isClose(unit.failingPower(margin: 0.05, drop: drop, alphaFail: 0.01), 0.8))
    }
  }

  @Test("item, draw and interaction components are those of statsmodels' analysis of variance")
  func componentsOfVariance() throws {
    for golden in cases.components {
      let tasks = try golden.tasks.map { try #require(DrawnTask(draws: $0.draws, blocks: $0.blocks)) }
      let components = try #require(VarianceComponents(tasks))
      #expect(isClose(components.item, golden.item), "\(golden.label)")
      #expect(isClose(components.draw, golden.draw), "\(golden.label)")
      #expect(isClose(components.interaction ?? -1, golden.interaction ?? -1), "\(golden.label)")
      #expect(components.squaredErrorRatio(draws: components.draws) == 1)
      let present = components.blockVariance(draws: Double(components.draws))
      let more = components.blockVariance(draws: 16)
      #expect(isClose(components.squaredErrorRatio(draws: 16), more / present), "\(golden.label)")
    }
  }

  @Test("what cannot be told apart: one item a block, one block, no task, draws that differ in number")
  func componentEdges() throws {
    let single = try #require(DrawnTask(draws: [[1, 2, 3]], blocks: [0, 1, 2]))
    #expect(VarianceComponents([single]) == nil)
    let oneBlock = try #require(DrawnTask(draws: [[1, 2]], blocks: [0, 0]))
    #expect(VarianceComponents([oneBlock]) == nil)
    #expect(VarianceComponents([]) == nil)
    let twice = try #require(DrawnTask(draws: [[1, 2], [1, 3]], blocks: [0, 0]))
    #expect(VarianceComponents([single, twice]) == nil)
    #expect(VarianceComponents([twice])?.draws == 2)
    #expect(DrawnTask(draws: [], blocks: [0]) == nil)
    #expect(DrawnTask(draws: [[]], blocks: []) == nil)
    #expect(DrawnTask(draws: [[1], [1, 2]], blocks: [0]) == nil)
    // All equal: nothing varies, so no draw could reduce anything.
    let equal = try componentsOf([[1, 1, 1, 1]], blocks: [0, 0, 1, 1])
    #expect(equal.itemShare == 1)
    #expect(equal.intraclassCorrelation == 0)
  }

  @Test("further blocks or draws that would settle it: the first number that is enough, tried one by one with scipy")
  func settlements() throws {
    for golden in cases.settlements {
      let components = try components(itemShare: golden.item_share)
      #expect(isClose(components.itemShare, golden.item_share))
      let settlement = Settlement(unit: try unit(golden.values), components: components)
      #expect(settlement.direction == (golden.passes ? .pass : .fail))
      #expect(settlement.blocks == golden.blocks.map { .further($0) } ?? .unreachable, "\(golden.values.count)")
      #expect(settlement.draws == golden.draws.map { .further($0) } ?? .unreachable, "\(golden.values.count)")
    }
  }

  @Test("settled already; a mean of exactly 0; components unknown; draws that cannot settle it")
  func settlementEdges() throws {
    let settled = Settlement(unit: try unit([0.9, 1, 1.1, 1, 0.9, 1.1]), components: try components(itemShare: 0.5))
    #expect(settled.direction == .pass)
    #expect(settled.blocks == .further(0))
    #expect(settled.draws == .further(0))
    let undecided = Settlement(unit: try unit([1, -1, 1, -1]), components: try components(itemShare: 0.5))
    #expect(undecided.direction == nil)
    #expect(undecided.blocks == .unreachable)
    #expect(undecided.draws == .unreachable)
    let unknown = Settlement(unit: try unit([1, -1, 1, -1, 1]))
    #expect(unknown.draws == nil)
    #expect(unknown.blocks != .unreachable)
    let items = Settlement(unit: try unit([1, -1, 1, -1, 1]), components: try components(itemShare: 1))
    #expect(items.draws == .unreachable)
    #expect(Settlement(unit: try unit([1, -1, 1, -1, 1]), blockLimit: 6).blocks == .unreachable)
  }
}
