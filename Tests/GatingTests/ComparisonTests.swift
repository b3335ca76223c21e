import Diagnostics
import Gating
import Suites
import Testing

@Suite("Models side by side")
struct ComparisonTests {
  private let fixture = Fixture()

  @Test("means, differences and intervals of units and tasks are the gate's, with the tasks that its baseline admits")
  func gate() throws {
    var random = Seeded(state: 11)
    let able = fixture.scores(random: &random, tasks: { $0.task != "beta-1" })
    let unable = fixture.scores(fewShot: 0.05, random: &random, tasks: { $0.task == "beta-1" })
    let baseline = try fixture.baseline(able + unable)
    let scores = fixture.scores(zeroShot: 0.1, fewShot: 0.6, random: &random)
    let verdict = try Verdict.judge(
      baseline: baseline, candidate: fixture.description(), scores: scores, policy: GateSettings().policy)
    let found = try comparison(ComparisonRun(baseline, file: "base.json"), fixture.run(scores))
    let pair = try #require(found.comparisons.first)
    #expect(found.admission == "base.json")
    let units = verdict.units.filter { $0.rule == "max_drop" && $0.level != .task }
    #expect(units.count == 5 && pair.units.map(\.unit) == ["overall", "alpha", "beta", "delta", "gamma"])
    for unit in pair.units {
      let judged = try #require(units.first { $0.unit == unit.unit })
      let few = try #require(unit.fewShot)
      #expect(isClose(judged.degradation?.base, few.reference), "\(unit.unit)")
      #expect(isClose(judged.degradation?.candidate, few.other), "\(unit.unit)")
      #expect(isClose(judged.degradation?.baseZeroShot, unit.zeroShot?.reference ?? .nan), "\(unit.unit)")
      #expect(isClose(judged.evidence?.dropInterval.upper, -(few.interval?.lower ?? .nan)), "\(unit.unit)")
      #expect(isClose(judged.evidence?.dropInterval.lower, -(few.interval?.upper ?? .nan)), "\(unit.unit)")
      #expect(unit.tasks == judged.tasks && unit.items == judged.items && unit.blocks == judged.blocks)
    }
    #expect(pair.tasks.map(\.task) == verdict.tasks.map(\.task))
    for (task, judged) in zip(pair.tasks, verdict.tasks) {
      #expect(task.counts == judged.admitted && task.counts == (task.task != "beta-1"))
      let few = try #require(task.fewShot)
      let (interval, p) = (try #require(few.interval), try #require(few.pValue))
      #expect(isClose(judged.drop, -few.difference))
      #expect(isClose(judged.dropInterval?.upper, -interval.lower))
      // The p value is of the interval's own t.
      #expect((p < 0.05) == (interval.lower > 0 || interval.upper < 0))
    }
  }

  @Test("one task by hand: statsmodels' clustered error, scipy's t, both over four blocks")
  func byHand() throws {
    // Of two items a block the other one has 2, 1, 0, 0 right at k = 1, and the reference none.
    func scores(right: Set<String>) -> [ItemScore] {
      (0..<8).flatMap { item in
        [0, 1].map { k in
          score("alpha-0", item: "i\(item)", block: item / 2, k: k, isRight: k == 1 && right.contains("i\(item)"))
        }
      }
    }
    let compared = try pair(fixture.run(scores(right: [])), fixture.run(scores(right: ["i0", "i1", "i2"])))
    let task = try #require(compared.tasks.first)
    let few = try #require(task.fewShot)
    #expect(few.reference == 0 && few.other == 0.375 && few.difference == 0.375)
    #expect(isClose(few.interval?.lower, 0.375 - 3.18244630528371 * 0.23935677693908453))
    #expect(isClose(few.interval?.upper, 0.375 + 3.18244630528371 * 0.23935677693908453))
    #expect(isClose(few.pValue, 0.21516994256955002))
    #expect(task.zeroShot?.difference == 0 && isClose(task.zeroShot?.pValue, 1))
    #expect(task.adjustedPValue == few.pValue && !task.isMarked)
  }

  @Test("p values are adjusted over the pair's tasks; a mark is an adjusted one below .05")
  func adjusted() throws {
    var random = Seeded(state: 12)
    let reference = fixture.scores(random: &random)
    // One task is lost, another differs in one block, six stay as they are.
    let other = reference.map { line -> ItemScore in
      let isLost = line.task == "alpha-0" && line.k > 0
      let differs = line.task == "beta-0" && line.k > 0 && line.block == 3
      guard isLost || differs else { return line }
      return score(line.task, item: line.item, block: line.block, k: line.k, isRight: differs && !line.exactMatch)
    }
    let tasks = try pair(fixture.run(reference), fixture.run(other)).tasks
    func p(_ task: String) -> Double { tasks.first { $0.task == task }?.fewShot?.pValue ?? .nan }
    func adjusted(_ task: String) -> Double? { tasks.first { $0.task == task }?.adjustedPValue }
    #expect(p("alpha-0") < 1e-6 && p("beta-0") > 0.05 && p("beta-0") < 1)
    #expect(isClose(adjusted("alpha-0"), 8 * p("alpha-0")))
    #expect(isClose(adjusted("beta-0"), min(1, 4 * p("beta-0"))))
    #expect(isClose(adjusted("gamma-1"), 1))
    #expect(tasks.filter(\.isMarked).map(\.task) == ["alpha-0"])
  }

  @Test("a model beside itself differs nowhere and has no mark; the other way round is the same with other signs")
  func symmetry() throws {
    var random = Seeded(state: 13)
    let first = fixture.run(fixture.scores(random: &random))
    let second = fixture.run(fixture.scores(fewShot: 0.5, random: &random))
    let itself = try pair(first, first)
    #expect(itself.units.count == 5 && itself.tasks.count == 8 && itself.notes.isEmpty)
    #expect(itself.units.allSatisfy { $0.fewShot?.difference == 0 && $0.zeroShot?.difference == 0 })
    #expect(itself.tasks.allSatisfy { $0.fewShot?.difference == 0 && !$0.isMarked })
    let (there, back) = (try pair(first, second), try pair(second, first))
    for (unit, turned) in zip(there.units, back.units) {
      let (one, other) = (try #require(unit.fewShot), try #require(turned.fewShot))
      #expect(one.difference == -other.difference && one.reference == other.other && one.other == other.reference)
      #expect(isClose(one.interval?.lower, -(other.interval?.upper ?? .nan)))
      #expect(isClose(one.pValue, other.pValue ?? .nan))
    }
    #expect(there.tasks.map(\.isMarked) == back.tasks.map(\.isMarked))
    #expect(there.tasks.contains { $0.isMarked })
  }

  @Test("only blocks that both were asked whole are compared; the rest is counted")
  func blocks() throws {
    var random = Seeded(state: 14)
    let whole = fixture.scores(random: &random)
    // Blocks 4 to 9, of which block 5 of one task lacks an answer, and no task of family delta.
    let part = whole.filter { line in
      let isMissing = line.task == "beta-0" && line.item == "item-5-2" && line.k == 4
      return (4..<10).contains(line.block) && !line.task.hasPrefix("delta") && !isMissing
    }
    let compared = try comparison(fixture.run(whole), fixture.run(part, share: "1/2"))
    let found = try #require(compared.comparisons.first)
    let blocks = 6 * 6 - 1
    #expect(found.blocks == blocks && found.items == 8 * blocks && found.questions == 24 * blocks)
    #expect(found.onlyReference == 24 * 8 * 16 - 24 * blocks && found.onlyOther == 23)
    #expect(found.tasks.map(\.task) == ["alpha-0", "alpha-1", "beta-0", "beta-1", "gamma-0", "gamma-1"])
    #expect(found.tasks.map(\.blocks) == [6, 6, 5, 6, 6, 6])
    #expect(found.units.map(\.unit) == ["overall", "alpha", "beta", "gamma"])
    let contrasts = try #require(compared.contrasts.first)
    #expect(contrasts.questions.count == found.questions && contrasts.questions.allSatisfy { $0.base == $0.candidate })
    let apart = fixture.run(whole.filter { $0.block < 4 })
    #expect(throws: InputError.self) { try pair(apart, fixture.run(part)) }
  }
}
