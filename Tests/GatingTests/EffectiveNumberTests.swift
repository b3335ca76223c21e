import Gating
import Statistics
import Testing

/// The same cases stand in Scripts/goldens/effective_number.py, which computes them by numpy.
@Suite("The effective number of parts, and how sure it is")
struct EffectiveNumberTests {
  @Test("of n equal amounts it is n, of one it is 1, and what is not above 0 counts for nothing")
  func effective() throws {
    #expect(effectiveNumber([0.2, 0.2, 0.2, 0.2]) == 4)
    #expect(effectiveNumber([0.7]) == 1)
    #expect(effectiveNumber([0.7, 0, -0.3]) == 1)
    #expect(effectiveNumber([0, -1]) == nil)
    // (3 + 1)²/(9 + 1)
    #expect(effectiveNumber([3, 1]) == 1.6)
  }

  private static let values = [
    [[0.30, 0.50, 0.10, 0.40], [0.20, 0.10, 0.60, 0.30, 0.40, 0.20]],
    [[0.10, 0.00, 0.20, 0.10], [-0.10, 0.20, 0.10, 0.00, 0.30, 0.10]],
    [[-0.20, 0.10, 0.00, 0.05], [0.00, -0.10, 0.10, -0.20, 0.00, 0.10]],
    [[0.40, 0.10, 0.30, 0.20], [0.10, 0.20, 0.00, 0.10, 0.50, 0.20]],
  ]

  private static func gains(_ blocks: [[Int]]) -> [[TaskValues]] {
    values.map { part in zip(part, blocks).map { TaskValues(values: $0, blocks: $1) } }
  }

  private func interval(_ blocks: [[Int]], _ groups: [Int]) -> Interval? {
    EffectiveNumberJackknife(gains: Self.gains(blocks), groups: groups).interval
  }

  private func near(_ found: Interval?, _ lower: Double, _ upper: Double) -> Bool {
    found.map { abs($0.lower - lower) < 1e-9 && abs($0.upper - upper) < 1e-9 } ?? false
  }

  @Test("each task's blocks are a stratum of the jackknife: numpy's interval, never above the number of groups")
  func strata() {
    let blocks = [[0, 0, 1, 1], [0, 0, 1, 1, 2, 2]]
    #expect(near(interval(blocks, [0, 1, 2, 3]), 1.6345218355020719, 3.4864214547842836))
    #expect(near(interval(blocks, [0, 0, 1, 1]), 1.2946776163583242, 2))
  }

  @Test("where a task has one block, the blocks of all tasks are one sample")
  func pooled() {
    let blocks = [[7, 7, 7, 7], [0, 0, 1, 1, 2, 2]]
    #expect(near(interval(blocks, [0, 1, 2, 3]), 1.9110072076081244, 3.2099360826782313))
    #expect(near(interval(blocks, [0, 0, 1, 1]), 1.2798860355420394, 2))
  }

  @Test("one block in all says nothing of others, and neither do parts that gain nothing")
  func none() {
    let one = Self.values.map { [TaskValues(values: $0[0], blocks: [0, 0, 0, 0])] }
    #expect(EffectiveNumberJackknife(gains: one, groups: [0, 1, 2, 3]).interval == nil)
    let lost = [[TaskValues(values: [-0.1, -0.2], blocks: [0, 1])]]
    #expect(EffectiveNumberJackknife(gains: lost, groups: [0]).interval == nil)
    #expect(EffectiveNumberJackknife(gains: [], groups: []).interval == nil)
  }
}
