import Reading

extension ModelFamily {
  /// EXAONE 4: norms after each branch, a norm over each head of q and k; where layers slide, the others are not told positions.
  static let exaone4 = ModelFamily(
    "exaone4", "Exaone4ForCausalLM",
    gguf: GGUFLayout("exaone4").with {
      $0.rename([
        "attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm",
        "post_attention_norm": "post_attention_layernorm", "post_ffw_norm": "post_feedforward_layernorm",
      ])
      $0.fields["attention.sliding_window"] = "sliding_window"
      $0.ignored = ["attention.sliding_window_pattern"]
      $0.implied = { file, _ in
        guard let pattern = try file.metadata.bools("exaone4.attention.sliding_window_pattern") else {
          // The class cannot be without either.
          let layers = try file.metadata.integer("exaone4.block_count") ?? 0
          let types = [JSONValue](repeating: "full_attention", count: min(max(layers, 0), 1 << 12))
          return [("sliding_window", .null), ("layer_types", .array(types))]
        }
        return [("layer_types", .array(pattern.map { $0 ? "sliding_attention" : "full_attention" }))]
      }
    }
  ) { json in
    var spec = try DecoderSpec(
      json, CommonFields(defaults: ["num_key_value_heads": 32], epsilon: ("rms_norm_eps", 1e-5)))
    spec.names.setPostNorms()
    spec.queryKeyNorm = .head
    let window = json.members["sliding_window"] == nil ? 4096 : try json.integer("sliding_window")
    let isFull = try json.isFullExaoneLayer()
    let slides = try json.layerTypes(spec.layerCount) ?? (0..<spec.layerCount).map { window != nil && !isFull($0) }
    try spec.setWindows(json, window: window) { slides[$0] }
    for layer in 0..<spec.layerCount where window != nil && !slides[layer] { spec.attention[layer].rotary = nil }
    return spec
  }
}

extension JSONFile {
  /// `sliding_window_pattern`: every so manieth layer is full, or letters, L for one that slides and G for one that does not.
  fileprivate func isFullExaoneLayer() throws -> @Sendable (Int) -> Bool {
    if case .string(let letters)? = try value("sliding_window_pattern") {
      let full = letters.map { $0 == "G" }
      guard !full.isEmpty, letters.allSatisfy({ $0 == "L" || $0 == "G" }) else {
        throw error("sliding_window_pattern", "is no row of L and G", remedy: "correct the value")
      }
      return { full[$0 % full.count] }
    }
    let pattern = try integer("sliding_window_pattern") ?? 4
    return { pattern > 0 && ($0 + 1) % pattern == 0 }
  }
}
