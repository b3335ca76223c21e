import Reading

extension ModelFamily {
  /// Command R7B and its kin: attention and MLP in parallel after one LayerNorm without bias; sliding layers rotate interleaved pairs, the
  /// others are not told positions.
  static let cohere2 = ModelFamily(
    "cohere2", "Cohere2ForCausalLM",
    gguf: GGUFLayout("cohere2").with {
      $0.epsilon = "layer_norm_eps"
      $0.fields = ["attention.sliding_window": "sliding_window", "logit_scale": "logit_scale"]
      // Every head rotates whole in transformers, which has no field for less.
      $0.ignored = ["rope.dimension_count"]
    }
  ) { json in
    var spec = try DecoderSpec(
      json,
      CommonFields(
        defaults: ["max_position_embeddings": 8192], epsilon: ("layer_norm_eps", 1e-5), norm: .layer,
        interleavesRotary: true, tiesEmbeddings: true))
    spec.isParallel = true
    spec.names.mlpNorm = spec.names.attentionNorm
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    spec.logitScale = try json.positive("logit_scale") ?? 0.0625
    let window = json.members["sliding_window"] == nil ? 4096 : try json.integer("sliding_window")
    let pattern = try json.integer("sliding_window_pattern") ?? 4
    let slides =
      try json.layerTypes(spec.layerCount) ?? (0..<spec.layerCount).map { pattern < 1 || ($0 + 1) % pattern != 0 }
    try spec.setWindows(json, window: window) { slides[$0] }
    for layer in 0..<spec.layerCount where !slides[layer] || window == nil { spec.attention[layer].rotary = nil }
    return spec
  }
}
