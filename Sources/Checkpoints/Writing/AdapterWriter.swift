import Diagnostics
import Foundation
import Reading

/// Writes a LoRA adapter as PEFT saves one: adapter_model.safetensors in fp32 and adapter_config.json, bias none.
package struct AdapterWriter: Sendable {
  private let model: ModelConfiguration
  private let rank: Int
  private let alpha: Double
  private let dropout: Double
  private let usesRankStabilisedScale: Bool
  private let modules: [String]
  private let baseName: String

  /// - Parameters:
  ///   - base: the model that the adapter is for.
  ///   - rank: `r`, the rows of every A and the columns of every B.
  ///   - alpha: `lora_alpha`; the product is scaled by alpha / r, or by alpha / sqrt(r) where rank-stabilised.
  ///   - dropout: `lora_dropout`, what the adapter was trained with.
  ///   - modules: the adapted modules' paths below a block, such as "self_attn.q_proj".
  ///   - baseName: `base_model_name_or_path`, for people and for PEFT's `AutoPeftModel`.
  package init(
    base model: ModelConfiguration, rank: Int, alpha: Double, dropout: Double, usesRankStabilisedScale: Bool,
    modules: [String], baseName: String
  ) {
    self.model = model
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.usesRankStabilisedScale = usesRankStabilisedScale
    self.modules = modules.sorted()
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
    let base = model.decoder
    let name =
      model.isPartOfMultimodal
      ? tensor.name.replacing(".model.model.", with: ".model.model.language_model.") : tensor.name
    let byHead = base.names.modules.filter { $0.storage == .byHead }.map { ".\($0.path).lora_B.weight" }
    guard tensor.shape.count == 2, byHead.contains(where: tensor.name.hasSuffix) else {
      return (name, tensor.shape, tensor.values)
    }
    let (rows, columns) = (tensor.shape[0], tensor.shape[1])
    var values = tensor.values
    for row in 0..<rows {
      let to = storedRowByHead(row, of: rows, headDimension: base.headDimension) * columns
      for column in 0..<columns { values[to + column] = tensor.values[row * columns + column] }
    }
    return (name, tensor.shape, values)
  }

  /// A module's last name where every module of that name is adapted, else the path: `c_proj` of GPT-2 is in both parts of a block.
  private var targetModules: JSONValue {
    func lastName(_ path: String) -> String { String(path.split(separator: ".").last ?? "") }
    let others = Set(model.decoder.linearModules.map(\.module.path)).subtracting(modules).map(lastName)
    let names = Set(modules.map { others.contains(lastName($0)) ? $0 : lastName($0) }).sorted()
    // The vision model beside it has modules of the same names.
    guard model.isPartOfMultimodal else { return .array(names.map(JSONValue.string)) }
    return .string(".*language_model.*\\.(\(names.map { $0.replacing(".", with: "\\.") }.joined(separator: "|")))")
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
      "fan_in_fan_out": .bool(model.decoder.names.modules.contains { $0.storage == .transposed }),
      "inference_mode": true,
      "lora_alpha": alpha, "lora_dropout": .number(dropout), "peft_type": "LORA", "r": .integer(rank),
      "target_modules": targetModules, "task_type": "CAUSAL_LM", "use_dora": false,
      "use_rslora": .bool(usesRankStabilisedScale),
    ]
    return Data(JSONText.document(fields))
  }
}
