import Diagnostics

/// What a tensor of an adapter is to its module, by how peft ends its name.
enum AdapterPart: String, Sendable {
  case loraA = "lora_A"
  case loraB = "lora_B"
  /// `lora_bias`
  case loraBias = "lora_B.bias"
  case embeddingA = "lora_embedding_A"
  case embeddingB = "lora_embedding_B"
  /// DoRA's
  case magnitude = "lora_magnitude_vector"
  /// `trainable_token_indices`
  case tokens = "trainable_tokens_delta"
  case ia3 = "ia3_l"
  /// The module's weight and bias in the place of the base's.
  case weight
  case bias
  /// The base's own, saved beside what is put on them (`save_embedding_layers`).
  case baseWeight = "base_layer.weight"
  case baseBias = "base_layer.bias"

  /// How the names end that mean it; the adapter's name, "default", is left off where peft does, and others do not.
  fileprivate static let endings: [(ending: String, part: AdapterPart)] = [
    (".lora_A.weight", .loraA), (".lora_B.weight", .loraB), (".lora_B.bias", .loraBias),
    (".lora_embedding_A", .embeddingA), (".lora_embedding_B", .embeddingB),
    (".lora_magnitude_vector", .magnitude), (".lora_magnitude_vector.weight", .magnitude),
    (".token_adapter.trainable_tokens_delta", .tokens), (".trainable_tokens_delta", .tokens), (".ia3_l", .ia3),
    (".token_adapter.base_layer.weight", .baseWeight), (".original_module.weight", .baseWeight),
    (".original_module.bias", .baseBias), (".base_layer.weight", .baseWeight), (".base_layer.bias", .baseBias),
    (".modules_to_save.weight", .weight), (".modules_to_save.bias", .bias), (".ln_tuning_layers.weight", .weight),
    (".ln_tuning_layers.bias", .bias), (".weight", .weight), (".bias", .bias),
  ]
}

/// Where the tensors of adapter_model.safetensors belong, by their names.
struct AdapterNames {
  /// A tensor's module, as a path in the base, and what it is to it.
  struct Place {
    let module: String
    let part: AdapterPart
  }

  /// By a tensor's name.
  let places: [String: Place]
  let notes: [String]

  private static let prefix = "base_model.model."
  static let merge: ShownText = "merge it with merge_and_unload() and gate the merged folder"

  /// - Parameter names: sorted.
  /// - Throws: `InputError` for a tensor that is no part of an adapter, and for a prefix that only some names have.
  init(_ names: [String], file: String, _ base: DecoderSpec) throws {
    let parts = try names.map { name in
      guard let part = Self.part(name) else {
        let leftover = TensorLeftover(name).flatMap { $0.isWrapper ? $0 : nil }
        throw InputError(
          file, field: name, leftover?.problem ?? "is a tensor that nothing here consumes",
          remedy: leftover?.remedy ?? Self.merge)
      }
      return part
    }
    // What PEFT puts before a module's path; trainers that wrap the model, or the adapter once more, leave something else.
    let paths = base.modulePaths
    // A head's path is one word, which says little of what stands before it: those of several words are asked first.
    let ordered = parts.sorted { $0.module.contains("layers") && !$1.module.contains("layers") }
    let wrapper = ordered.lazy.compactMap { Self.wrapper($0.module, paths) }.first ?? Self.prefix
    if let other = zip(names, parts).first(where: { !$0.1.module.hasPrefix(wrapper) })?.0 {
      throw InputError(
        file, field: other,
        "stands beside tensors that are saved under '\(wrapper.dropLast())', and has not that prefix",
        remedy: TensorWrapper.remedy(for: wrapper))
    }
    places = Dictionary(
      uniqueKeysWithValues: zip(names, parts).map {
        ($0, Place(module: base.ownPath(String($1.module.dropFirst(wrapper.count))), part: $1.part))
      })
    let place = wrapper.isEmpty ? "without a prefix" : "under '\(wrapper.dropLast())'"
    notes =
      wrapper == Self.prefix
      ? [] : ["the adapter's tensors are saved \(place), not under 'base_model.model': applied here, and not by peft"]
  }

  /// What a tensor's name says without the part that it is.
  private static func part(_ name: String) -> (module: String, part: AdapterPart)? {
    // The text part of a model for text and pictures is read under its own names.
    let plain = name.replacing(".default.", with: ".").replacing("language_model.", with: "")
    let known = plain.hasSuffix(".default") ? String(plain.dropLast(".default".count)) : plain
    for (ending, part) in AdapterPart.endings where known.hasSuffix(ending) && known.count > ending.count {
      let module = String(known.dropLast(ending.count))
      // A weight of something that is no module of the base: "….q_proj.lora_C".
      let isWhole = [.weight, .bias, .baseWeight, .baseBias].contains(part)
      guard !isWhole || !module.split(separator: ".").contains(where: Self.isOfAdapter) else { return nil }
      return (module, part)
    }
    return nil
  }

  private static func isOfAdapter(_ part: Substring) -> Bool {
    part.hasPrefix("lora_") || part == "token_adapter" || part == "modules_to_save"
  }

  /// What stands before one of the base's own module paths; nil where none is in the path.
  private static func wrapper(_ path: String, _ known: Set<String>) -> String? {
    var rest = path[...]
    while true {
      if known.contains(String(rest)) { return String(path[..<rest.startIndex]) }
      guard let dot = rest.firstIndex(of: ".") else { return nil }
      rest = rest[rest.index(after: dot)...]
    }
  }
}

extension DecoderSpec {
  /// What an adapter may change: every module that has weights, and the head, whether or not it is the embedding.
  var modulePaths: Set<String> {
    Set(weights.map { String($0.name[..<($0.name.lastIndex(of: ".") ?? $0.name.endIndex)]) }).union([
      names.head, Self.usualHead,
    ])
  }

  /// transformers' own name of every head, by which it loads and adapts also those that a family's files call otherwise.
  static var usualHead: String { "lm_head" }

  /// A module's path as this family's files have it.
  func ownPath(_ path: String) -> String { path == Self.usualHead ? names.head : path }

  /// The paths by which a configuration may mean a module: as here, as transformers has it, and as a model for text and pictures has it.
  func pathsMeaning(_ path: String) -> [String] {
    let other =
      ["model.language_model.", "language_model.model."].filter { _ in path.hasPrefix("model.") }
      .map { $0 + path.dropFirst("model.".count) }
    return [path] + (path == names.head && path != Self.usualHead ? [Self.usualHead] : []) + other
  }
}
