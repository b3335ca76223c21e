import Reading

extension ModelFamily {
  /// Mixtral: Mistral with eight experts a layer, two of which a row goes through. GGUF calls it llama.
  static let mixtral = ModelFamily("mixtral", "MixtralForCausalLM", gguf: nil) { json in
    let fields = CommonFields(
      defaults: ["num_key_value_heads": 8, "max_position_embeddings": 131_072], epsilon: ("rms_norm_eps", 1e-5),
      theta: 1e6)
    var spec = try DecoderSpec(json, fields)
    let window = try json.integer("sliding_window")
    try spec.setWindows(json, window: window) { _ in window != nil }
    // transformers 5 puts the block's parts below `mlp` in memory, and below their older name in files.
    let names = Mixture.Names(
      router: "block_sparse_moe.gate", experts: "block_sparse_moe.experts", gate: "w1", up: "w3", down: "w2")
    spec.mixture = try Mixture(
      json, spec, experts: 8, chosen: 2, width: ("intermediate_size", spec.intermediateSize), normalises: true,
      names: names)
    spec.mixture?.aliases = ["mlp.gate.weight": "block_sparse_moe.gate.weight"]
    return spec
  }
}
