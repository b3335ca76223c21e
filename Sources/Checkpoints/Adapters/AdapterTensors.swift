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

  /// What whoever opened it should know.
  let notes: [String]

  init(_ safetensors: SafetensorsFile, _ base: DecoderSpec) throws {
    file = safetensors.file.path
    let names = try AdapterNames(safetensors.tensors.keys.sorted(), file: file, base)
    notes = names.notes
    var halves: [String: (a: Tensor?, b: Tensor?)] = [:]
    for (name, tensor) in safetensors.tensors.sorted(by: { $0.key < $1.key }) {
      guard let place = names.places[name] else { continue }
      if tensor.count == 0, let leftover = TensorLeftover.of(tensor) {
        throw InputError(file, field: name, leftover.problem, remedy: leftover.remedy)
      }
      let (module, isA) = (place.module, place.isA)
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

  /// Refuses modules that are not linear ones of the base.
  func refuseUnknownPaths(_ known: Set<String>, _ base: DecoderSpec) throws {
    guard let path = paths.first(where: { !known.contains($0) }) else { return }
    if let leftover = TensorLeftover(path) {
      throw InputError(file, field: path, leftover.problem, remedy: leftover.remedy)
    }
    throw InputError(
      file, field: path, "is not a linear module of the base (\(base.layerCount) layers)",
      remedy: "use the adapter with the base model that it was trained on")
  }
}
