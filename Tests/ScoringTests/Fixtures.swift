import Checkpoints
import Foundation
import Scoring
import Suites

/// The repository's root and what tests find below it.
enum Repository {
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()
  static let goldens = root.appendingPathComponent("Tests/Goldens")

  /// SmolLM2 and Gemma 3 as `holdfast fetch` leaves them; nil where they have not been fetched.
  static var smolLM2: String? { fetched("smollm2-135m-instruct.gguf") }
  static var gemma3: String? { fetched("gemma-3-270m.gguf") }

  private static func fetched(_ name: String) -> String? {
    let folder = ProcessInfo.processInfo.environment["HOLDFAST_MODELS"].map { URL(fileURLWithPath: $0) }
    let file = (folder ?? root.appendingPathComponent("models")).appendingPathComponent(name)
    return FileManager.default.fileExists(atPath: file.path) ? file.path : nil
  }
}

func tinyModel(_ name: String = "llama-tied", threads: Int = 2) throws -> LoadedModel {
  let path = Repository.goldens.appendingPathComponent("checkpoints/\(name)").path
  return try LoadedModel(try Checkpoint.open(path), threads: threads)
}

/// The tiny model with a tokenizer that puts EOS behind every text.
///
/// - Parameter folder: is made, and holds the model's files for as long as it is asked.
func modelThatAppendsEOS(in folder: URL) throws -> LoadedModel {
  try FileManager.default.copyItem(at: Repository.goldens.appendingPathComponent("checkpoints/llama-tied"), to: folder)
  let file = folder.appendingPathComponent("tokenizer.json")
  var document = try JSONSerialization.jsonObject(with: Data(contentsOf: file)) as? [String: Any] ?? [:]
  let added = document["added_tokens"] as? [[String: Any]] ?? []
  let id = try tinyModel().tokenizer.eosTokenID ?? 0
  let name = added.first { $0["id"] as? Int == Int(id) }?["content"] as? String ?? ""
  document["post_processor"] = [
    "type": "TemplateProcessing", "pair": [Any](),
    "single": [["Sequence": ["id": "A", "type_id": 0]], ["SpecialToken": ["id": name, "type_id": 0]]],
    "special_tokens": [name: ["id": name, "ids": [Int(id)], "tokens": [name]]],
  ]
  try JSONSerialization.data(withJSONObject: document).write(to: file)
  return try LoadedModel(try Checkpoint.open(folder.path), threads: 2)
}

/// Seeded numbers, the same on every machine.
struct Numbers {
  private var state: SplitMix64

  init(seed: UInt64) { state = SplitMix64(seed: seed) }

  mutating func below(_ bound: Int) -> Int { state.below(bound) }

  mutating func pick<Element>(_ elements: [Element]) -> Element { elements[below(elements.count)] }
}

/// Few-shot prompts of random words that share prefixes of random lengths, as suites do.
func randomRequests(_ count: Int, seed: UInt64, rules: Bool = true) -> [Request] {
  var random = Numbers(seed: seed)
  let words = [
    "the", "quick", "brown", "fox", "jumps", "over", "a", "lazy", "dog", "and", "runs", "7", "x", "naïve", "été",
  ]
  func phrase(_ most: Int) -> String { (0...random.below(most)).map { _ in random.pick(words) }.joined(separator: " ") }
  let shots = (0..<8).map { _ in "Q: \(phrase(5))\nA: \(phrase(2))\n\n" }
  return (0..<count).map { _ in
    let context = shots.prefix(random.below(shots.count)).joined() + "Q: \(phrase(6))\nA:"
    let answer = phrase(3)
    return Request(
      context: context, continuation: " " + answer,
      exactMatch: rules && random.below(3) > 0 ? ExactMatchRule(accepted: [answer], stop: "\n") : nil)
  }
}
