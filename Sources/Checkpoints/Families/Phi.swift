import Diagnostics
import Reading

extension ModelFamily {
  /// Phi 1, 1.5 and 2: attention and a plain MLP in parallel after one LayerNorm, biases everywhere, half of a head rotates.
  static let phi = ModelFamily(
    "phi", "PhiForCausalLM",
    gguf: GGUFLayout("phi2").with {
      $0.rename(["attn_output": "self_attn.dense", "ffn_up": "mlp.fc1", "ffn_down": "mlp.fc2"])
      $0.model["output_norm"] = "model.final_layernorm"
      $0.epsilon = "layer_norm_eps"
      $0.partialRotary = "partial_rotary_factor"
      $0.implied = { _, _ in [("hidden_act", "gelu_new")] }
    },
    defaultTargets: ["q_proj", "v_proj", "fc1", "fc2"]
  ) { json in
    try json.refuseTrue(["qk_layernorm"])
    var spec = try DecoderSpec(
      json,
      CommonFields(
        epsilon: ("layer_norm_eps", 1e-5), norm: .layer, partialRotary: 0.5, activation: ("hidden_act", .geluTanh)))
    spec.norm.hasBias = true
    spec.isParallel = true
    spec.headHasBias = true
    spec.names.finalNorm = "model.final_layernorm"
    spec.names.mlpNorm = spec.names.attentionNorm
    spec.names.modules = [
      LinearModule("self_attn.q_proj", [.query], hasBias: true),
      LinearModule("self_attn.k_proj", [.key], hasBias: true),
      LinearModule("self_attn.v_proj", [.value], hasBias: true),
      LinearModule("self_attn.dense", [.attentionOutput], hasBias: true),
      LinearModule("mlp.fc1", [.up], hasBias: true), LinearModule("mlp.fc2", [.down], hasBias: true),
    ]
    return spec
  }

  /// Phi 3, 3.5, 4 and 4-mini: llama with fused matrices, LongRoPE in the long ones.
  static let phi3 = ModelFamily(
    "phi3", "Phi3ForCausalLM",
    gguf: GGUFLayout("phi3").with {
      $0.rename(["attn_qkv": "self_attn.qkv_proj", "ffn_up": "mlp.gate_up_proj"])
      $0.partialRotary = "partial_rotary_factor"
      $0.fields["attention.sliding_window"] = "sliding_window"
    },
    defaultTargets: ["qkv_proj", "o_proj", "gate_up_proj", "down_proj"]
  ) { json in
    try json.refuseTrue(["attention_bias", "lm_head_bias"])
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["max_position_embeddings": 4096], epsilon: ("rms_norm_eps", 1e-5), partialRotary: 1,
        originalContext: 4096))
    spec.names.modules = [
      LinearModule("self_attn.qkv_proj", [.query, .key, .value]),
      LinearModule("self_attn.o_proj", [.attentionOutput]),
      LinearModule("mlp.gate_up_proj", [.gate, .up]), LinearModule("mlp.down_proj", [.down]),
    ]
    try spec.setWindows(json, window: json.integer("sliding_window")) { _ in true }
    return spec
  }
}
