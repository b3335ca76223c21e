import Statistics
import Testing

@Suite("Means of units and their errors")
struct MeanTests {
  struct Cases: Decodable {
    struct Clustered: Decodable {
      let label: String
      let values: [Double]
      let blocks: [Int]
      let mean, se, df, two_sided_p, lower_05, upper_01, p_above, p_below: Double
      let interval: [Double]
    }
    struct Welch: Decodable {
      let first, second, interval: [Double]
      let mean, df, two_sided_p: Double
    }
    struct Unit: Decodable {
      struct Task: Decodable {
        let values: [Double]
        let blocks: [Int]
      }
      let families: [[Task]]
      let mean, se, df, smallest_passing_margin, smallest_failing_drop: Double
    }
    let clustered: [Clustered]
    let welch: [Welch]
    let units: [Unit]
  }

  let cases: Cases

  init() throws { cases = try Goldens.load("means", as: Cases.self) }

  @Test("one task: mean, clustered error, bounds and p values are those of statsmodels' OLS(u, 1), cov_type='cluster'")
  func clusteredTask() throws {
    for golden in cases.clustered {
      let unit = try #require(UnitEstimate(task: TaskValues(values: golden.values, blocks: golden.blocks)))
      #expect(isClose(unit.mean, golden.mean), "\(golden.label)")
      #expect(isClose(unit.standardError, golden.se), "\(golden.label)")
      #expect(isClose(unit.degreesOfFreedom, golden.df), "\(golden.label)")
      #expect(isClose(unit.lowerBound(alpha: 0.05), golden.lower_05), "\(golden.label)")
      #expect(isClose(unit.upperBound(alpha: 0.01), golden.upper_01), "\(golden.label)")
      #expect(isClose(unit.pValueAboveZero, golden.p_above), "\(golden.label)")
      #expect(isClose(unit.pValueBelowZero, golden.p_below), "\(golden.label)")
      #expect(isClose(unit.interval().lowerBound, golden.interval[0]), "\(golden.label)")
      #expect(isClose(unit.interval().upperBound, golden.interval[1]), "\(golden.label)")
      #expect(isClose(2 * min(unit.pValueAboveZero, unit.pValueBelowZero), golden.two_sided_p), "\(golden.label)")
    }
  }

  @Test("two tasks with blocks of one item are Welch's test: scipy's degrees of freedom and interval")
  func welch() throws {
    for golden in cases.welch {
      func task(_ values: [Double]) -> TaskValues { TaskValues(values: values, blocks: Array(values.indices)) }
      let unit = try #require(UnitEstimate(families: [[task(golden.first), task(golden.second)]]))
      #expect(isClose(unit.mean, golden.mean))
      #expect(isClose(unit.degreesOfFreedom, golden.df))
      #expect(isClose(unit.interval().lowerBound, golden.interval[0]))
      #expect(isClose(unit.interval().upperBound, golden.interval[1]))
      // As one family of two tasks and as two families of one task, the weights are the same halves.
      #expect(UnitEstimate(families: [[task(golden.first)], [task(golden.second)]]) == unit)
    }
  }

  @Test("families weigh equally, tasks equally within one; Satterthwaite's degrees of freedom; both minimum figures")
  func units() throws {
    for golden in cases.units {
      let families = golden.families.map { $0.map { TaskValues(values: $0.values, blocks: $0.blocks) } }
      let unit = try #require(UnitEstimate(families: families))
      #expect(isClose(unit.mean, golden.mean))
      #expect(isClose(unit.standardError, golden.se))
      #expect(isClose(unit.degreesOfFreedom, golden.df))
      #expect(isClose(unit.smallestPassingMargin(alphaPass: 0.05), golden.smallest_passing_margin))
      #expect(isClose(unit.smallestFailingDrop(margin: 0.05, alphaFail: 0.01), golden.smallest_failing_drop))
      let means = families.map { $0.compactMap { TaskEstimate($0)?.mean } }
      #expect(isClose(try #require(unitMean(families: means)), golden.mean))
    }
  }

  @Test("tasks' differing drops are not noise: two constant tasks far apart have no error of their own")
  func ownMeans() throws {
    let low = TaskValues(values: Array(repeating: -1, count: 64), blocks: (0..<64).map { $0 / 8 })
    let high = TaskValues(values: Array(repeating: 1, count: 64), blocks: (0..<64).map { $0 / 8 })
    let unit = try #require(UnitEstimate(families: [[low], [high]]))
    #expect(unit.mean == 0)
    #expect(unit.isFloored)
  }

  @Test("no variance is not certainty: the error is at least √3 / n, with Σ (G - 1) degrees of freedom")
  func floor() throws {
    let task = TaskValues(values: Array(repeating: 0.05, count: 48), blocks: (0..<48).map { $0 / 8 })
    let unit = try #require(UnitEstimate(task: task))
    #expect(isClose(unit.standardError, 0.036_084_391_824_351_61))
    #expect(unit.degreesOfFreedom == 5)
    #expect(unit.isFloored)
    #expect(unit.lowerBound(alpha: 0.05) < 0)
  }

  @Test("nothing to estimate: no items, one item, one block")
  func edges() {
    #expect(UnitEstimate(families: []) == nil)
    #expect(UnitEstimate(families: [[], []]) == nil)
    #expect(UnitEstimate(task: TaskValues(values: [], blocks: [])) == nil)
    #expect(UnitEstimate(task: TaskValues(values: [1], blocks: [0])) == nil)
    #expect(UnitEstimate(task: TaskValues(values: [1, 0, 1], blocks: [4, 4, 4])) == nil)
    #expect(TaskEstimate(TaskValues(values: [1], blocks: [0]))?.squaredError == nil)
    #expect(TaskEstimate(TaskValues(values: [1, 0], blocks: [4, 4]))?.mean == 0.5)
    #expect(TaskValues(values: [1, 2, 3], blocks: [0]).values == [1])
    #expect(unitMean(families: [[], []]) == nil)
    // A family without tasks takes no weight from the others.
    #expect(unitMean(families: [[1, 0], [], [0.25]]) == 0.375)
  }
}
