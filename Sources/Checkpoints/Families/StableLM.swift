import Reading

extension ModelFamily {
  /// StableLM: llama with LayerNorm and a quarter of each head rotating; some are parallel after one norm.
  static let stablelm = ModelFamily(
    "stablelm", "StableLmForCausalLM",
    gguf: GGUFLayout("stablelm").with {
      $0.epsilon = "layer_norm_eps"
      $0.partialRotary = "partial_rotary_factor"
      $0.fields["use_parallel_residual"] = "use_parallel_residual"
      $0.implied = { file, _ in [("use_qkv_bias", .bool(file.tensors["blk.0.attn_q.bias"] != nil))] }
    }
  ) { json in
    try json.refuseTrue(["qk_layernorm"])
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["num_key_value_heads": 32, "max_position_embeddings": 4096], epsilon: ("layer_norm_eps", 1e-5),
        norm: .layer, partialRotary: 0.25))
    spec.norm.hasBias = true
    spec.names.modules = WeightNames.separate(queryKeyValueBias: try json.bool("use_qkv_bias") ?? false)
    spec.isParallel = try json.bool("use_parallel_residual") ?? false
    if spec.isParallel { spec.names.mlpNorm = spec.names.attentionNorm }
    return spec
  }
}
