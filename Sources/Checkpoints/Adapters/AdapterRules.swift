import Diagnostics

/// How an adapter's tensors are meant: what adapter_config.json says, or the metadata of a GGUF file.
struct AdapterRules: Sendable {
  enum Source: Sendable {
    case peft(AdapterConfiguration)
    /// `adapter.lora.alpha`, 0 for a scale of 1 (`get_scale` in llama.cpp's `llama-adapter.h`).
    case gguf(path: String, alpha: Double)
  }

  let source: Source
  /// The base's layer that each layer of the adapted model is; nil where they are the base's own.
  let layers: [Int]?

  private var configuration: AdapterConfiguration? {
    if case .peft(let configuration) = source { configuration } else { nil }
  }

  var isGGUF: Bool { configuration == nil }

  /// The file that says it.
  var file: String {
    switch source {
    case .peft(let configuration): configuration.path
    case .gguf(let path, _): path
    }
  }

  var usesDoRA: Bool { configuration?.usesDoRA ?? false }
  var ensuresTying: Bool { configuration?.ensuresTying ?? false }
  /// The key that names trained tokens.
  var tokenKey: String { configuration?.method == .tokens ? "token_indices" : "trainable_token_indices" }

  /// The rank that a module's tensors must have, and the factor on their product.
  ///
  /// - Parameter b: the module's [outputs, rank].
  func rankAndScale(_ module: String, _ b: Tensor) throws -> (rank: Int, scale: Float) {
    switch source {
    case .peft(let configuration): return try configuration.rankAndScale(module)
    case .gguf(let path, let alpha):
      let scale = alpha == 0 ? 1 : Float(alpha / Double(max(1, b.columns)))
      guard scale.isFinite else {
        throw InputError(
          path, field: "adapter.lora.alpha", "gives \(module) the scale \(scale)", remedy: "convert it again")
      }
      return (b.columns, scale)
    }
  }

  func saves(_ module: String, _ base: DecoderSpec) -> Bool { configuration?.saves(module, base) ?? false }

  func tokenIndices(_ module: String, _ base: DecoderSpec) -> [Int]? { configuration?.tokenIndices(module, base) }

  func isFeedForward(_ module: String, _ base: DecoderSpec) -> Bool {
    base.pathsMeaning(module).contains { configuration?.feedForward?.contains($0) ?? false }
  }

  /// What the base calls a weight of the adapted model.
  func baseName(of name: String, _ spec: DecoderSpec) -> String {
    let template = spec.names.block.split(separator: "{", maxSplits: 1)
    guard let layers, let start = template.first, name.hasPrefix(start) else { return name }
    let rest = name.dropFirst(start.count)
    guard let dot = rest.firstIndex(of: "."), let layer = Int(rest[..<dot]), layers.indices.contains(layer) else {
      return name
    }
    return "\(start)\(layers[layer])\(rest[dot...])"
  }
}

extension AdapterConfiguration {
  private static let mostLayers = 1024

  /// The adapted model's layers, by the base's (`replicate_layers` in peft's `tuners/tuners_utils.py`); nil where they are the base's own.
  func layers(of base: DecoderSpec) throws -> [Int]? {
    guard let replication else { return nil }
    func refuse(_ problem: ShownText, _ remedy: ShownText) -> InputError {
      InputError(path, field: "layer_replication", problem, remedy: remedy)
    }
    if let range = replication.first(where: { $0.upperBound > base.layerCount }) {
      throw refuse(
        "names layers up to \(range.upperBound), the base has \(base.layerCount)",
        "use the adapter with the base model that it was trained on")
    }
    let count = replication.reduce(0) { $0 + $1.count }
    guard (1...Self.mostLayers).contains(count) else {
      throw refuse("makes \(count) layers, expected 1 to \(Self.mostLayers)", "save the adapter again")
    }
    guard base.mixture == nil else { throw refuse("is not supported on a model with experts", AdapterNames.merge) }
    guard Set(base.attention.map { "\($0)" }).count == 1, base.names.block.contains(".layers.") else {
      throw refuse(
        "is not supported for this family, whose layers differ or are no 'layers' to peft", AdapterNames.merge)
    }
    return replication.flatMap { $0 }
  }
}

extension DecoderSpec {
  /// The same with other layers.
  func replicated(_ layers: [Int]?) -> DecoderSpec {
    guard let layers else { return self }
    var changed = self
    changed.layerCount = layers.count
    changed.attention = layers.map { attention[$0] }
    return changed
  }
}
