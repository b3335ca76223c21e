import Diagnostics
import Gating
import Suites
import Testing

@Suite("Several looks at one candidate")
struct LooksTests {
  private let fixture = Fixture(blocks: 32)
  private let policy = GateSettings.drops.policy

  private func share(_ text: String) throws -> Share { try Share(parsing: text) }

  /// A base that knows everything after a demonstration, and a candidate that lost one item in so many.
  private func scores(losing every: Int?) -> [ItemScore] {
    fixture.facts.flatMap { task in
      (0..<256).flatMap { item in
        fixture.shots.map { k in
          let isLost = every.map { (item + item / 8) % $0 == 0 } ?? false
          return score(task.task, item: "i\(item)", block: item / 8, k: k, isRight: k > 0 && !isLost)
        }
      }
    }
  }

  @Test("a first look at everything has all of α and says nothing; a later one less, and says which it is")
  func levels() throws {
    let baseline = try fixture.baseline(scores(losing: nil))
    func judge(_ look: SpentLook) throws -> Verdict {
      try Verdict.judge(
        baseline: baseline, candidate: fixture.description(), scores: scores(losing: nil), policy: policy, look: look)
    }
    #expect(try judge(.whole).look == nil)
    let second = try #require(try judge(SpentLook(.all, after: [share("1/2")])).look)
    #expect(
      try second.number == 2 && second.share == .all && second.earlier == [share("1/2")] && second.declared == nil)
    // scipy's multivariate normal: Tests/Goldens/statistics/spending.json.
    #expect(abs(second.alphaPass - 0.029723) < 1e-4 && abs(second.alphaFail - 0.005158) < 3e-5)
    #expect(
      try judge(SpentLook(.all, after: [share("1/2")])).notes.contains { $0.text.hasPrefix("look 2 at this model") })
    // The same look once more is the same look.
    #expect(try judge(SpentLook(.all, after: [share("1/2"), .all])).look == second)
  }

  @Test("a share that was declared to be all has all of α; a smaller share after a larger one has nothing left")
  func declared() throws {
    let baseline = try fixture.baseline(scores(losing: nil))
    let half = scores(losing: nil).filter { $0.block < 16 }
    func judge(_ look: SpentLook) throws -> Verdict {
      try Verdict.judge(
        baseline: baseline, candidate: fixture.description(), scores: half, policy: policy, look: look)
    }
    #expect(try judge(SpentLook(share("1/2"), declared: share("1/2"))).look == nil)
    let spent = try #require(try judge(SpentLook(share("1/2"))).look)
    #expect(abs(spent.alphaPass - 0.05 * 0.6201145) < 1e-7)
    for declared in [Share.all, try share("1/2")] {
      #expect(
        try refusal { try judge(SpentLook(share("1/2"), after: [.all], declared: declared)) }?.contains(
          "no error to spend") == true)
    }
  }

  /// The decision that watching block by block comes to.
  private func watched(losing every: Int?, earlier: [Share] = []) throws -> EarlyLooks.Decision {
    let baseline = try fixture.baseline(scores(losing: nil))
    var looks = try EarlyLooks(
      share: .all, declared: .all, earlier: earlier, tests: try Verdict.votingUnits(baseline, policy: policy),
      blocks: { share in
        fixture.facts.flatMap { task in
          (0..<share.blocks(of: 32)).map { BlockPlace(task: task.task, block: $0) }
        }
      }
    ) { scores, look, tests in
      try Verdict.judge(
        baseline: baseline, candidate: fixture.description(), scores: scores, policy: policy, look: look, tests: tests)
    }
    let blocks = Dictionary(grouping: scores(losing: every)) { BlockPlace(task: $0.task, block: $0.block) }
    #expect(looks.places.count == 8 * 32 && Set(looks.places).count == 8 * 32)
    for place in looks.places {
      if let decision = try looks.observe(blocks[place] ?? []) { return decision }
    }
    throw NotGateable("it never came to an end")
  }

  @Test("who lost much FAILs and who lost nothing PASSes at a look on the way; who is at the margin is read to the end")
  func stopping() throws {
    let ruined = try watched(losing: 2)
    #expect(ruined.verdict.outcome == .fail)
    // A family of two tasks has eight blocks after an eighth, and twelve are needed: the second look is the first.
    #expect(try ruined.share == share("1/4") && ruined.scores.count == 8 * 8 * 8 * 3)
    #expect(ruined.verdict.look?.number == 1)
    #expect(try watched(losing: nil).share == share("1/4"))
    #expect(try watched(losing: nil).verdict.outcome == .pass)
    let open = try watched(losing: 20)
    #expect(open.share == .all && open.verdict.outcome == .inconclusive)
    #expect(try open.verdict.look?.earlier == ["1/4", "3/8", "1/2", "3/4"].map(share))
  }

  @Test("looks that the ledger knows count before those on the way")
  func known() throws {
    let again = try watched(losing: nil, earlier: [share("1/4")])
    // The same look as before.
    #expect(try again.share == share("1/4") && again.verdict.look?.number == 1)
    // Below what was judged there is nothing left to spend: the first look is at half.
    let later = try watched(losing: nil, earlier: [share("1/2")])
    #expect(try later.share == share("1/2") && later.verdict.look?.number == 1)
  }

  @Test("of several candidates the best that passes is the one that lost least; the first that fails is the first")
  func selection() throws {
    func verdict(_ path: String, losing every: Int?) throws -> CandidateVerdict {
      let verdict = try Verdict.judge(
        baseline: try fixture.baseline(scores(losing: nil)), candidate: fixture.description(),
        scores: scores(losing: every), policy: policy.withPart(of: 3))
      return CandidateVerdict(path: path, model: nil, durationSeconds: 0, share: "1/1", finding: .judged(verdict))
    }
    let series = try [verdict("a", losing: 100), verdict("b", losing: nil), verdict("c", losing: 2)]
    #expect(series.map(\.outcome) == [.pass, .pass, .fail])
    #expect(SeriesSelection.find(.best, in: series) == 1)
    #expect(SeriesSelection.find(.firstFailing, in: series) == 2)
    #expect(SeriesSelection.find(.best, in: [series[2]]) == nil)
    let found = SeriesSelection(rule: .best, candidates: 3, selected: "b", confirmation: .inconclusive)
    #expect(found.exit(policy) == .undecided && found.text.contains("each judged at α/3"))
    #expect(SeriesSelection(rule: .best, candidates: 3, selected: nil).exit(policy) == nil)
    #expect(SeriesSelection(rule: .firstFailing, candidates: 3, selected: "c").exit(policy) == nil)
  }
}
