import Checkpoints
import Foundation
import Transformer

/// What transformers' greedy `generate` gave after a prompt: Goldens/generation/make_goldens.py made them.
struct GreedyGolden: Decodable {
  let model: String
  let prompt: [Int32]
  let tokens: [Int32]
  /// The least distance between the two highest logits along the way.
  let margin: Float

  static func all() throws -> [GreedyGolden] {
    let url = LogitsGolden.folder.appendingPathComponent("generation/greedy.json")
    return try JSONDecoder().decode([GreedyGolden].self, from: Data(contentsOf: url))
  }
}

/// Prompts of different lengths, some across the tiles of 64 keys.
func generationPrompts() throws -> [[Int32]] {
  try GreedyGolden.all().filter { $0.model == "llama-tied" }.map(\.prompt)
}

/// The tiny model and its adapter 0.
func adaptedDecoder(threads: Int) throws -> Decoder {
  let checkpoint = try tiny("llama-tied")
  let path = LogitsGolden.folder.appendingPathComponent("adapters/plain").path
  return try Decoder(checkpoint, adapters: [try Adapter.open(path, on: checkpoint)], threads: threads)
}
