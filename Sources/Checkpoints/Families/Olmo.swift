import Reading

extension ModelFamily {
  /// OLMo 2: norms after each branch and none before, and one over all heads of q and of k.
  static let olmo2 = ModelFamily("olmo2", "Olmo2ForCausalLM", gguf: olmoLayout) { json in
    try olmoSpec(json, theta: 10_000).spec
  }

  /// OLMo 3: OLMo 2 with a window on three layers of four; scaled frequencies on the others only. GGUF calls it olmo2.
  static let olmo3 = ModelFamily("olmo3", "Olmo3ForCausalLM", gguf: nil) { json in
    var (spec, fields) = try olmoSpec(json, theta: 500_000)
    let window = json.members["sliding_window"] == nil ? 4096 : try json.integer("sliding_window")
    let slides = try json.layerTypes(spec.layerCount) ?? (0..<spec.layerCount).map { ($0 + 1) % 4 != 0 }
    try spec.setWindows(json, window: window) { slides[$0] }
    // The older rope_theta is the full layers' alone.
    spec.rotaries.append(
      try Rotary(json, spec, fields, layers: "sliding_attention", theta: (nil, 500_000), ignoresScaling: true))
    for (layer, isSliding) in slides.enumerated() where isSliding { spec.attention[layer].rotary = 1 }
    return spec
  }

  private static let olmoLayout = GGUFLayout("olmo2").with {
    $0.rename([
      "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
      "post_attention_norm": "post_attention_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
    ])
    $0.fields["attention.sliding_window"] = "sliding_window"
    // The pattern tells OLMo 3 from 2: both are olmo2 there.
    $0.ignored = ["attention.sliding_window_pattern", "rope.freq_base_swa"]
    $0.implied = { file, members in
      guard let pattern = try file.metadata.bools("olmo2.attention.sliding_window_pattern") else { return [] }
      let types = pattern.map { JSONValue.string($0 ? "sliding_attention" : "full_attention") }
      // Scaling is the full layers' alone.
      var full = JSONObject()
      if case .object(let scaling)? = members["rope_scaling"] { full = scaling }
      let theta = try file.metadata.double("olmo2.rope.freq_base_swa").map(JSONValue.number) ?? members["rope_theta"]
      return [
        ("model_type", "olmo3"), ("layer_types", .array(types)), ("rope_theta", .null), ("rope_scaling", .null),
        (
          "rope_parameters",
          [
            "full_attention": .object(full.setting("rope_theta", to: members["rope_theta"])),
            "sliding_attention": ["rope_theta": theta ?? 500_000, "rope_type": "default"],
          ]
        ),
      ]
    }
  }

  private static func olmoSpec(_ json: JSONFile, theta: Double) throws -> (spec: DecoderSpec, fields: CommonFields) {
    let fields = CommonFields(epsilon: ("rms_norm_eps", 1e-5), theta: theta)
    var spec = try DecoderSpec(json, fields)
    let bias = try json.bool("attention_bias") ?? false
    spec.names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
    spec.names.setPostNorms()
    spec.queryKeyNorm = .width
    return (spec, fields)
  }
}

extension WeightNames {
  /// Norms after each branch and none before, q and k normed too: OLMo 2 and EXAONE 4.
  mutating func setPostNorms() {
    attentionNorm = nil
    attentionOutputNorm = "post_attention_layernorm"
    mlpNorm = nil
    mlpOutputNorm = "post_feedforward_layernorm"
    queryNorm = "self_attn.q_norm"
    keyNorm = "self_attn.k_norm"
  }
}
