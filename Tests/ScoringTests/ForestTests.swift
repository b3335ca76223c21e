import Scoring
import Testing
import Transformer

@Suite("Prefix forests and waves")
struct ForestTests {
  @Test("each distinct prefix is one node")
  func distinct() {
    var forest = PrefixForest()
    #expect(forest.insert([1, 2, 3], adapter: nil) == [0, 1, 2])
    #expect(forest.insert([1, 2, 4], adapter: nil) == [0, 1, 3])
    #expect(forest.insert([5], adapter: nil) == [4])
    #expect(forest.insert([1, 2, 3, 9], adapter: nil) == [0, 1, 2, 5])
    #expect(forest.nodeCount == 6)
    #expect(forest.preorder == [0, 1, 2, 5, 3, 4])
  }

  @Test("adapters share nothing with the base or each other")
  func adapters() {
    var forest = PrefixForest()
    #expect(forest.insert([1, 2], adapter: nil) == [0, 1])
    #expect(forest.insert([1, 2], adapter: 0) == [2, 3])
    #expect(forest.insert([1, 2], adapter: 1) == [4, 5])
    #expect(forest.insert([1, 2], adapter: nil) == [0, 1])
  }

  @Test("the same token after the same prefix is asked for once")
  func targets() {
    var forest = PrefixForest()
    let node = forest.insert([1, 2], adapter: nil)[1]
    #expect(forest.want(7, after: node).index == 0)
    #expect(forest.want(8, after: node).index == 1)
    #expect(forest.want(7, after: node).index == 0)
    #expect(forest.targets[node] == [7, 8])
  }

  @Test("every node is in exactly one wave, after its parent; no wave is too long", arguments: [1, 2, 3, 7, 50, 1000])
  func waves(capacity: Int) {
    var random = Numbers(seed: 21)
    var forest = PrefixForest()
    for _ in 0..<80 {
      let ids = (0...random.below(12)).map { _ in Int32(random.below(3)) }
      let path = forest.insert(ids[...], adapter: random.below(2) == 0 ? nil : 0)
      forest.score(path[path.count - 1])
    }
    var rows = 0
    var scored: [Int] = []
    for planned in WavePlan(forest, waveRows: capacity) {
      let wave = planned.wave
      #expect(wave.rowCount <= capacity && wave.rowCount > 0)
      rows += wave.rowCount
      scored += planned.scoredNodes
      #expect(wave.segments.map(\.count).reduce(0, +) == wave.rowCount)
      for segment in wave.segments {
        let start = Int(wave.positions[segment.firstRow])
        #expect(segment.startPosition == start)
        // A segment's prefix ends where it begins: on the spine, or at the end of its parent.
        if let parent = segment.parent.map({ wave.segments[$0] }) {
          #expect(parent.startPosition + parent.count == start && parent.firstRow < segment.firstRow)
        } else {
          #expect(start <= wave.spineLength)
        }
      }
      #expect(wave.carriedSlots.allSatisfy { Int($0) < wave.spineLength + wave.rowCount })
    }
    #expect(rows == forest.nodeCount)
    #expect(scored.sorted() == forest.targets.indices.filter { forest.targets[$0] != nil })
  }
}
