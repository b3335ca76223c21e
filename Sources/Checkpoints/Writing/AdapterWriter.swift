import Diagnostics
import Foundation
import Reading

/// Writes a LoRA adapter as PEFT saves one: adapter_model.safetensors in fp32 and adapter_config.json, bias none.
package struct AdapterWriter: Sendable {
  private let base: DecoderSpec
  private let rank: Int
  private let alpha: Double
  private let dropout: Double
  private let usesRankStabilisedScale: Bool
  private let targetModules: [String]
  private let baseName: String

  /// - Parameters:
  ///   - base: the model that the adapter is for.
  ///   - rank: `r`, the rows of every A and the columns of every B.
  ///   - alpha: `lora_alpha`; the product is scaled by alpha / r, or by alpha / sqrt(r) where rank-stabilised.
  ///   - dropout: `lora_dropout`, what the adapter was trained with.
  ///   - targetModules: names or paths of the adapted modules, as in PEFT.
  ///   - baseName: `base_model_name_or_path`, for people and for PEFT's `AutoPeftModel`.
  package init(
    base: DecoderSpec, rank: Int, alpha: Double, dropout: Double, usesRankStabilisedScale: Bool,
    targetModules: [String], baseName: String
  ) {
    self.base = base
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.usesRankStabilisedScale = usesRankStabilisedScale
    self.targetModules = targetModules
    self.baseName = baseName
  }

  /// Writes the adapter to a folder that does not exist yet, or an empty one; it is there whole or not at all.
  ///
  /// - Parameter tensors: names as in the file, such as `base_model.model.model.layers.0.self_attn.q_proj.lora_A.weight`, A of shape
  ///   [r, in] and B of [out, r]; values row-major.
  /// - Throws: `InputError` where the folder has something in it or cannot be written.
  package func write(_ tensors: [(name: String, shape: [Int], values: [Float])], to folder: String) throws {
    try StagedFolder.write(to: folder) { try writeFiles(tensors, into: $0) }
  }

  /// Writes the adapter's two files into a folder that is there, such as one that `StagedFolder` is filling.
  package func writeFiles(_ tensors: [(name: String, shape: [Int], values: [Float])], into folder: URL) throws {
    try SafetensorsOutput(type: .f32).write(
      tensors.map(stored), to: folder.appendingPathComponent("adapter_model.safetensors"))
    // The configuration comes last: a folder without it is no adapter.
    try StagedFolder.write(try configuration(), as: "adapter_config.json", in: folder)
  }

  /// The rows of a B as the module's weight has them in the file.
  private func stored(
    _ tensor: (name: String, shape: [Int], values: [Float])
  ) -> (name: String, shape: [Int], values: [Float]) {
    let byHead = base.names.modules.filter { $0.storage == .byHead }.map { ".\($0.path).lora_B.weight" }
    guard tensor.shape.count == 2, byHead.contains(where: tensor.name.hasSuffix) else { return tensor }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    var values = tensor.values
    for row in 0..<rows {
      let to = storedRowByHead(row, of: rows, headDimension: base.headDimension) * columns
      for column in 0..<columns { values[to + column] = tensor.values[row * columns + column] }
    }
    return (tensor.name, tensor.shape, values)
  }

  private func configuration() throws -> Data {
    guard alpha.isFinite, dropout.isFinite else {
      throw InputError(
        "adapter_config.json", field: "lora_alpha, lora_dropout", "are not finite", remedy: "correct the recipe")
    }
    // PEFT writes a whole alpha as an integer.
    let alpha = Int(exactly: alpha).map(JSONValue.integer) ?? .number(alpha)
    let fields: JSONValue = [
      "base_model_name_or_path": .string(baseName), "bias": "none",
      "fan_in_fan_out": .bool(base.names.modules.contains { $0.storage == .transposed }), "inference_mode": true,
      "lora_alpha": alpha, "lora_dropout": .number(dropout), "peft_type": "LORA", "r": .integer(rank),
      "target_modules": .array(targetModules.map(JSONValue.string)), "task_type": "CAUSAL_LM", "use_dora": false,
      "use_rslora": .bool(usesRankStabilisedScale),
    ]
    return Data(JSONText.document(fields))
  }
}
