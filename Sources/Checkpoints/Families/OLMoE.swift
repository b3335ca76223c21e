import Reading

extension ModelFamily {
  /// OLMoE: llama's norms, one over all heads of q and of k, and 64 experts a layer.
  static let olmoe = ModelFamily(
    "olmoe", "OlmoeForCausalLM",
    gguf: GGUFLayout("olmoe").with {
      $0.setExperts(count: "num_experts", router: "mlp.gate")
      $0.rename(["attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"])
      $0.implied = { _, _ in [("norm_topk_prob", false)] }
    }
  ) { json in
    try json.refuseTrue(["clip_qkv"])
    var spec = try DecoderSpec(
      json, CommonFields(defaults: ["max_position_embeddings": 4096], epsilon: ("rms_norm_eps", 1e-5)))
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    spec.queryKeyNorm = .width
    spec.names.queryNorm = "self_attn.q_norm"
    spec.names.keyNorm = "self_attn.k_norm"
    spec.mixture = try Mixture(
      json, spec, experts: 64, chosen: 8, width: ("intermediate_size", spec.intermediateSize),
      normalises: try json.bool("norm_topk_prob") ?? false)
    return spec
  }
}
