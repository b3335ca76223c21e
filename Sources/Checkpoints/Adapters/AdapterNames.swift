import Diagnostics

/// Where the tensors of adapter_model.safetensors belong, by their names.
struct AdapterNames {
  /// A tensor's module, as a path in the base, and whether it is the A of it.
  struct Place {
    let module: String
    let isA: Bool
  }

  /// By a tensor's name.
  let places: [String: Place]
  let notes: [String]

  private static let prefix = "base_model.model."
  static let merge: ShownText = "merge the adapter into its base model and gate the merged model"

  /// - Parameter names: sorted.
  /// - Throws: `InputError` for a tensor that is no half of a LoRA, and for a prefix that only some names have.
  init(_ names: [String], file: String, _ base: DecoderSpec) throws {
    if let head = names.first(where: { $0.contains("\(base.names.head).lora_") }) {
      throw InputError(file, field: head, "an adapter on the vocabulary head is not supported", remedy: Self.merge)
    }
    let halves = try names.map { name in
      guard let half = Self.half(name) else {
        throw InputError(file, field: name, Self.problem(name), remedy: Self.merge)
      }
      return half
    }
    // What PEFT puts before a module's path; trainers that wrap the model, or the adapter once more, leave something else.
    let paths = Set(base.linearModules.map(\.path))
    let wrapper = halves.lazy.compactMap { Self.wrapper($0.module, paths) }.first ?? Self.prefix
    if let other = zip(names, halves).first(where: { !$0.1.module.hasPrefix(wrapper) })?.0 {
      throw InputError(
        file, field: other,
        "stands beside tensors that are saved under '\(wrapper.dropLast())', and has not that prefix",
        remedy: TensorWrapper.remedy(for: wrapper))
    }
    places = Dictionary(
      uniqueKeysWithValues: zip(names, halves).map {
        ($0, Place(module: String($1.module.dropFirst(wrapper.count)), isA: $1.isA))
      })
    let place = wrapper.isEmpty ? "without a prefix" : "under '\(wrapper.dropLast())'"
    notes =
      wrapper == Self.prefix
      ? [] : ["the adapter's tensors are saved \(place), not under 'base_model.model': applied here, and not by peft"]
  }

  /// What a tensor's name says without the half that it is.
  private static func half(_ name: String) -> (module: String, isA: Bool)? {
    for (suffix, isA) in [
      (".lora_A.weight", true), (".lora_A.default.weight", true), (".lora_B.weight", false),
      (".lora_B.default.weight", false),
    ] where name.hasSuffix(suffix) && name.count > suffix.count {
      // The text part of a model for text and pictures is read under its own names.
      return (String(name.dropLast(suffix.count)).replacing("language_model.", with: ""), isA)
    }
    return nil
  }

  /// What stands before one of the base's own module paths; nil where none is in the path.
  private static func wrapper(_ path: String, _ known: Set<String>) -> String? {
    var rest = path[...]
    while let dot = rest.firstIndex(of: ".") {
      if known.contains(String(rest)) { return String(path[..<rest.startIndex]) }
      rest = rest[rest.index(after: dot)...]
    }
    return nil
  }

  private static func problem(_ name: String) -> ShownText {
    if name.contains("lora_magnitude_vector") { return "belongs to DoRA, which is not supported" }
    if name.contains("lora_embedding_") || name.contains("embed_tokens.base_layer") {
      return "adapts an embedding, which is not supported"
    }
    if name.contains("modules_to_save") || name.hasPrefix(prefix) && !name.contains("lora_") {
      return "replaces a whole weight (modules_to_save), which is not supported"
    }
    return "is a tensor that nothing here consumes"
  }
}
