import Gating
import Suites
import Testing

@Suite("Right answers in other words' midst")
struct WrappedAnswersTests {
  private func lost(_ accepted: [String], _ answer: String?) -> LostAnswer {
    let score = ItemScore(
      task: "t", item: "i", block: 0, k: 1, draw: 0, condition: .gold, exactMatch: false, logprob: -1,
      choiceCorrect: nil)
    return LostAnswer(
      contrast: ItemContrast(family: "f", base: score, candidate: score, counts: true), prompt: "", gold: accepted[0],
      accepted: accepted,
      answer: answer)
  }

  @Test(
    "are words of their own, by gold answer or alias, whatever their case",
    arguments: [
      ("The past tense is went.", true), ("**Went**", true), ("Sure! GO", true), ("It wents on", false),
      ("gone", false), ("", false),
      ("ungo", false), ("went", true),
    ])
  func words(answer: String, isWrapped: Bool) { #expect(lost(["went", "go"], answer).isWrapped == isWrapped) }

  @Test("single letters are none, and nobody has looked is none")
  func letters() {
    #expect(!lost(["r"], "The letter is r.").isWrapped)
    #expect(!lost(["went"], nil).isWrapped)
  }

  @Test("are counted among what was answered")
  func counts() throws {
    let wrapped = try #require(
      WrappedAnswers([lost(["west"], "It is west."), lost(["west"], "east"), lost(["west"], nil)]))
    #expect((wrapped.answered, wrapped.wrapped) == (2, 1))
    #expect(wrapped.text?.hasPrefix("Of the 2 lost questions that it was let answer, 1 has the right answer") == true)
    #expect(WrappedAnswers([lost(["west"], "east")])?.text == nil)
    #expect(WrappedAnswers([lost(["west"], nil)]) == nil)
  }

  @Test("are said of what lost something, not of a PASS, which counts them all the same")
  func ofVerdicts() throws {
    let lost = [lost(["west"], "It is west.")]
    let fixture = Fixture()
    var random = Seeded(state: 1)
    let scores = fixture.scores(random: &random)
    let verdict = try Verdict.judge(
      baseline: fixture.baseline(scores), candidate: fixture.description(), scores: scores,
      policy: GateSettings.drops.policy)
    let passing = CandidateVerdict(path: "a", model: nil, durationSeconds: 0, share: "1/1", finding: .judged(verdict))
    #expect(passing.outcome == .pass)
    #expect(passing.with(lost: lost).wrapped?.wrapped == 1)
    #expect(passing.with(lost: lost).formatLost == nil)
    let other = CandidateVerdict(path: "b", model: nil, durationSeconds: 0, share: "1/1", finding: .refused("why"))
    #expect(other.with(lost: lost).formatLost != nil)
  }
}
