import Evaluation
import Testing

@Suite("How much of what was lost is answered")
struct LostAnswersTests {
  @Test("as far as 16 KiB of prompts reach, the worst one in any case")
  func bounded() {
    let kibibyte = String(repeating: "ö", count: 512)
    #expect(LostAnswers.asked(of: []) == 0)
    #expect(LostAnswers.asked(of: ["a", "b"]) == 2)
    #expect(LostAnswers.asked(of: Array(repeating: kibibyte, count: 40)) == 16)
    #expect(LostAnswers.asked(of: [String(repeating: kibibyte, count: 20), "a"]) == 1)
  }
}
