import Diagnostics
import Foundation
import Gating
import Suites
import Testing

/// SplitMix64: random scores that are the same on every run.
struct Seeded: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}

/// A synthetic suite: tasks in families, blocks of eight, asked at k = 0, 1 and 4.
struct Fixture {
  var families = ["alpha": 2, "beta": 2, "gamma": 2, "delta": 2]
  var blocks = 16
  let shots = [0, 1, 4]

  var facts: [TaskFacts] {
    families.sorted { $0.key < $1.key }.flatMap { family, count in
      (0..<count).map { TaskFacts(task: "\(family)-\($0)", family: family, chance: 0.05) }
    }
  }

  /// Scores with the given chance of a right answer at k = 0 and above it.
  func scores(
    zeroShot: Double = 0.05, fewShot: Double = 0.8, random: inout some RandomNumberGenerator,
    blocks asked: Range<Int>? = nil, tasks: (TaskFacts) -> Bool = { _ in true }
  ) -> [ItemScore] {
    facts.filter(tasks).flatMap { task in
      (asked ?? 0..<blocks).flatMap { block in
        (0..<8).flatMap { item in
          shots.map { k in
            let isRight = Double.random(in: 0..<1, using: &random) < (k == 0 ? zeroShot : fewShot)
            return score(task.task, item: "item-\(block)-\(item)", block: block, k: k, isRight: isRight)
          }
        }
      }
    }
  }

  /// The model of `description(model:)` that a baseline is made of.
  func baseline(_ scores: [ItemScore]) throws -> Baseline {
    try Baseline(createdBy: "holdfast test", run: description(), tasks: facts, scores: scores, familyMargin: 0.10)
  }

  func description(
    storage: String = "bf16", tokenizer: String = "tok", numerics: String = "1", scoring: Int = 1, bos: String = "none",
    suite: SuiteIdentity? = nil, draws: Int = 1, tokens: (String) -> String? = { "ids of \($0)" }
  ) -> RunDescription {
    var hashes: [String: String] = [:]
    for task in facts { hashes[task.task] = tokens(task.task) }
    return RunDescription(
      model: ModelDescription(
        name: "tiny", weights: "w", tokenizer: tokenizer, configuration: "c", storage: storage),
      numerics: numerics, scoring: scoring, bos: bos, suite: suite ?? Self.suite, draws: draws, tokenHashes: hashes)
  }

  static let suite = SuiteIdentity(name: "core", version: 1, seed: 17, hash: "5a5a", promptHash: "9b9b")
}

extension GateSettings {
  /// The drop overall and by family, and nothing else.
  static let drops = GateSettings(
    maxDrop: RuleLimits(overall: 0.05, family: 0.10), maxDropLargestK: .off, maxErrorRatio: .off, minRetention: .off)
  /// The same, and what demonstrations give.
  static let dropsAndRetention = GateSettings(
    maxDrop: RuleLimits(overall: 0.05, family: 0.10), maxDropLargestK: .off, maxErrorRatio: .off)
}

/// A gold score under draw 0.
func score(
  _ task: String, item: String, block: Int, k: Int, isRight: Bool, logprob: Double? = nil, choice: Bool? = nil
) -> ItemScore {
  ItemScore(
    task: task, item: item, block: block, k: k, draw: 0, condition: .gold, exactMatch: isRight,
    logprob: logprob ?? (isRight ? -0.25 : -2.5), choiceCorrect: choice)
}

/// The goldens that `Scripts/goldens/make_statistics_goldens.py` made with scipy and statsmodels.
enum Goldens {
  static func load<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .appendingPathComponent("Goldens/statistics")
    return try JSONDecoder().decode(type, from: Data(contentsOf: folder.appendingPathComponent("\(name).json")))
  }
}

/// |a - b| ≤ 1e-10.
func isClose(_ actual: Double?, _ expected: Double) -> Bool {
  actual.map { abs($0 - expected) <= 1e-10 } ?? false
}

/// A new empty folder that is removed afterwards.
func withFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The reason that `body` gives for not judging, or nil where it does not refuse.
func refusal(_ body: () throws -> some Any) throws -> String? {
  do {
    _ = try body()
    return nil
  } catch let error as NotGateable {
    return error.reason
  }
}
