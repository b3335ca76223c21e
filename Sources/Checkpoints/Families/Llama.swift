import Reading

extension ModelFamily {
  /// Llama 1 to 3, SmolLM 1 and 2, TinyLlama, Yi, Falcon 3: RMSNorm, rotary embedding, grouped queries, SwiGLU.
  static let llama = ModelFamily(
    "llama", "LlamaForCausalLM",
    gguf: GGUFLayout("llama").with {
      $0.permutesRotaryRows = true
      $0.ignored = ["rope.scaling.finetuned", "tensor_data_layout"]
      // Mixtral is a llama with experts there.
      $0.setExperts(count: "num_local_experts", router: "block_sparse_moe.gate")
      $0.implied = { _, members in members["num_local_experts"] == nil ? [] : [("model_type", "mixtral")] }
    }
  ) { json in
    try json.refuseTrue(["rope_interleaved"])
    if try json.number("pretraining_tp") ?? 1 != 1 {
      throw json.error("pretraining_tp", "other than 1 is not supported", remedy: "use a plain llama model")
    }
    var spec = try DecoderSpec(json)
    let (attention, mlp) = (try json.bool("attention_bias") ?? false, try json.bool("mlp_bias") ?? false)
    spec.names.modules = WeightNames.separate(queryKeyValueBias: attention, outputBias: attention, mlpBias: mlp)
    // transformers' llama has no window, whatever its configuration says.
    let slides = try (json.layerTypes(spec.layerCount) ?? []).contains(true)
    if slides { throw json.error("layer_types", "'sliding_attention' is not supported", remedy: "use a plain llama") }
    if let window = try json.integer("sliding_window"), window < spec.contextLength {
      throw json.error("sliding_window", "is not supported", remedy: "use a model with full attention")
    }
    return spec
  }
}
