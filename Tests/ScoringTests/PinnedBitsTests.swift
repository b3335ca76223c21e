import Scoring
import Suites
import Testing

/// Scores are kept for ever under the engine's numeric version, and known ones are never computed again: a change of their bits without another
/// version would mix two engines in one ledger, and nothing else would notice.
@Suite("The bits of a score, pinned")
struct PinnedBitsTests {
  @Test("are those of the numeric version that the engine names: where they change, engineNumericsID must")
  func pinned() throws {
    let model = try tinyModel("llama-tied", threads: 2)
    let scorer = EngineScorer(model)
    let long = String(repeating: "the lamp is warm and the river is cold; ", count: 12)
    let requests = [("Hello", " world"), (long, " so"), ("", "alone"), ("Q: 1 2 3\nA:", " 3")].map {
      Request(context: $0.0, continuation: $0.1, exactMatch: nil)
    }
    let bits = try scorer.score(requests).map { $0.logprob.map { String($0.bitPattern, radix: 16) } }
    #expect(scorer.numericsID == "holdfast-fp32-2, scoring 1")
    #expect(bits == Self.bits)
  }

  private static let bits = ["c04212629e1440e2", "c040c5dec0fa7b16", "c03df443bd66c496", "c031ba4d5974e6bb"]
}
