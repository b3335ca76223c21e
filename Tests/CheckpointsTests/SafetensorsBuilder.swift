import Foundation

/// A safetensors file in bytes. Values are F32 unless `dtype` says otherwise.
struct SafetensorsBuilder {
  struct Entry {
    var name: String
    var dtype = "F32"
    var shape: [Int]
    var data: [UInt8]
    /// Other offsets than the true ones.
    var offsets: [Int]?
  }

  var entries: [Entry] = []
  /// Another header than the one that describes the entries.
  var header: String?
  var headerLength: UInt64?
  /// Bytes after the last tensor.
  var tail: [UInt8] = []

  mutating func add(_ name: String, _ shape: [Int], _ values: [Float]? = nil, dtype: String = "F32") {
    let count = shape.reduce(1, *)
    let floats = values ?? (0..<count).map { Float($0 % 7) * 0.25 - 0.5 }
    let data = dtype == "F32" ? littleEndian(floats) : floats.flatMap { littleEndian(Float16($0).bitPattern) }
    entries.append(Entry(name: name, dtype: dtype, shape: shape, data: data))
  }

  var bytes: [UInt8] {
    var parts = ["\"__metadata__\":{\"format\":\"pt\"}"]
    var position = 0
    for entry in entries {
      let offsets = entry.offsets ?? [position, position + entry.data.count]
      position += entry.data.count
      parts.append(
        "\"\(entry.name)\":{\"dtype\":\"\(entry.dtype)\",\"shape\":\(entry.shape),\"data_offsets\":\(offsets)}")
    }
    let text = Array((header ?? "{\(parts.joined(separator: ","))}").utf8)
    return littleEndian(headerLength ?? UInt64(text.count)) + text + entries.flatMap(\.data) + tail
  }

  /// The tensors of a llama of one layer, as in `GGUFBuilder.tinyLlama`.
  static var tinyLlama: SafetensorsBuilder {
    var builder = SafetensorsBuilder()
    let block = "model.layers.0."
    let shapes: [(String, [Int])] = [
      ("model.embed_tokens", [10, 8]), (block + "input_layernorm", [8]), (block + "self_attn.q_proj", [8, 8]),
      (block + "self_attn.k_proj", [4, 8]), (block + "self_attn.v_proj", [4, 8]),
      (block + "self_attn.o_proj", [8, 8]), (block + "post_attention_layernorm", [8]),
      (block + "mlp.gate_proj", [12, 8]), (block + "mlp.up_proj", [12, 8]), (block + "mlp.down_proj", [8, 12]),
      ("model.norm", [8]),
    ]
    for (name, shape) in shapes { builder.add("\(name).weight", shape) }
    return builder
  }

  /// LoRA of rank 2 on q and v of the tiny llama.
  static var tinyAdapter: SafetensorsBuilder {
    var builder = SafetensorsBuilder()
    for (module, out) in [("q_proj", 8), ("v_proj", 4)] {
      let path = "base_model.model.model.layers.0.self_attn.\(module)"
      builder.add("\(path).lora_A.weight", [2, 8])
      builder.add("\(path).lora_B.weight", [out, 2])
    }
    return builder
  }
}

/// In place of a value: the key is to be left out.
let absent = "(absent)"

/// JSON text of a dictionary of JSON texts, with some replaced or left out.
func json(_ base: [String: String], _ changes: [String: String] = [:]) -> String {
  let members = base.merging(changes) { $1 }.filter { $0.value != absent }
  return "{" + members.sorted { $0.key < $1.key }.map { "\"\($0.key)\": \($0.value)" }.joined(separator: ", ") + "}"
}

let tinyConfiguration = [
  "model_type": "\"llama\"", "hidden_size": "8", "intermediate_size": "12", "num_hidden_layers": "1",
  "num_attention_heads": "2", "num_key_value_heads": "1", "vocab_size": "10", "max_position_embeddings": "64",
  "rms_norm_eps": "1e-05", "rope_theta": "10000.0", "tie_word_embeddings": "true", "hidden_act": "\"silu\"",
  "bos_token_id": "1", "eos_token_id": "2",
]

let tinyAdapterConfiguration = [
  "peft_type": "\"LORA\"", "r": "2", "lora_alpha": "4", "target_modules": "[\"q_proj\", \"v_proj\"]",
  "bias": "\"none\"", "init_lora_weights": "true", "lora_dropout": "0.05", "megatron_core": "\"megatron.core\"",
  "base_model_name_or_path": "\"some/base\"", "use_dora": "false", "modules_to_save": "null", "rank_pattern": "{}",
]

extension TemporaryFolder {
  /// A folder with a whole tiny model.
  static func tinyModel(
    weights: SafetensorsBuilder = .tinyLlama, _ changes: [String: String] = [:]
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", json(tinyConfiguration, changes))
    try folder.write("model.safetensors", weights.bytes)
    try folder.write("tokenizer.json", "{}")
    return folder
  }

  /// A folder with an adapter for the tiny model.
  static func tinyAdapter(
    weights: SafetensorsBuilder = .tinyAdapter, _ changes: [String: String] = [:]
  ) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("adapter_config.json", json(tinyAdapterConfiguration, changes))
    try folder.write("adapter_model.safetensors", weights.bytes)
    return folder
  }
}
