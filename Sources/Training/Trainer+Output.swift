import Checkpoints
import Foundation
import Transformer

extension Trainer {
  /// Writes what was trained: a PEFT adapter, or a whole Hugging Face folder. The folder must not exist yet, or be empty.
  ///
  /// - Parameter baseName: what an adapter calls its base model.
  /// - Throws: `InputError` where the folder cannot be written; nothing half-written stays.
  package func write(to folder: String, baseName: String) throws {
    let parameters = decoder.parameters
    if let lowRank = decoder.lowRank {
      let writer = AdapterWriter(
        rank: lowRank.rank, alpha: lowRank.alpha, dropout: lowRank.dropout,
        usesRankStabilisedScale: lowRank.usesRankStabilisedScale, targetModules: targetModules, baseName: baseName)
      let tensors = parameters.trained.map { (slot, _) in
        (name: slot.name, shape: slot.shape, values: parameters.copy(slot.name) ?? [])
      }
      return try writer.write(tensors, to: folder)
    }
    let writer = try ModelWriter(
      configuration: checkpoint.configuration, tokenizer: checkpoint.tokenizer,
      type: recipe.precision == .bf16 ? .bf16 : .f32)
    let tensors = parameters.slots.map { slot in
      (name: slot.name, shape: slot.shape, values: UnsafePointer(parameters.values.pointer + slot.offset))
    }
    try writer.write(tensors, to: folder)
  }

  /// The adapted modules' last names, such as `q_proj`.
  private var targetModules: [String] {
    (decoder.lowRank?.projections ?? []).compactMap { projection in
      decoder.spec.name(of: projection, layer: 0).split(separator: ".").dropLast().last.map(String.init)
    }.sorted()
  }
}
