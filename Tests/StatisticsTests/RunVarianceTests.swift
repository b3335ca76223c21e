import Statistics
import Testing

@Suite("Runs as sampling units beside blocks")
struct RunVarianceTests {
  struct Cases: Decodable {
    struct TwoWay: Decodable {
      let reference, other: [[Double]]
      let blocks: [Int]
      let mean, se, df, p: Double
      let interval: [Double]
    }
    struct Welch: Decodable {
      let reference, other, interval: [Double]
      let df: Double
    }
    let two_way: [TwoWay]
    let welch: [Welch]
  }

  let cases: Cases

  init() throws { cases = try Goldens.load("runs", as: Cases.self) }

  @Test("error, degrees of freedom, interval and p are statsmodels' for blocks and numpy's for runs, by Satterthwaite")
  func twoWay() throws {
    for golden in cases.two_way {
      func average(_ side: [[Double]], _ item: Int) -> Double { mean(side.map { $0[item] }) }
      let values = golden.blocks.indices.map { average(golden.other, $0) - average(golden.reference, $0) }
      let blocks = try #require(UnitEstimate(task: TaskValues(values: values, blocks: golden.blocks)))
      let unit = blocks.over(runs: [golden.reference.map(mean), golden.other.map(mean)])
      #expect(unit.standardError > blocks.standardError)
      #expect(isClose(unit.mean, golden.mean))
      #expect(isClose(unit.standardError, golden.se))
      #expect(isClose(unit.degreesOfFreedom, golden.df))
      #expect(isClose(unit.interval().lowerBound, golden.interval[0]))
      #expect(isClose(unit.interval().upperBound, golden.interval[1]))
      #expect(isClose(2 * min(unit.pValueAboveZero, unit.pValueBelowZero), golden.p))
    }
  }

  @Test("two recipes' means are Welch's test: scipy's degrees of freedom and interval")
  func welch() throws {
    for golden in cases.welch {
      let reference = try #require(MeanOverRuns(golden.reference))
      let found = try #require(MeanOverRuns(golden.other)) - reference
      #expect(isClose(found.degreesOfFreedom, golden.df))
      #expect(isClose(try #require(found.interval()).lowerBound, golden.interval[0]))
      #expect(isClose(try #require(found.interval()).upperBound, golden.interval[1]))
    }
  }

  @Test("one run says nothing of how runs differ, and neither do runs that all agree")
  func unknown() throws {
    #expect(MeanOverRuns([0.5]) == nil)
    let agreeing = try #require(MeanOverRuns([0.5, 0.5, 0.5]))
    #expect(agreeing.mean == 0.5 && agreeing.interval() == nil && (agreeing - agreeing).interval() == nil)
  }

  @Test("a side of one run stands for itself; runs that agree add nothing")
  func one() throws {
    let unit = try #require(UnitEstimate(task: TaskValues(values: [0, 1, 1, 0, 0, 1], blocks: [0, 0, 1, 1, 2, 2])))
    #expect(unit.over(runs: [[0.5], [0.75]]) == unit)
    #expect(unit.over(runs: []) == unit)
    #expect(unit.over(runs: [[0.5, 0.5, 0.5]]) == unit)
  }

  private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }
}
