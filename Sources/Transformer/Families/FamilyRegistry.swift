import Checkpoints
import Diagnostics

/// Every family the engine runs: its `model_type` and how its configuration becomes a spec.
package let families: [String: @Sendable (ModelConfiguration) throws -> DecoderSpec] = [
  "llama": llamaSpec
]

extension DecoderSpec {
  /// The spec of a checkpoint's decoder.
  ///
  /// - Throws: `InputError` where the family is unknown or the configuration contradicts itself.
  package init(_ checkpoint: Checkpoint) throws {
    let configuration = checkpoint.configuration
    guard let family = families[configuration.modelType] else {
      throw InputError(
        checkpoint.path, field: "model_type", "'\(configuration.modelType)' is not supported",
        remedy: "supported: \(families.keys.sorted().joined(separator: ", "))")
    }
    self = try family(configuration)
    try check(checkpoint.path)
  }

  /// Refuses shapes that no decoder can have, before anything is allocated by them.
  private func check(_ path: String) throws {
    let positive = [
      ("hidden_size", hiddenSize), ("intermediate_size", intermediateSize), ("num_hidden_layers", layerCount),
      ("num_attention_heads", headCount), ("num_key_value_heads", keyValueHeadCount), ("head_dim", headDimension),
      ("vocab_size", vocabularySize), ("max_position_embeddings", contextLength),
    ]
    for (field, value) in positive where value < 1 || value > 1 << 28 {
      throw InputError(
        path, field: field, "\(value) is not a possible size", remedy: "check the checkpoint's configuration")
    }
    guard headCount % keyValueHeadCount == 0 else {
      throw InputError(
        path, field: "num_key_value_heads",
        "\(headCount) heads cannot share \(keyValueHeadCount) key-value heads evenly",
        remedy: "check the checkpoint's configuration")
    }
    guard headDimension % 2 == 0, inverseFrequencies.count == headDimension / 2 else {
      throw InputError(
        path, field: "head_dim", "\(headDimension) with \(inverseFrequencies.count) rotary frequencies",
        remedy: "the head dimension must be even, with one frequency a pair")
    }
  }
}
