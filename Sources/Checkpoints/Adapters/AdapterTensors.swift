import Diagnostics

/// The tensors of adapter_model.safetensors as pairs by module. Every tensor finds its place or is refused by name: an adapter applied in
/// part would be judged as if it were whole.
struct AdapterTensors {
  struct Pair {
    let a: Tensor
    let b: Tensor
    /// The name of the parameter of all experts that it is a part of, or of the router; nil for a linear module's.
    var parameter: String?
  }

  let file: String
  private(set) var pairs: [String: Pair]
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

  /// Puts additions to single experts in the place of those to a tensor of all of them, where the configuration targets that
  /// (`target_parameters`).
  ///
  /// - Throws: `InputError` for a pair that fits no such tensor, or is not targeted, and for a target that no pair is for.
  mutating func divide(_ targets: [String], _ base: DecoderSpec, configuration: String) throws {
    guard let experts = ExpertParameters(base) else {
      guard let target = targets.first else { return }
      throw InputError(
        configuration, field: "target_parameters", "is not supported on a model without experts ('\(target)')",
        remedy: AdapterNames.merge)
    }
    func isTargeted(_ parameter: String) -> Bool {
      targets.contains { parameter == $0 || parameter.hasSuffix(".\($0)") }
    }
    for (path, pair) in pairs.sorted(by: { $0.key < $1.key }) {
      if let place = experts.place(path) {
        pairs[path] = nil
        for part in try experts.parts(pair.a, pair.b, at: place) {
          guard isTargeted(part.parameter) else {
            throw InputError(
              file, field: path, "has tensors for \(part.parameter), which adapter_config.json does not target",
              remedy: "save the adapter again, configuration and weights together")
          }
          guard pairs.updateValue(Pair(a: part.a, b: part.b, parameter: part.parameter), forKey: part.path) == nil
          else {
            throw InputError(file, field: part.path, "is adapted twice", remedy: "save the adapter again")
          }
        }
      } else if isTargeted("\(path).weight") {
        pairs[path] = nil
        pairs[experts.fileName(path)] = Pair(a: pair.a, b: pair.b, parameter: "\(path).weight")
      }
    }
    let adapted = Set(pairs.values.compactMap(\.parameter))
    for target in targets where !adapted.contains(where: { $0 == target || $0.hasSuffix(".\(target)") }) {
      throw InputError(
        configuration, field: "target_parameters",
        "'\(target)' has no tensors in the adapter, or is no tensor of experts or a router of the base",
        remedy: "save the adapter again, or merge it into its base model and gate the merged model")
    }
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
