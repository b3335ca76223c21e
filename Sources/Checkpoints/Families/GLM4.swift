import Reading

extension ModelFamily {
  /// GLM-4 (0414): norms before and after each branch, a fused gate, half of each head rotating in interleaved pairs.
  static let glm4 = ModelFamily(
    "glm4", "Glm4ForCausalLM",
    gguf: GGUFLayout("glm4").with {
      $0.partialRotary = "partial_rotary_factor"
      $0.rename([
        "ffn_up": "mlp.gate_up_proj", "post_attention_norm": "post_self_attn_layernorm",
        "post_ffw_norm": "post_mlp_layernorm",
      ])
    }
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["num_key_value_heads": 2, "head_dim": 128, "max_position_embeddings": 131_072],
        epsilon: ("rms_norm_eps", 1.5625e-7), partialRotary: 0.5, interleavesRotary: true))
    spec.names.attentionOutputNorm = "post_self_attn_layernorm"
    spec.names.mlpOutputNorm = "post_mlp_layernorm"
    let bias = try json.bool("attention_bias") ?? true
    spec.names.modules = [
      LinearModule("self_attn.q_proj", [.query], hasBias: bias),
      LinearModule("self_attn.k_proj", [.key], hasBias: bias),
      LinearModule("self_attn.v_proj", [.value], hasBias: bias),
      LinearModule("self_attn.o_proj", [.attentionOutput]),
      LinearModule("mlp.gate_up_proj", [.gate, .up]), LinearModule("mlp.down_proj", [.down]),
    ]
    return spec
  }
}
