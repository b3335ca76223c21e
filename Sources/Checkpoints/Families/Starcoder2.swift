import Reading

extension ModelFamily {
  /// StarCoder 2: LayerNorm, a plain MLP, biases on all maps.
  static let starcoder2 = ModelFamily(
    "starcoder2", "Starcoder2ForCausalLM",
    gguf: GGUFLayout("starcoder2").with {
      $0.rename(["ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj"])
      $0.epsilon = "norm_epsilon"
    }
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["num_key_value_heads": 2, "max_position_embeddings": 4096], epsilon: ("norm_epsilon", 1e-5),
        norm: .layer, tiesEmbeddings: true, activation: ("hidden_act", .geluTanh)))
    spec.norm.hasBias = true
    let bias = try json.bool("use_bias") ?? true
    spec.names.modules = [
      LinearModule("self_attn.q_proj", [.query], hasBias: bias),
      LinearModule("self_attn.k_proj", [.key], hasBias: bias),
      LinearModule("self_attn.v_proj", [.value], hasBias: bias),
      LinearModule("self_attn.o_proj", [.attentionOutput], hasBias: bias),
      LinearModule("mlp.c_fc", [.up], hasBias: bias), LinearModule("mlp.c_proj", [.down], hasBias: bias),
    ]
    try spec.setWindows(json, window: json.integer("sliding_window")) { _ in true }
    return spec
  }
}
