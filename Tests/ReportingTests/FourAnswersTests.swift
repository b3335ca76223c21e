import Foundation
import Gating
import Reporting
import Suites
import Testing

@Suite("What someone who decides reads first")
struct FourAnswersTests {
  private let command = "holdfast gate --config 'my team/holdfast.yaml' --share 1/4 --ledger l.sqlite out/a"

  private func candidate(
    _ finding: CandidateVerdict.Finding, share: String = "1/4", seconds: Double? = nil, judgeable: Share? = nil
  ) -> CandidateVerdict {
    CandidateVerdict(path: "out/a", model: Fixture.model, durationSeconds: 30, share: share, finding: finding)
      .with(wholeSeconds: seconds, judgeableShare: judgeable)
  }

  private func markdown(
    _ candidate: CandidateVerdict, command: String? = nil, settings: GateSettings = GateSettings(),
    lost: [LostAnswer] = []
  ) throws -> String {
    let header = Fixture.header(command: command ?? self.command, settings: settings)
    return try GateReport(header: header, candidates: [candidate]).markdown(lost: [lost])
  }

  @Test("a FAIL: do not ship, lost so much of so much, certain, and the cheapest step with its minutes")
  func fail() throws {
    let verdict = try Fixture.verdict(lost: 3)
    let text = try markdown(candidate(.judged(verdict), seconds: 400))
    #expect(text.contains("| Can it ship? | How bad is it? | How sure is that? | What now? |"))
    #expect(text.contains("| **Do not ship**: it lost more of the ability to learn from examples than you allow |"))
    #expect(text.contains("**Lost 41.7 of 100.0 points**: limit 5.0; the base gets 100.0 of 100 right, this one 58.3"))
    #expect(text.contains("**Certain**: at least 38.7 points are lost"))
    // A quarter of 400 s, and controls of both models, which take as long each.
    #expect(text.contains("Find out what was lost, and in which layers. About 4 min."))
    #expect(
      text.contains(
        "<pre>holdfast gate --config 'my team/holdfast.yaml' --share 1/4 --ledger l.sqlite out/a --diagnose</pre>"))
  }

  @Test("a PASS: yes, with the bound that decided")
  func pass() throws {
    let text = try markdown(candidate(.judged(try Fixture.verdict(lost: 0))))
    #expect(text.contains("| **Yes**: it still learns from examples as the base does, within your limits |"))
    #expect(text.contains("**Nothing lost**: limit 5.0; the base gets 100.0 of 100 right, this one 100.0"))
    #expect(text.contains("**95\u{A0}% sure**: at most 0.8 points are lost"))
    #expect(text.contains("Ship it. Keep this report with the release."))
  }

  @Test("what is open names the share that would settle it, as the command, and what that takes beyond what is known")
  func open() throws {
    // Of limits near what was lost, the first that further blocks would settle.
    let found = try stride(from: 0.15, to: 0.2, by: 0.0005).compactMap { limit in
      let settings = GateSettings(
        maxDrop: RuleLimits(overall: limit), maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off)
      let verdict = try Fixture.verdict(lost: 1, items: 768, blocks: 48, settings: settings)
      return verdict.units.first { $0.shortfall?.blocks != nil }.map { (settings, verdict, $0) }
    }.first
    let (settings, verdict, unit) = try #require(found)
    let further = try #require(unit.shortfall?.blocks)
    let eighths = (8 * (unit.blocks + further) + 383) / 384
    let share = try Share.all.part(eighths, of: 8)
    let text = try markdown(candidate(.judged(verdict), share: "1/2", seconds: 4800), settings: settings)
    #expect(text.contains("**Not yet**: the questions asked do not settle it"))
    #expect(text.contains("**Undecided**: anything from a loss of "))
    #expect(text.contains("Ask more: \(share) of the questions would settle it"))
    #expect(text.contains("About \(Int((4800 * (share.fraction - 0.5) / 60).rounded())) min."))
    #expect(text.contains("--ledger l.sqlite out/a --share \(share)</pre>"))
    // Where all was asked already nothing is left to ask but other demonstrations.
    let whole = try markdown(
      candidate(.judged(verdict), share: "1/1"), command: "holdfast gate out/a --stop-early", settings: settings)
    #expect(whole.contains("<pre>holdfast gate out/a --adaptive</pre>"))
    let policy = GateSettings(onInconclusive: .fail)
    #expect(try markdown(candidate(.judged(verdict)), settings: policy).contains("your policy stops what is not shown"))
  }

  @Test("what could not be judged names the least share that can be; what ran out of time goes on")
  func without() throws {
    let reason = "too little evidence: 2 of 9 families can vote, 5 needed (coverage x); score a larger share"
    let refused = try markdown(
      candidate(.refused(reason), share: "1/16", seconds: 160, judgeable: try Share(parsing: "3/8")),
      command: "holdfast gate out/a --within 1m")
    #expect(refused.hasPrefix("# Holdfast gate: NOT GATEABLE\n"))
    #expect(refused.contains("**No verdict**: too little evidence: 2 of 9 families can vote, 5 needed |"))
    #expect(refused.contains("Ask more: 3/8 of the questions is the least that can be judged. About 50 s."))
    #expect(refused.contains("<pre>holdfast gate out/a --share 3/8</pre>"))
    let late = TimeOut(blocksRead: 10, blocks: 40, contrasts: [])
    let timed = try markdown(candidate(.ranOutOfTime(late)), command: "holdfast gate out/a --timeout 30s")
    #expect(timed.hasPrefix("# Holdfast gate: INCONCLUSIVE\n"))
    #expect(timed.contains("Go on from there: 10 of 40 blocks of questions are kept. Give it more time."))
    #expect(timed.contains("<pre>holdfast gate out/a</pre>"))
  }

  @Test(
    "of several the command is one candidate's, with what decides what is asked; what a server loaded is loaded again",
    arguments: [
      ("out/a out/b --share 1/4 --reports r --config c.yaml", "out/a --share 1/4 --config c.yaml --diagnose"),
      ("--load-adapters out --share 1/4", "--load-adapters out --share 1/4 --diagnose"),
    ])
  func several(typed: String, advised: String) throws {
    let header = Fixture.header(command: "holdfast gate \(typed)")
    let failed = candidate(.judged(try Fixture.verdict(lost: 3)))
    let text = try GateReport(header: header, candidates: [failed, candidate(.refused("x"))]).markdown()
    #expect(text.contains("<pre>holdfast gate \(advised)</pre>"))
  }

  @Test("one short lost answer is shown, of the largest fall, with what both say; wrapped and silent ones tell nothing")
  func example() throws {
    func lost(_ prompt: String, _ answer: String?) -> LostAnswer {
      func score(_ isRight: Bool) -> ItemScore {
        ItemScore(
          task: "copy", item: "i", block: 0, k: 1, draw: 0, condition: .gold, exactMatch: isRight,
          logprob: isRight ? -1 : -9, choiceCorrect: nil)
      }
      return LostAnswer(
        contrast: ItemContrast(family: "copy", base: score(true), candidate: score(false), counts: true),
        prompt: prompt, gold: "jaz tark", answer: answer)
    }
    let long = String(repeating: "Q: word\nA: word\n\n", count: 40)
    let verdict = candidate(.judged(try Fixture.verdict(lost: 3)))
    let text = try markdown(
      verdict,
      lost: [
        lost("Q: none\nA:", " \n"), lost("Q: wrapped\nA:", "It is jaz tark."), lost(long + "Q: far\nA:", "negative"),
        lost("Q: vork\nA: vork\n\nQ: jaz tark\nA:", "negative"),
      ])
    #expect(text.contains("<pre>Q: vork\nA: vork\n\nQ: jaz tark\nA:</pre>"))
    #expect(text.contains("The base answers **jaz tark**, this one **negative**."))
    let onlyLong = try markdown(verdict, lost: [lost(long + "Q: far\nA:", "negative")])
    #expect(onlyLong.contains("<pre>…\nQ: word\nA: word\n\nQ: far\nA:</pre>"))
    #expect(
      try !markdown(candidate(.judged(try Fixture.verdict(lost: 0))), lost: [lost("Q\nA:", "x")]).contains(
        "The base answers"))
  }

  @Test("a rule about nats alone is told in nats, and says nothing of a limit that holds")
  func nats() throws {
    let settings = GateSettings(
      maxDrop: .off, maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off,
      maxLogprobDrop: RuleLimits(overall: 0.3))
    let same = try markdown(candidate(.judged(try Fixture.verdict(lost: 0, settings: settings))), settings: settings)
    #expect(same.contains("**Unchanged**: answer logprob: unchanged, limit 0.30"))
    #expect(same.contains("at most 0.00 nats are lost") || same.contains("at most 0.01 nats are lost"))
    let lost = try markdown(candidate(.judged(try Fixture.verdict(lost: 3, settings: settings))), settings: settings)
    #expect(lost.contains("**Do not ship**: it is beyond a limit that you set") && lost.contains("**Fell by "))
  }

  @Test(
    "the best of several ships only where it passed again",
    arguments: [Outcome?.some(.pass), .fail, .inconclusive, nil])
  func best(confirmation: Outcome?) throws {
    let passing = candidate(.judged(try Fixture.verdict(lost: 0)))
    let header = Fixture.header(
      selection: SeriesSelection(rule: .best, candidates: 2, selected: "out/a", confirmation: confirmation))
    let text = try GateReport(header: header, candidates: [passing]).markdown()
    #expect(text.contains("| **Yes**: it passes, and passed again") == (confirmation == .pass))
    #expect(text.contains("Ship it. Keep this report") == (confirmation == .pass))
    let other = Fixture.header(
      selection: SeriesSelection(rule: .best, candidates: 2, selected: "out/b", confirmation: .pass))
    #expect(try GateReport(header: other, candidates: [passing]).markdown().contains("| **Another is better**"))
  }

  @Test("numbers that no gate writes, as a meddled ledger may hold, end nothing")
  func meddled() throws {
    for number in [-1e300, 1e300, -1, 0] {
      let failed = candidate(.judged(try Fixture.verdict(lost: 3)), seconds: number)
      let origin = GateOrigin(user: nil, minutesFromUTC: .max, commit: nil, branch: nil, run: nil)
      let header = Fixture.header(settings: GateSettings(alphaPass: number, alphaFail: number), origin: origin)
      let report = GateReport(header: header, candidates: [failed])
      let evidence = CandidateEvidence(verdict: failed, contrasts: [], lost: [])
      #expect(try !GateOutput(report, candidates: [evidence]).data(.html).isEmpty)
      #expect(try !report.markdown().isEmpty)
    }
  }

  @Test("no interval says what cannot be: it ends where base and candidate could, or is no interval")
  func attainable() {
    func cut(_ low: Double, _ high: Double, _ base: Double?) -> [Double]? {
      Interval(low...high).attainable(base: base).map { [$0.lower, $0.upper] }
    }
    #expect(cut(-0.01, 0.2, 0.9) == [-0.01, 0.2])
    #expect(cut(-0.3, 0.2, 0.9)?[1] == 0.2 && abs((cut(-0.3, 0.2, 0.9)?[0] ?? 0) + 0.1) < 1e-12)
    #expect(cut(0.3, 0.7, 0.5) == [0.3, 0.5])
    // -227.8 to 248.7 points stood in a report once.
    #expect(cut(-2.278, 2.487, 0.5) == nil && cut(-0.6, 0.5, 0.5) == nil && cut(-2, 2, nil) == nil)
  }

  @Test("the page says who gated, when in UTC and local time, at what commit, in which run of the CI")
  func provenance() throws {
    let origin = GateOrigin(
      user: "jo <b>", minutesFromUTC: 330, commit: String(repeating: "ab12", count: 10), branch: "main",
      run: "https://ci.example/1")
    let report = GateReport(header: Fixture.header(origin: origin), candidates: [candidate(.refused("x"))])
    let page = String(
      decoding: try GateOutput(
        report, candidates: [CandidateEvidence(verdict: report.candidates[0], contrasts: [], lost: [])]
      ).data(.html), as: UTF8.self)
    #expect(page.contains("1 March 2025, 10:00 UTC (15:30 local time) · by jo &lt;b&gt; · commit ab12ab12ab on main"))
    #expect(page.contains("<a href=\"https://ci.example/1\">CI run</a>"))
    #expect(page.contains("<dt>margin, limit</dt>"))
  }
}
