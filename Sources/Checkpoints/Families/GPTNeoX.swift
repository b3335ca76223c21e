import Reading

extension ModelFamily {
  /// GPT-NeoX and Pythia: LayerNorm, attention and MLP in parallel after a norm each, q, k and v fused head by head.
  static let gptNeoX = ModelFamily(
    "gpt_neox", "GPTNeoXForCausalLM",
    gguf: GGUFLayout("gptneox").with {
      $0.block = [
        "attn_norm": "input_layernorm", "attn_qkv": "attention.query_key_value", "attn_output": "attention.dense",
        "ffn_norm": "post_attention_layernorm", "ffn_up": "mlp.dense_h_to_4h", "ffn_down": "mlp.dense_4h_to_h",
      ]
      $0.model = [
        "token_embd": "gpt_neox.embed_in", "output_norm": "gpt_neox.final_layer_norm", "output": "embed_out",
      ]
      $0.epsilon = "layer_norm_eps"
      $0.partialRotary = "rotary_pct"
      $0.fields["rope.freq_base"] = "rotary_emb_base"
      $0.fields["use_parallel_residual"] = "use_parallel_residual"
    },
    defaultTargets: ["query_key_value"],
    buffers: [".attention.bias", ".attention.masked_bias", ".rotary_emb.inv_freq"]
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        keys: ["partial_rotary_factor": "rotary_pct", "rope_theta": "rotary_emb_base"],
        epsilon: ("layer_norm_eps", 1e-5), norm: .layer,
        partialRotary: 0.25, activation: ("hidden_act", .gelu)))
    spec.norm.hasBias = true
    spec.isParallel = try json.bool("use_parallel_residual") ?? true
    let bias = try json.bool("attention_bias") ?? true
    spec.names = WeightNames(
      embedding: "gpt_neox.embed_in", finalNorm: "gpt_neox.final_layer_norm", head: "embed_out",
      block: "gpt_neox.layers.{layer}",
      modules: [
        LinearModule("attention.query_key_value", [.query, .key, .value], hasBias: bias, storage: .byHead),
        LinearModule("attention.dense", [.attentionOutput], hasBias: bias),
        LinearModule("mlp.dense_h_to_4h", [.up], hasBias: true),
        LinearModule("mlp.dense_4h_to_h", [.down], hasBias: true),
      ])
    return spec
  }
}
