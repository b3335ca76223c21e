import Diagnostics

/// The tensors of an adapter by the module that they belong to. Every tensor finds its place or is refused by name: an adapter applied in
/// part would be judged as if it were whole.
struct AdapterTensors: Sendable {
  let file: String
  private(set) var modules: [String: [AdapterPart: Tensor]]
  /// Of a module, the parameter of all experts that its addition is a part of, or the router's; none of a linear module's own.
  private(set) var parameters: [String: String] = [:]
  /// What whoever opened it should know.
  let notes: [String]

  /// Module paths, sorted.
  var paths: [String] { modules.keys.sorted() }
  /// Of those that carry a low-rank addition, or another thing that `target_modules` asks for.
  var targetedPaths: [String] {
    paths.filter { modules[$0, default: [:]].keys.contains { [.loraA, .embeddingA, .ia3].contains($0) } }
  }

  subscript(_ module: String, _ part: AdapterPart) -> Tensor? { modules[module]?[part] }

  init(file: String, modules: [String: [AdapterPart: Tensor]], notes: [String] = []) {
    (self.file, self.modules, self.notes) = (file, modules, notes)
  }

  init(_ safetensors: SafetensorsFile, _ base: DecoderSpec) throws {
    let file = safetensors.file.path
    let names = try AdapterNames(safetensors.tensors.keys.sorted(), file: file, base)
    var modules: [String: [AdapterPart: Tensor]] = [:]
    for (name, tensor) in safetensors.tensors.sorted(by: { $0.key < $1.key }) {
      guard let place = names.places[name] else { continue }
      if tensor.count == 0, let leftover = TensorLeftover.of(tensor) {
        throw InputError(file, field: name, leftover.problem, remedy: leftover.remedy)
      }
      if let other = modules[place.module]?[place.part] {
        // Of an embedding that was resized and is saved besides, peft writes the module's weight under two names.
        let isWhole = [.weight, .bias, .baseWeight, .baseBias].contains(place.part)
        guard isWhole, other.type == tensor.type, other.shape == tensor.shape, other.hasSameBytes(as: tensor) else {
          throw InputError(
            file, field: name, "is a second tensor for the same module", remedy: "save the adapter again")
        }
        continue
      }
      modules[place.module, default: [:]][place.part] = tensor
    }
    guard !modules.isEmpty else {
      throw InputError(file, "holds no adapter tensors", remedy: "save the adapter again")
    }
    self.init(file: file, modules: modules, notes: names.notes)
    try refuseHalves()
    try refuseNonFinite()
  }

  /// Puts additions to single experts in the place of those to a tensor of all of them, where the configuration targets that
  /// (`target_parameters`).
  ///
  /// - Throws: `InputError` for a pair that fits no such tensor, or is not targeted, and for a target that no pair is for.
  mutating func divide(by configuration: AdapterConfiguration, _ base: DecoderSpec) throws {
    let targets = configuration.parameters
    guard let experts = ExpertParameters(base) else {
      guard let target = targets.first else { return }
      throw InputError(
        configuration.path, field: "target_parameters", "is not supported on a model without experts ('\(target)')",
        remedy: AdapterNames.merge)
    }
    func isTargeted(_ parameter: String) -> Bool {
      targets.contains { parameter == $0 || parameter.hasSuffix(".\($0)") }
    }
    for (path, parts) in modules.sorted(by: { $0.key < $1.key }) {
      guard let a = parts[.loraA], let b = parts[.loraB] else { continue }
      if let place = experts.place(path) {
        if let other = parts.filter({ $0.key != .loraA && $0.key != .loraB }).values.map(\.name).min() {
          throw InputError(
            file, field: other, "is a tensor that nothing consumes on all experts",
            remedy: "save the adapter again, configuration and weights together")
        }
        modules[path] = nil
        for part in try experts.parts(a, b, at: place, by: configuration) {
          guard isTargeted(part.parameter) else {
            throw InputError(
              file, field: path, "has tensors for \(part.parameter), which adapter_config.json does not target",
              remedy: "save the adapter again, configuration and weights together")
          }
          guard modules.updateValue([.loraA: part.a, .loraB: part.b], forKey: part.path) == nil else {
            throw InputError(file, field: part.path, "is adapted twice", remedy: "save the adapter again")
          }
          parameters[part.path] = part.parameter
        }
      } else if isTargeted("\(path).weight") {
        modules[path] = nil
        let name = experts.fileName(path)
        guard modules.updateValue(parts, forKey: name) == nil else {
          throw InputError(file, field: name, "is adapted twice", remedy: "save the adapter again")
        }
        parameters[name] = "\(path).weight"
      }
    }
    for target in targets where !parameters.values.contains(where: { $0 == target || $0.hasSuffix(".\(target)") }) {
      throw InputError(
        configuration.path, field: "target_parameters",
        "'\(target)' has no tensors in the adapter, or is no tensor of experts or a router of the base",
        remedy: "save the adapter again, or merge it into its base model and gate the merged model")
    }
    let adapted = Set(parameters.values)
    if !adapted.isEmpty, let absent = experts.names.first(where: { isTargeted($0) && !adapted.contains($0) }) {
      throw InputError(
        file, field: absent, "is targeted by adapter_config.json, but has no tensors",
        remedy: "save the adapter again, configuration and weights together")
    }
  }

  /// The same with some of its modules only.
  func keeping(_ isKept: (String) -> Bool) -> AdapterTensors {
    var kept = self
    kept.modules = modules.filter { isKept($0.key) }
    return kept
  }

  /// Refuses what is nothing without another part.
  func refuseHalves() throws {
    let needs: [(AdapterPart, AdapterPart)] = [
      (.loraA, .loraB), (.loraB, .loraA), (.embeddingA, .embeddingB), (.embeddingB, .embeddingA), (.loraBias, .loraB),
    ]
    for (module, parts) in modules.sorted(by: { $0.key < $1.key }) {
      for (present, absent) in needs where parts[present] != nil && parts[absent] == nil {
        throw InputError(
          file, field: module, "has \(present.rawValue) without \(absent.rawValue)", remedy: "save the adapter again")
      }
      if parts[.magnitude] != nil, parts[.loraA] == nil, parts[.embeddingA] == nil {
        throw InputError(
          file, field: module, "has lora_magnitude_vector without lora_A", remedy: "save the adapter again")
      }
      if parts[.loraA] != nil, parts[.embeddingA] != nil {
        throw InputError(
          file, field: module, "has lora_A and lora_embedding_A", remedy: "save the adapter again")
      }
    }
  }

  func refuseNonFinite() throws {
    for tensor in modules.values.flatMap(\.values).sorted(by: { $0.name < $1.name }) {
      guard let index = tensor.firstNonFinite() else { continue }
      throw InputError(
        file, field: tensor.name, "has NaN or infinity at \(index)",
        remedy: "the training run diverged: use an earlier checkpoint")
    }
  }

  /// Refuses modules that the base does not have.
  func refuseUnknownPaths(_ base: DecoderSpec) throws {
    let known = base.modulePaths
    guard let path = paths.first(where: { !known.contains($0) }) else { return }
    if let leftover = TensorLeftover(path) ?? TensorLeftover("\(path).weight") {
      throw InputError(file, field: path, leftover.problem, remedy: leftover.remedy)
    }
    throw InputError(
      file, field: path, "is not a module of the base (\(base.layerCount) layers)",
      remedy: "use the adapter with the base model that it was trained on")
  }
}
