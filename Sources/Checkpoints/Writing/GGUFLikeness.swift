import Diagnostics

/// Whether a GGUF file is of the model that a base is, as far as their configurations tell. Names and shapes of tensors are compared elsewhere.
struct GGUFLikeness {
  let base: Checkpoint
  /// The GGUF file.
  let path: String

  /// - Throws: `InputError` naming the first difference in what is computed.
  func demandSame(_ other: ModelConfiguration) throws {
    let own = base.configuration
    for (index, (field, ofBase)) in facts(own).enumerated() {
      let (_, ofOther) = facts(other)[index]
      guard ofBase != ofOther else { continue }
      throw InputError(
        path, field: field, "is \(ofOther), that of \(base.path) is \(ofBase)",
        remedy: "give a GGUF file of the same base with --like")
    }
  }

  /// What the configuration means; what a file of either form may leave out is not among it: context length, special tokens, and the name of a
  /// family that llama.cpp has under another's.
  private func facts(_ model: ModelConfiguration) -> [(field: String, value: String)] {
    let spec = model.decoder
    let turns = spec.rotaries.map { "\(Float($0.theta))" }.joined(separator: ", ")
    return [
      ("hidden_size", "\(spec.hiddenSize)"), ("intermediate_size", "\(spec.intermediateSize)"),
      ("num_hidden_layers", "\(spec.layerCount)"), ("num_attention_heads", "\(spec.headCount)"),
      ("num_key_value_heads", "\(spec.keyValueHeadCount)"), ("head_dim", "\(spec.headDimension)"),
      ("vocab_size", "\(spec.vocabularySize)"), ("hidden_act", "\(spec.activation)"),
      ("rms_norm_eps", "\(spec.norm.epsilon)"), ("rope_theta", turns),
      ("rope_scaling", scaling(model)), ("tie_word_embeddings", "\(spec.tiesEmbeddings)"),
      ("config.json", spec.switches.joined(separator: ", ")),
    ]
  }

  /// GGUF has the factors that a formula of config.json gives.
  private func scaling(_ model: ModelConfiguration) -> String {
    guard let expressible = try? model.expressibleScaling() else { return "factors" }
    return "\(expressible)"
  }
}
