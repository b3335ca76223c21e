import Diagnostics
import Gating
import Suites
import Testing

@Suite("Recipes side by side: runs are a sample")
struct RecipeComparisonTests {
  private let fixture = Fixture(families: ["alpha": 2, "beta": 1, "gamma": 1], blocks: 12)

  /// Right so often in the run, and the same items from run to run as far as that goes.
  private func run(_ rate: Double, of eases: [Double], weights: String, blocks: Range<Int> = 0..<12) -> ComparisonRun {
    var index = 0
    let scores = fixture.facts.flatMap { task in
      (0..<12).flatMap { block in
        (0..<8).flatMap { item in
          fixture.shots.map { k in
            defer { index += 1 }
            return score(task.task, item: "item-\(block)-\(item)", block: block, k: k, isRight: eases[index] < rate)
          }
        }
      }
    }
    return fixture.run(scores.filter { blocks.contains($0.block) }, weights: weights)
  }

  private func eases(_ random: inout Seeded) -> [Double] {
    (0..<4 * 12 * 8 * 3).map { _ in Double.random(in: 0..<1, using: &random) }
  }

  private func overall(_ reference: ComparisonSide, _ other: ComparisonSide) throws -> Difference {
    let pair = try #require(try comparison(reference, other).comparisons.first)
    return try #require(pair.units.first?.fewShot)
  }

  @Test("means are over runs; the interval is wider than any single run's where runs differ more than questions do")
  func means() throws {
    var random = Seeded(state: 21)
    let eases = eases(&random)
    let base = ComparisonSide(run(0.8, of: eases, weights: "base"))
    let runs = [(0.5, "a"), (0.6, "b"), (0.7, "c")].map { run($0.0, of: eases, weights: $0.1) }
    let recipe = try ComparisonSide(recipe: "full", source: "full=a,b,c", runs: runs)
    let alone = try runs.map { try overall(base, ComparisonSide($0)) }
    let found = try overall(base, recipe)
    #expect(isClose(found.other, alone.reduce(0) { $0 + $1.other } / 3))
    #expect(isClose(found.difference, alone.reduce(0) { $0 + $1.difference } / 3))
    let interval = try #require(found.interval)
    for one in alone {
      let own = try #require(one.interval)
      #expect(interval.upper - interval.lower > 2 * (own.upper - own.lower))
    }
    // The same difference the other way round, where runs are the reference's.
    let turned = try overall(recipe, base)
    #expect(isClose(turned.difference, -found.difference) && isClose(turned.interval?.lower, -interval.upper))
  }

  @Test(
    "of 300 recipes whose runs differ by a standard deviation of 4 points, 95 % intervals cover the recipe's own mean")
  func coverage() throws {
    var random = Seeded(state: 22)
    var (covered, coveredByOne) = (0, 0)
    for _ in 0..<300 {
      let questions = eases(&random)
      let base = ComparisonSide(run(0.8, of: questions, weights: "base"))
      let runs = ["a", "b", "c", "d"].map { seed -> ComparisonRun in
        let normal = (0..<12).reduce(-6) { sum, _ in sum + Double.random(in: 0..<1, using: &random) }
        return run(0.6 + 0.04 * normal, of: questions, weights: seed)
      }
      func covers(_ side: ComparisonSide) throws -> Bool {
        let interval = try #require(try overall(base, side).interval)
        return interval.lower <= -0.2 && -0.2 <= interval.upper
      }
      covered += try covers(try ComparisonSide(recipe: "r", source: "r", runs: runs)) ? 1 : 0
      coveredByOne += try covers(ComparisonSide(runs[0])) ? 1 : 0
    }
    #expect(covered >= 279, "\(covered) of 300")
    #expect(coveredByOne < 200, "one run's interval knows nothing of seeds: \(coveredByOne) of 300")
  }

  @Test("only blocks that every run was asked are compared, and every run's questions are in the table")
  func blocks() throws {
    var random = Seeded(state: 23)
    let eases = eases(&random)
    let base = ComparisonSide(run(0.8, of: eases, weights: "base"))
    let runs = [run(0.6, of: eases, weights: "a"), run(0.7, of: eases, weights: "b", blocks: 3..<9)]
    let found = try comparison(base, try ComparisonSide(recipe: "r", source: "r", runs: runs))
    let pair = try #require(found.comparisons.first)
    #expect(pair.blocks == 4 * 6 && pair.questions == 4 * 6 * 8 * 3 && pair.onlyReference == 4 * 6 * 8 * 3)
    #expect(pair.runs == [1, 2] && found.contrasts.map(\.questions.count) == [pair.questions, pair.questions])
    #expect(found.contrasts[0].questions.map(\.base) == found.contrasts[1].questions.map(\.base))
  }

  @Test("one run is no recipe, and one model twice is not two seeds")
  func refused() throws {
    var random = Seeded(state: 24)
    let one = run(0.8, of: eases(&random), weights: "a")
    for (runs, words) in [([one], "is a recipe of one run"), ([one, one], "is a model that it has already")] {
      let error = #expect(throws: InputError.self) { try ComparisonSide(recipe: "r", source: "r=a", runs: runs) }
      #expect(error?.description.contains(words) == true)
    }
  }
}
