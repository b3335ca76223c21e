import Reading

extension ModelFamily {
  /// Gemma 1: norms by 1 + weight, a GELU gate, embeddings times √hidden.
  static let gemma = ModelFamily(
    "gemma", "GemmaForCausalLM", gguf: GGUFLayout("gemma").with { $0.normsAreOffset = true }
  ) { json in
    var fields = gemmaFields
    fields.defaults["num_key_value_heads"] = 16
    var spec = try DecoderSpec(json, fields)
    // The first releases wrote "gelu" and meant its tanh form; what they called hidden_activation is not read.
    let activation = try json.activation("hidden_act") ?? .geluTanh
    spec.activation = activation == .gelu ? .geluTanh : activation
    try spec.setGemma(json)
    return spec
  }

  /// Gemma 2: norms before and after each branch, capped scores and logits, a window on every other layer.
  static let gemma2 = ModelFamily(
    "gemma2", "Gemma2ForCausalLM",
    gguf: sandwich("gemma2").with {
      $0.fields["attention.sliding_window"] = "sliding_window"
      $0.fields["attn_logit_softcapping"] = "attn_logit_softcapping"
      $0.fields["final_logit_softcapping"] = "final_logit_softcapping"
      // 27B alone scales by its hidden size's share of a head.
      $0.implied = { file, _ in try gemmaScale(file, layers: 46) }
    }
  ) { json in
    var spec = try DecoderSpec(json, gemmaFields)
    try spec.setGemma(json)
    spec.setSandwich()
    try spec.setScaleAndCaps(json, caps: (50, 30))
    try spec.setWindows(json, window: json.window(4096)) { ($0 + 1) % 2 != 0 }
    return spec
  }

  /// The text model of Gemma 3: a norm on q and k, two rotary bases, a window on five layers of six.
  static let gemma3Text = ModelFamily(
    "gemma3_text", "Gemma3ForCausalLM",
    gguf: sandwich("gemma3").with {
      $0.rename(["attn_q_norm": "self_attn.q_norm", "attn_k_norm": "self_attn.k_norm"])
      $0.fields["attention.sliding_window"] = "sliding_window"
      $0.fields["final_logit_softcapping"] = "final_logit_softcapping"
      $0.fields["rope.freq_base_swa"] = "rope_local_base_freq"
      $0.implied = { file, _ in try gemmaScale(file, layers: 62) + [("attn_logit_softcapping", .null)] }
    }
  ) { json in
    var fields = gemmaFields
    fields.theta = 1_000_000
    fields.defaults.merge([
      "hidden_size": 2304, "intermediate_size": 9216, "num_hidden_layers": 26, "num_attention_heads": 8,
      "vocab_size": 262_208, "max_position_embeddings": 131_072,
    ]) { $1 }
    var spec = try DecoderSpec(json, fields)
    try spec.setGemma(json)
    spec.setSandwich()
    spec.queryKeyNorm = .head
    spec.names.queryNorm = "self_attn.q_norm"
    spec.names.keyNorm = "self_attn.k_norm"
    try spec.setScaleAndCaps(json, caps: (nil, nil))
    let pattern = try json.integer("sliding_window_pattern") ?? 6
    try spec.setWindows(json, window: json.window(4096)) { pattern < 1 || ($0 + 1) % pattern != 0 }
    // The shorter base is a sliding layer's, whether or not its window matters.
    let slides =
      try json.layerTypes(spec.layerCount) ?? (0..<spec.layerCount).map { pattern < 1 || ($0 + 1) % pattern != 0 }
    spec.rotaries.append(
      try Rotary(
        json, spec, fields, layers: "sliding_attention", theta: ("rope_local_base_freq", 10_000), ignoresScaling: true))
    for (layer, isSliding) in slides.enumerated() where isSliding { spec.attention[layer].rotary = 1 }
    return spec
  }

  private static let gemmaFields = CommonFields(
    defaults: ["num_key_value_heads": 4, "head_dim": 256, "max_position_embeddings": 8192], tiesEmbeddings: true,
    activation: ("hidden_activation", .geluTanh))

  private static func sandwich(_ architecture: String) -> GGUFLayout {
    GGUFLayout(architecture).with {
      $0.normsAreOffset = true
      $0.rename([
        "post_attention_norm": "post_attention_layernorm", "ffn_norm": "pre_feedforward_layernorm",
        "post_ffw_norm": "post_feedforward_layernorm",
      ])
    }
  }

  private static func gemmaScale(_ file: GGUFFile, layers: Int) throws -> [(String, JSONValue)] {
    let name = file.architecture
    let isLargest = try file.metadata.integer("\(name).block_count") == layers
    let (hidden, heads) = (
      try file.metadata.integer("\(name).embedding_length") ?? 0,
      try file.metadata.integer("\(name).attention.head_count") ?? 0
    )
    let dimension = try file.metadata.integer("\(name).attention.key_length") ?? (heads > 0 ? hidden / heads : 0)
    return [("query_pre_attn_scalar", .integer(isLargest && heads > 0 ? hidden / heads : dimension))]
  }
}

extension DecoderSpec {
  /// What all Gemmas have.
  fileprivate mutating func setGemma(_ json: JSONFile) throws {
    norm.offset = 1
    embeddingScale = Float(hiddenSize).squareRoot()
    let bias = try json.bool("attention_bias") ?? false
    names.modules = WeightNames.separate(queryKeyValueBias: bias, outputBias: bias)
  }

  /// Norms before and after each branch.
  fileprivate mutating func setSandwich() {
    names.attentionOutputNorm = "post_attention_layernorm"
    names.mlpNorm = "pre_feedforward_layernorm"
    names.mlpOutputNorm = "post_feedforward_layernorm"
  }

  fileprivate mutating func setScaleAndCaps(_ json: JSONFile, caps: (attention: Float?, logits: Float?)) throws {
    attentionScale = 1 / (try json.positive("query_pre_attn_scalar") ?? 256).squareRoot()
    attentionCap = try json.cap("attn_logit_softcapping", caps.attention)
    logitCap = try json.cap("final_logit_softcapping", caps.logits)
  }
}

extension JSONFile {
  /// A cap, which null takes away and whose absence means the class's own.
  fileprivate func cap(_ key: String, _ absent: Float?) throws -> Float? {
    members[key] == nil ? absent : try positive(key)
  }

  fileprivate func window(_ absent: Int) throws -> Int? {
    members["sliding_window"] == nil ? absent : try integer("sliding_window")
  }
}
