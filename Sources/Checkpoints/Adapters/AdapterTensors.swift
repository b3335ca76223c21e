import Diagnostics

/// The tensors of adapter_model.safetensors as pairs by module. Every tensor finds its place or is refused by name: an adapter applied in
/// part would be judged as if it were whole.
struct AdapterTensors {
  struct Pair {
    let a: Tensor
    let b: Tensor
  }

  let file: String
  let pairs: [String: Pair]
  /// Module paths, sorted.
  var paths: [String] { pairs.keys.sorted() }

  private static let prefix = "base_model.model."
  private static let merge = "merge the adapter into its base model and gate the merged model"

  init(_ safetensors: SafetensorsFile) throws {
    file = safetensors.file.path
    var halves: [String: (a: Tensor?, b: Tensor?)] = [:]
    for (name, tensor) in safetensors.tensors.sorted(by: { $0.key < $1.key }) {
      guard let (module, isA) = Self.place(of: name) else {
        throw InputError(file, field: name, Self.problem(name), remedy: Self.merge)
      }
      let half = isA ? halves[module]?.a : halves[module]?.b
      guard half == nil else {
        throw InputError(file, field: name, "is a second tensor for the same module", remedy: "save the adapter again")
      }
      let other = halves[module]
      halves[module] = isA ? (tensor, other?.b) : (other?.a, tensor)
    }
    guard !halves.isEmpty else {
      throw InputError(file, "holds no adapter tensors", remedy: "save the adapter again")
    }
    var pairs: [String: Pair] = [:]
    for (module, half) in halves.sorted(by: { $0.key < $1.key }) {
      guard let a = half.a, let b = half.b else {
        let (present, absent) = half.a == nil ? ("lora_B", "lora_A") : ("lora_A", "lora_B")
        throw InputError(file, field: module, "has \(present) without \(absent)", remedy: "save the adapter again")
      }
      pairs[module] = Pair(a: a, b: b)
    }
    self.pairs = pairs
  }

  /// The module that a tensor belongs to, and whether it is the A of it.
  private static func place(of name: String) -> (module: String, isA: Bool)? {
    guard name.hasPrefix(prefix) else { return nil }
    for (suffix, isA) in [
      (".lora_A.weight", true), (".lora_A.default.weight", true), (".lora_B.weight", false),
      (".lora_B.default.weight", false),
    ] where name.hasSuffix(suffix) && name.count > prefix.count + suffix.count {
      return (String(name.dropFirst(prefix.count).dropLast(suffix.count)), isA)
    }
    return nil
  }

  private static func problem(_ name: String) -> String {
    if name.contains("lora_magnitude_vector") { return "belongs to DoRA, which is not supported" }
    if name.contains("lora_embedding_") { return "adapts an embedding, which is not supported" }
    if name.contains("modules_to_save") || name.hasPrefix(prefix) && !name.contains("lora_") {
      return "replaces a whole weight (modules_to_save), which is not supported"
    }
    return "is a tensor that nothing here consumes"
  }

  /// Refuses modules that are not linear ones of the base.
  func refuseUnknownPaths(_ known: Set<String>, configuration: ModelConfiguration) throws {
    guard let path = paths.first(where: { !known.contains($0) }) else { return }
    guard path != "lm_head" else {
      throw InputError(file, field: path, "an adapter on the vocabulary head is not supported", remedy: Self.merge)
    }
    throw InputError(
      file, field: path, "is not a linear module of the base (a llama model of \(configuration.layerCount) layers)",
      remedy: "use the adapter with the base model that it was trained on")
  }
}
