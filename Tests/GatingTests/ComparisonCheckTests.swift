import Diagnostics
import Gating
import Suites
import Testing

@Suite("What may be put side by side")
struct ComparisonCheckTests {
  private let fixture = Fixture()
  private let scores: [ItemScore]

  init() {
    var random = Seeded(state: 15)
    scores = fixture.scores(random: &random)
  }

  private func requests(_ hashes: [String: String]) -> ComparisonRun.TokenIDs { .byRequest(["beta-1": hashes]) }

  @Test("another suite, other prompts, scoring or token ids are refused, the difference named")
  func refused() throws {
    let reference = fixture.run(scores, tokens: requests(["a": "1", "b": "2"]))
    let cases: [(ComparisonRun, String)] = [
      (fixture.run(scores, suiteHash: "5a5b"), "the suite's content hash differs (5a5b, not 5a5a)"),
      (fixture.run(scores, promptHash: "9b9c"), "the prompt hash differs (9b9c, not 9b9b)"),
      (fixture.run(scores, scoring: 2), "the scoring version differs (2, not 1)"),
      (
        fixture.run(scores, tokens: requests(["a": "3", "b": "2"])),
        "its token ids of task beta-1 are not the reference's"
      ),
    ]
    for (other, words) in cases {
      let error = #expect(throws: InputError.self) { try pair(reference, other) }
      #expect(error?.description.contains(words) == true, "\(error?.description ?? "")")
    }
    // Of a share, what both were asked has to be the same; a scorer may not say its version.
    let share = fixture.run(scores.filter { $0.block < 4 }, scoring: nil, tokens: requests(["a": "1"]))
    #expect(try pair(reference, share).notes.isEmpty)
  }

  @Test("a baseline's token hash is compared with all that a run was asked of the task, and is no help with a share")
  func tokens() throws {
    // sha256sum of the lines "a 1" and "b 2".
    let hash = "2951835de33689a441bfa61bc7af99b1f0305ca8ec0ab4dd508f14f57b27ca23"
    let baseline = try Baseline(
      createdBy: "holdfast test", run: fixture.description(tokens: { $0 == "beta-1" ? hash : "ids of \($0)" }),
      tasks: fixture.facts, scores: scores, familyMargin: 0.10)
    let reference = ComparisonRun(baseline, file: "base.json")
    func notes(
      _ hashes: [String: String], blocks: Range<Int> = 0..<16, tokenizer: String = "padded"
    ) throws -> [Note.Severity] {
      let asked = scores.filter { blocks.contains($0.block) }
      let side = fixture.run(asked, tokenizer: tokenizer, tokens: requests(hashes))
      let (there, back) = (try pair(reference, side).notes, try pair(side, reference).notes)
      #expect(there == back)
      return there.map(\.severity)
    }
    #expect(try notes(["a": "1", "b": "2"]) == [.note])
    #expect(try notes(["a": "1", "b": "2"], tokenizer: "tok") == [])
    #expect(throws: InputError.self) { try notes(["a": "1", "b": "3"]) }
    #expect(try notes(["a": "1"], blocks: 0..<4) == [.warning])
    #expect(try notes(["a": "1"], blocks: 0..<4, tokenizer: "tok") == [])
  }

  @Test("another storage or numeric version and a run that was stopped are warnings")
  func warnings() throws {
    let other = fixture.run(scores, storage: "q4_1", numerics: "2", isFinished: false)
    #expect(
      try pair(fixture.run(scores), other).notes == [
        Note(.warning, "storage differs: reference bf16, other q4_1"),
        Note(.warning, "numerics differ: reference 1, other 2"),
        Note(.warning, "run r is not finished: what it has so far is compared"),
      ])
  }
}
