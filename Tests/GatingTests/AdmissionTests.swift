import Gating
import Suites
import Testing

@Suite("Admission")
struct AdmissionTests {
  struct Cases: Decodable {
    struct Case: Decodable {
      let label: String
      let chance, lower_bound_above_chance, lower_bound_of_gain: Double
      let exact_match: [String: String]
      let admitted: Bool
    }
    let admission: [Case]
  }

  private func admit(_ scores: [ItemScore], chance: Double = 0.05) throws -> TaskAdmission {
    let run = RunDescription(
      model: ModelDescription(name: "m", weights: "w", tokenizer: "t", configuration: "c", storage: "f32"),
      numerics: "1", scoring: 1, bos: "none", suite: Fixture.suite, draws: 1, tokenHashes: ["t": "ids"])
    let baseline = try Baseline(
      createdBy: "test", run: run, tasks: [TaskFacts(task: "t", family: "f", chance: chance)], scores: scores,
      familyMargin: 0.10)
    return try #require(baseline.admission.first)
  }

  private func scores(_ byShots: [Int: String]) -> [ItemScore] {
    byShots.flatMap { k, answers in
      answers.enumerated().map { score("t", item: "i\($0)", block: $0 / 8, k: k, isRight: $1 == "1") }
    }
  }

  @Test("the lower bounds of b - c and of the gain are statsmodels'; that of the gain decides")
  func goldens() throws {
    for golden in try Goldens.load("gates", as: Cases.self).admission {
      let byShots = golden.exact_match.reduce(into: [Int: String]()) { $0[Int($1.key) ?? -1] = $1.value }
      let task = try admit(scores(byShots), chance: golden.chance)
      #expect(isClose(task.lowerBoundAboveChance, golden.lower_bound_above_chance), "\(golden.label)")
      #expect(isClose(task.lowerBoundOfGain, golden.lower_bound_of_gain), "\(golden.label)")
      let blocks = (golden.exact_match["0"] ?? "").count / 8
      let admitted = golden.lower_bound_of_gain >= 0.20 && blocks >= 4
      #expect(task.admitted == admitted, "\(golden.label)")
      #expect((task.reason == nil) == admitted, "\(golden.label)")
    }
  }

  @Test("a task without zero-shot, without demonstrations or with one block is not admitted, and says why")
  func reasons() throws {
    let right = String(repeating: "1", count: 16)
    #expect(try admit(scores([1: right])).reason == "it is never asked without demonstrations")
    #expect(try admit(scores([0: right])).reason == "it is never asked with demonstrations")
    #expect(try admit(scores([0: "00000000", 1: "11111111"])).reason == "fewer than two blocks")
    let weak = try admit(scores([0: String(repeating: "0", count: 64), 4: String(repeating: "0", count: 64)]))
    #expect(weak.reason?.hasPrefix("base gains 0.0 points over zero-shot (lower bound") == true)
    let early = try admit(scores([0: String(repeating: "1", count: 64), 4: String(repeating: "1", count: 64)]))
    #expect(early.reason?.hasPrefix("base gains 0.0 points over zero-shot") == true)
    #expect(early.means == [0: 1, 4: 1])
    let few = try admit(scores([0: String(repeating: "0", count: 24), 4: String(repeating: "1", count: 24)]))
    #expect(few.reason == "3 blocks, 4 needed")
    // Labels that nobody writes without demonstrations: half of them right is an ability that may be lost.
    let labels = try admit(
      scores([0: String(repeating: "0", count: 64), 4: String(repeating: "01", count: 32)]), chance: 0.5)
    #expect(labels.admitted)
  }
}
