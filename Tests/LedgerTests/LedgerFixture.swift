import Foundation
import Ledger
import Suites

/// A folder in the temporary directory, removed with the value.
final class TemporaryFolder: Sendable {
  let path = FileManager.default.temporaryDirectory.appendingPathComponent("ledger-\(UUID().uuidString)").path

  init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  var ledger: String { "\(path)/ledger.sqlite" }
}

func modelRecord(
  _ id: String = "model-a", name: String = "a", path: String = "/models/a", configuration: String = "c"
) -> ModelRecord {
  ModelRecord(
    id: id, name: name, path: path, weights: "w", tokenizer: "t", configuration: configuration, adapter: nil,
    format: "gguf", storage: "q4_1")
}

func plan(_ model: String = "model-a", share: String = "1/1") -> RunPlan {
  RunPlan(
    model: model, suite: "made", suiteHash: "s", promptHash: "p", numerics: "numerics 1", share: share, draws: 1)
}

extension Ledger {
  func begin(_ plan: RunPlan) throws -> Run { try beginRun(plan, command: "run", kernel: "avx2", threads: 2) }
}

/// A block of `items` items at k 0 and 4, each with a gold answer and another choice.
func requestBlock(_ task: String = "task", block: Int, items: Int = 8) -> RequestBlock {
  let choices: [(Role, String)] = [(.gold, " yes"), (.choice(1), " no")]
  let observations = [0, 4].flatMap { k in
    (0..<items).flatMap { item in
      choices.map { role, answer in
        Observation(
          task: task, family: "made", item: "item-\(block)-\(item)", block: block, k: k, draw: 0, condition: .gold,
          role: role,
          request: Request(
            context: "\(task) \(block) \(item) at \(k)", continuation: answer,
            exactMatch: role == .gold ? ExactMatchRule(accepted: ["yes"], stop: "\n") : nil))
      }
    }
  }
  return RequestBlock(task: task, block: block, draw: 0, observations: observations)
}

/// A score for every request of a block, each different, with digits that no decimal rounding would keep.
func scores(_ block: RequestBlock, shift: Double = 0) -> [String: Score] {
  var scores: [String: Score] = [:]
  for (index, observation) in block.observations.enumerated() {
    let isGold = observation.role == .gold
    scores[observation.request.id] = Score(
      logprob: -Double(index + 1) / 3 - shift, isGreedy: isGold, terminatorLogprob: isGold ? -1.0 / 7 : nil,
      tokenCount: 2, contextTokenCount: 30 + index, tokenHash: "hash \(index)",
      exactMatch: isGold ? index % 4 == 0 : nil, tokens: [Int32.max, -Int32(index)])
  }
  return scores
}
