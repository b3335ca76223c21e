import Diagnostics

extension GGUFFile {
  /// Keys of `llama.*` that either are read here or change nothing in what the model computes.
  private static let knownKeys: Set<String> = [
    "context_length", "embedding_length", "block_count", "feed_forward_length", "rope.dimension_count",
    "attention.head_count", "attention.head_count_kv", "attention.layer_norm_rms_epsilon", "rope.freq_base",
    "attention.key_length", "attention.value_length", "vocab_size", "rope.scaling.type", "rope.scaling.factor",
    "rope.scaling.finetuned", "rope.scaling.original_context_length", "rope.scale_linear",
    "attention.sliding_window", "expert_count", "expert_used_count", "tensor_data_layout",
  ]

  /// The configuration in the metadata of a `llama` file. Throws `InputError` for another architecture, for a missing key, and for a
  /// `llama.*` key that this reader would have to ignore.
  package func configuration() throws -> ModelConfiguration {
    try refuseOtherContents()
    let architecture = try metadata.string("general.architecture")
    guard architecture == "llama" else {
      let problem: ShownText = architecture.map { "architecture '\($0)' is not supported yet" } ?? "is missing"
      throw InputError(
        metadata.path, field: "general.architecture", "\(problem); supported: llama", remedy: "use a llama model")
    }
    try refuseUnsupported()
    guard let embedding = tensors["token_embd.weight"] else {
      throw InputError(
        metadata.path, field: "token_embd.weight", "is missing", remedy: "download or convert the file again")
    }
    let heads = try required("attention.head_count")
    let hidden = try required("embedding_length")
    let dimension = try metadata.integer("llama.attention.key_length") ?? (heads > 0 ? hidden / heads : 0)
    let bos = try metadata.integer("tokenizer.ggml.bos_token_id").flatMap { Int32(exactly: $0) }
    let eos = try metadata.integer("tokenizer.ggml.eos_token_id").flatMap { Int32(exactly: $0) }
    let configuration = ModelConfiguration(
      hiddenSize: hidden, intermediateSize: try required("feed_forward_length"),
      layerCount: try required("block_count"), headCount: heads,
      keyValueHeadCount: try metadata.integer("llama.attention.head_count_kv") ?? heads, headDimension: dimension,
      vocabularySize: embedding.rows, contextLength: try required("context_length"),
      rmsNormEpsilon: Float(try requiredNumber("attention.layer_norm_rms_epsilon")),
      ropeTheta: try metadata.double("llama.rope.freq_base") ?? 10_000, ropeScaling: try ropeScaling(),
      tiesEmbeddings: tensors["output.weight"] == nil, bosTokenID: bos, eosTokenIDs: eos.map { [$0] } ?? [])
    try configuration.check(Self.fields(metadata.path))
    try checkAgreement(with: configuration)
    return configuration
  }

  private static func fields(_ path: String) -> ConfigurationFields {
    ConfigurationFields(
      path: path, hidden: "llama.embedding_length", intermediate: "llama.feed_forward_length",
      layers: "llama.block_count", heads: "llama.attention.head_count",
      keyValueHeads: "llama.attention.head_count_kv", headDimension: "llama.attention.key_length",
      vocabulary: "token_embd.weight", context: "llama.context_length",
      epsilon: "llama.attention.layer_norm_rms_epsilon", theta: "llama.rope.freq_base",
      scaling: "llama.rope.scaling.factor, rope_freqs.weight")
  }

  private func required(_ key: String) throws -> Int {
    guard let value = try metadata.integer("llama.\(key)") else { throw missing(key) }
    return value
  }

  private func requiredNumber(_ key: String) throws -> Double {
    guard let value = try metadata.double("llama.\(key)") else { throw missing(key) }
    return value
  }

  private func missing(_ key: String) -> InputError {
    InputError(metadata.path, field: "llama.\(key)", "is missing", remedy: "convert the model again")
  }

  /// Refuses what is a GGUF file and no model (`general.type` in ggml's `docs/gguf.md`).
  private func refuseOtherContents() throws {
    let type = try metadata.string("general.type") ?? "model"
    let isLoRA = metadata.contains("adapter.type") || tensors.keys.contains { $0.hasSuffix(".lora_a") }
    if type == "adapter" || isLoRA {
      throw InputError(
        metadata.path, field: "general.type", "is a LoRA adapter in GGUF, not a model",
        remedy: "give the PEFT folder that it was converted from, or merge it into its base with llama-export-lora")
    }
    guard type == "model" else {
      throw InputError(
        metadata.path, field: "general.type", "is '\(type)', not a model", remedy: "give the GGUF file of the model")
    }
    guard !tensors.isEmpty else {
      throw InputError(
        metadata.path, field: "tensor count", "is 0: the file holds a vocabulary alone",
        remedy: "give the GGUF file that holds the weights too")
    }
  }

  private func refuseUnsupported() throws {
    for key in metadata.keys where key.hasPrefix("llama.") && !Self.knownKeys.contains(String(key.dropFirst(6))) {
      throw InputError(metadata.path, field: key, "is not supported", remedy: "use a plain llama model")
    }
    for key in ["llama.expert_count", "llama.expert_used_count"] where try metadata.integer(key) ?? 0 != 0 {
      throw InputError(metadata.path, field: key, "mixtures of experts are not supported", remedy: "use a dense model")
    }
    if let parts = try metadata.integer("split.count"), parts > 1 {
      throw InputError(
        metadata.path, field: "split.count", "the model is split over \(parts) files, which is not supported",
        remedy: "merge them with llama-gguf-split --merge")
    }
    if let window = try metadata.integer("llama.attention.sliding_window"), window != 0 {
      throw InputError(
        metadata.path, field: "llama.attention.sliding_window", "a sliding window is not supported",
        remedy: "use a model with full attention")
    }
  }

  /// Fields that say a second time what another one or a tensor says must agree with it.
  private func checkAgreement(with configuration: ModelConfiguration) throws {
    let pairs = [
      ("llama.rope.dimension_count", configuration.headDimension),
      ("llama.attention.value_length", configuration.headDimension),
      ("llama.vocab_size", configuration.vocabularySize),
    ]
    for (key, expected) in pairs {
      guard let value = try metadata.integer(key), value != expected else { continue }
      throw InputError(
        metadata.path, field: key, "is \(value), only \(expected) is supported with this model's other sizes",
        remedy: "convert the model again")
    }
    let tokens = metadata.count("tokenizer.ggml.tokens") ?? 0
    guard tokens <= configuration.vocabularySize else {
      throw InputError(
        metadata.path, field: "tokenizer.ggml.tokens",
        "has \(tokens) tokens, the embedding only \(configuration.vocabularySize) rows",
        remedy: "convert the model again")
    }
  }

  private func ropeScaling() throws -> RopeScaling {
    let type = try metadata.string("llama.rope.scaling.type") ?? "linear"
    let legacy = try metadata.double("llama.rope.scale_linear")
    let factor = try metadata.double("llama.rope.scaling.factor") ?? legacy ?? 1
    guard type == "none" || type == "linear" else {
      throw InputError(
        metadata.path, field: "llama.rope.scaling.type", "'\(type)' is not supported; supported: none, linear",
        remedy: "use a model without it")
    }
    let isScaled = type == "linear" && factor != 1
    guard let factors = tensors["rope_freqs.weight"] else { return isScaled ? .linear(factor: factor) : .none }
    guard !isScaled, factors.shape.count == 1 else {
      throw InputError(
        metadata.path, field: "rope_freqs.weight", "is not a vector, or comes together with linear scaling",
        remedy: "convert the model again")
    }
    return .frequencyFactors(factors.decodeAll())
  }
}
