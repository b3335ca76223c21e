import Reading

extension ModelFamily {
  /// GPT-2: LayerNorm, learned positions, matrices stored as [inputs, outputs].
  static let gpt2 = ModelFamily(
    "gpt2", "GPT2LMHeadModel",
    gguf: GGUFLayout("gpt2").with {
      $0.block = [
        "attn_norm": "ln_1", "attn_qkv": "attn.c_attn", "attn_output": "attn.c_proj", "ffn_norm": "ln_2",
        "ffn_up": "mlp.c_fc", "ffn_down": "mlp.c_proj",
      ]
      $0.model = [
        "token_embd": "transformer.wte", "position_embd": "transformer.wpe", "output_norm": "transformer.ln_f",
        "output": "lm_head",
      ]
      $0.epsilon = "layer_norm_epsilon"
      $0.implied = { _, _ in [("activation_function", "gelu_new")] }
    },
    defaultTargets: ["c_attn"],
    buffers: [".attn.bias", ".attn.masked_bias"]
  ) { json in
    try json.refuseTrue(["scale_attn_by_inverse_layer_idx"])
    let hidden = try json.integer("n_embd") ?? json.integer("hidden_size") ?? 0
    var keys = [
      "hidden_size": "n_embd", "max_position_embeddings": "n_positions", "num_hidden_layers": "n_layer",
      "num_attention_heads": "n_head", "intermediate_size": "n_inner",
    ]
    // What GGUF metadata are made into, and some exports, has the usual names.
    keys = keys.filter { json.members[$0.key] == nil }
    var spec = try DecoderSpec(
      json,
      CommonFields(
        keys: keys,
        defaults: ["intermediate_size": hidden < 1 << 20 ? 4 * hidden : 0, "max_position_embeddings": 1024],
        epsilon: ("layer_norm_epsilon", 1e-5), norm: .layer, tiesEmbeddings: true,
        activation: ("activation_function", .geluTanh)))
    spec.norm.hasBias = true
    if try json.bool("scale_attn_weights") == false { spec.attentionScale = 1 }
    spec.rotaries = []
    spec.attention = Array(repeating: .init(rotary: nil), count: spec.layerCount)
    spec.learnedPositions = spec.contextLength
    spec.names = WeightNames(
      embedding: "transformer.wte", positions: "transformer.wpe", finalNorm: "transformer.ln_f",
      block: "transformer.h.{layer}", attentionNorm: "ln_1", mlpNorm: "ln_2",
      modules: [
        LinearModule("attn.c_attn", [.query, .key, .value], hasBias: true, storage: .transposed),
        LinearModule("attn.c_proj", [.attentionOutput], hasBias: true, storage: .transposed),
        LinearModule("mlp.c_fc", [.up], hasBias: true, storage: .transposed),
        LinearModule("mlp.c_proj", [.down], hasBias: true, storage: .transposed),
      ])
    return spec
  }
}
