import Reading

extension ModelFamily {
  /// Qwen 1.5 and 2 with experts: qwen2's attention, and beside the experts an MLP for all rows, times a sigmoid of its own.
  static let qwen2MoE = ModelFamily(
    "qwen2_moe", "Qwen2MoeForCausalLM",
    gguf: GGUFLayout("qwen2moe").with {
      $0.setExperts(count: "num_experts", router: "mlp.gate")
      $0.fields["expert_feed_forward_length"] = "moe_intermediate_size"
      $0.fields["expert_shared_feed_forward_length"] = "shared_expert_intermediate_size"
      $0.rename([
        "ffn_gate_inp_shexp": "mlp.shared_expert_gate", "ffn_gate_shexp": "mlp.shared_expert.gate_proj",
        "ffn_up_shexp": "mlp.shared_expert.up_proj", "ffn_down_shexp": "mlp.shared_expert.down_proj",
      ])
      $0.implied = { _, members in [("norm_topk_prob", false), ("qkv_bias", members["attention_bias"] ?? true)] }
    }
  ) { json in
    try json.refuseTrue(["use_sliding_window"])
    var spec = try DecoderSpec(
      json, CommonFields(defaults: ["num_key_value_heads": 16, "max_position_embeddings": 32_768]))
    spec.names.modules = WeightNames.separate(queryKeyValueBias: try json.bool("qkv_bias") ?? true)
    try spec.setWindows(json, window: nil) { _ in false }
    spec.mixture = try json.qwenMixture(spec, experts: 60, chosen: 4, width: 1408)
    let width = try json.integer("shared_expert_intermediate_size") ?? 5632
    guard (1...1 << 22).contains(width) else {
      throw json.error(
        "shared_expert_intermediate_size", "is \(width), expected 1 to \(1 << 22)", remedy: "correct the value")
    }
    spec.mixture?.shared = [
      LinearModule("mlp.shared_expert.gate_proj", [.gate], width: width),
      LinearModule("mlp.shared_expert.up_proj", [.up], width: width),
      LinearModule("mlp.shared_expert.down_proj", [.down], width: width),
      LinearModule("mlp.shared_expert_gate", [.sharedGate]),
    ]
    return spec
  }

  /// Qwen 3 with experts (30B-A3B, 235B-A22B): qwen3's attention, and experts alone.
  static let qwen3MoE = ModelFamily(
    "qwen3_moe", "Qwen3MoeForCausalLM",
    gguf: GGUFLayout("qwen3moe").with {
      $0.setExperts(count: "num_experts", router: "mlp.gate")
      $0.fields["expert_feed_forward_length"] = "moe_intermediate_size"
      $0.rename(["attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"])
      $0.implied = { _, _ in [("norm_topk_prob", true)] }
    }
  ) { json in
    try json.refuseTrue(["use_sliding_window"])
    var spec = try DecoderSpec(
      json, CommonFields(defaults: ["num_key_value_heads": 4, "max_position_embeddings": 32_768]))
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    spec.queryKeyNorm = .head
    spec.names.queryNorm = "self_attn.q_norm"
    spec.names.keyNorm = "self_attn.k_norm"
    spec.mixture = try json.qwenMixture(spec, experts: 128, chosen: 8, width: 768)
    return spec
  }
}

extension JSONFile {
  fileprivate func qwenMixture(_ spec: DecoderSpec, experts: Int, chosen: Int, width: Int) throws -> Mixture {
    let key = "moe_intermediate_size"
    return try Mixture(
      self, spec, experts: experts, chosen: chosen, width: (key, try integer(key) ?? width),
      normalises: try bool("norm_topk_prob") ?? false, isSparse: try sparseLayers(spec.layerCount))
  }
}
