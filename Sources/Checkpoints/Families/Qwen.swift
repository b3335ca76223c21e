import Reading

extension ModelFamily {
  /// Qwen 1.5, 2 and 2.5: llama with biases on q, k and v.
  static let qwen2 = ModelFamily("qwen2", "Qwen2ForCausalLM", gguf: GGUFLayout("qwen2")) { json in
    var spec = try DecoderSpec(json, qwenFields)
    spec.names.modules = WeightNames.separate(queryKeyValueBias: true)
    try spec.setQwenWindows(json)
    return spec
  }

  /// Qwen 3: a norm over each head of q and k, no biases.
  static let qwen3 = ModelFamily(
    "qwen3", "Qwen3ForCausalLM",
    gguf: GGUFLayout("qwen3").with {
      $0.rename(["attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"])
    }
  ) { json in
    var fields = qwenFields
    fields.defaults["head_dim"] = 128
    var spec = try DecoderSpec(json, fields)
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    spec.queryKeyNorm = .head
    spec.names.queryNorm = "self_attn.q_norm"
    spec.names.keyNorm = "self_attn.k_norm"
    try spec.setQwenWindows(json)
    return spec
  }

  private static let qwenFields = CommonFields(
    defaults: ["num_key_value_heads": 32, "max_position_embeddings": 32_768])
}

extension DecoderSpec {
  /// A window counts only where `use_sliding_window` is true: the one that is left in most files does not.
  fileprivate mutating func setQwenWindows(_ json: JSONFile) throws {
    guard try json.bool("use_sliding_window") ?? false else {
      try setWindows(json, window: nil) { _ in false }
      return
    }
    let first = try json.integer("max_window_layers") ?? 28
    let window = try json.members["sliding_window"] == nil ? 4096 : json.integer("sliding_window")
    try setWindows(json, window: window) { window != nil && $0 >= first }
  }
}
