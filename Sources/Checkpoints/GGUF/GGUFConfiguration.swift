import Diagnostics
import Reading

extension GGUFFile {
  /// `general.architecture`; empty where the file names none.
  var architecture: String { (try? metadata.string("general.architecture")) ?? "" }

  /// The configuration in the metadata, as config.json would say it.
  ///
  /// - Throws: `InputError` for an architecture that is not supported, for a missing key, and for a key of the architecture that this
  ///   reader would have to ignore.
  package func configuration() throws -> (configuration: ModelConfiguration, layout: GGUFLayout) {
    try refuseOtherContents()
    let (family, layout) = try ModelFamily.of(
      architecture: try metadata.string("general.architecture"), path: metadata.path)
    try refuseUnsupported(layout)
    var document = try GGUFDocument(self, layout)
    document.set("model_type", .string(family.type))
    try document.complete()
    let json = document.json
    var configuration = try ModelConfiguration(json)
    try checkAgreement(with: configuration)
    if let factors = try frequencyFactors(configuration) {
      configuration.decoder.rotaries[0].scaling = .frequencyFactors(factors)
    }
    return (configuration, layout)
  }

  /// Refuses what is a GGUF file and no model (`general.type` in ggml's `docs/gguf.md`).
  private func refuseOtherContents() throws {
    let type = try metadata.string("general.type") ?? "model"
    if isAdapter {
      throw InputError(
        metadata.path, field: "general.type", "is a LoRA adapter in GGUF, not a model",
        remedy: "give its base here; the adapter goes with --candidate or --adapter")
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

  private func refuseUnsupported(_ layout: GGUFLayout) throws {
    let prefix = "\(layout.architecture)."
    for key in metadata.keys where key.hasPrefix(prefix) {
      let known = String(key.dropFirst(prefix.count))
      guard GGUFDocument.knows(known, layout) else {
        throw InputError(
          metadata.path, field: key, "is not supported", remedy: "use a plain \(layout.architecture) model")
      }
    }
    for key in ["expert_count", "expert_used_count"] where layout.fields[key] == nil {
      guard try metadata.integer(prefix + key) ?? 0 != 0 else { continue }
      throw InputError(
        metadata.path, field: prefix + key, "this architecture with experts is not supported",
        remedy: "use a dense model")
    }
    let window = "\(prefix)attention.sliding_window"
    if layout.fields["attention.sliding_window"] == nil, try metadata.integer(window) ?? 0 != 0 {
      throw InputError(
        metadata.path, field: window, "a sliding window is not supported", remedy: "use a model with full attention")
    }
    if try metadata.bool("\(prefix)attention.causal") == false {
      throw InputError(
        metadata.path, field: "\(prefix)attention.causal", "is false: attention to what comes after is not supported",
        remedy: "use a decoder")
    }
  }

  /// Fields that say a second time what another one or a tensor says must agree with it.
  private func checkAgreement(with configuration: ModelConfiguration) throws {
    let pairs = [
      ("attention.value_length", configuration.headDimension), ("vocab_size", configuration.vocabularySize),
    ]
    for (suffix, expected) in pairs {
      let key = "\(architecture).\(suffix)"
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

  /// What rope_freqs.weight divides each frequency by; nil where the file has none.
  private func frequencyFactors(_ configuration: ModelConfiguration) throws -> [Float]? {
    guard let tensor = tensors["rope_freqs.weight"] else { return nil }
    func refuse(_ problem: ShownText) -> InputError {
      InputError(tensor.file.path, field: "rope_freqs.weight", problem, remedy: "convert the model again")
    }
    guard let rotary = configuration.rotaries.first, configuration.rotaries.count == 1 else {
      throw refuse("stands beside rotary embeddings that it cannot be meant for")
    }
    guard tensor.shape == [rotary.width / 2] else {
      throw refuse("is not one factor for each of \(rotary.width / 2) pairs")
    }
    let factors = tensor.decodeAll()
    guard factors.allSatisfy({ $0.isFinite && $0 > 0 }) else {
      throw refuse("has factors that are not positive finite numbers")
    }
    return factors
  }
}
