import Diagnostics

/// Checks that configuration and tensors of an adapter say the same.
struct AdapterTargets {
  let configuration: AdapterConfiguration
  let tensors: AdapterTensors
  let base: DecoderSpec

  /// Modules outside the blocks that a low-rank addition can be on.
  private var outer: [String] { [base.names.embedding, base.names.head] }

  /// The adapted linear modules of the blocks, in the order of the model.
  var linear: [(path: String, module: LinearModule)] {
    // To peft with transformers 5 routers and experts are parameters, not linear modules: one that has none of their tensors was trained so.
    let untouched = base.moduleGroups.filter(\.isOfMixture).map(\.paths)
    let present = Set(tensors.targetedPaths.filter { tensors.parameters[$0] == nil })
    let passedOver = Set(untouched.contains { $0.contains(where: present.contains) } ? [] : untouched.flatMap { $0 })
    return base.linearModules.filter {
      tensors.parameters[$0.path] != nil || !passedOver.contains($0.path) && configuration.adapts($0.path, base)
    }
  }

  /// - Throws: `InputError` for a module that only one of the two names.
  func check() throws {
    try tensors.refuseUnknownPaths(base)
    try checkParts()
    let inBlocks = Set(linear.map(\.path))
    let adaptable = Set(base.linearModules.map(\.path) + outer)
    if let other = tensors.targetedPaths.first(where: { !adaptable.contains($0) }) {
      throw InputError(
        tensors.file, field: other, "adapters on this module are not supported", remedy: AdapterNames.merge)
    }
    for path in tensors.targetedPaths where !inBlocks.contains(path) && !isTargetedOutside(path) {
      throw InputError(
        tensors.file, field: path, "has tensors, but adapter_config.json does not target it",
        remedy: "save the adapter again, configuration and weights together")
    }
    let present = Set(tensors.targetedPaths)
    let needed = configuration.method == .norms || configuration.method == .tokens ? [] : linear.map(\.path)
    if let absent = needed.first(where: { !present.contains($0) }) { throw untrained(absent, "is targeted by") }
    if !configuration.targets.isAllLinear, [.lora, .ia3].contains(configuration.method) {
      // A list may name what a family has not; a pattern that takes in the embedding is told by the tensors.
      let unused = Set(configuration.targets.unused(among: named(tensors.targetedPaths)))
      for module in outer where !present.contains(module) && configuration.adapts(module, base) {
        if base.pathsMeaning(module).contains(where: { path in unused.contains { ModuleSelection.isNamed(path, $0) } })
        {
          throw untrained(module, "is targeted by")
        }
      }
    }
    for module in outer where configuration.tokenIndices(module, base) != nil && tensors[module, .tokens] == nil {
      // The rows of a head that is tied to the embedding are the embedding's.
      let isTied = module == base.names.head && base.tiesEmbeddings && tensors[base.names.embedding, .tokens] != nil
      if !isTied { throw untrained(module, "has trained tokens in") }
    }
    for place in base.weights {
      let module = String(place.name[..<(place.name.lastIndex(of: ".") ?? place.name.endIndex)])
      let part: AdapterPart = place.name.hasSuffix(".bias") ? .bias : .weight
      guard tensors[module, part] == nil else { continue }
      if configuration.saves(module, base) { throw untrained(place.name, "is named by modules_to_save in") }
      if configuration.method == .norms, configuration.adapts(module, base) {
        throw untrained(place.name, "is targeted by")
      }
    }
    if base.tiesEmbeddings, configuration.saves(base.names.head, base), !configuration.ensuresTying,
      tensors[base.names.head, .weight] == nil
    {
      throw untrained(base.names.head, "is named by modules_to_save in")
    }
  }

  /// Every tensor is one of the method's, and the configuration says that it is there.
  private func checkParts() throws {
    for module in tensors.paths {
      let parts = tensors.modules[module, default: [:]]
      for (part, tensor) in parts.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
        let key: ShownText? =
          switch part {
          case .magnitude where !configuration.usesDoRA: "use_dora"
          case .loraBias where !configuration.addsBias: "lora_bias"
          case _ where configuration.method.parts.contains(part): nil
          default: "peft_type"
          }
        guard let key else { continue }
        throw InputError(
          tensors.file, field: tensor.name, "is a tensor that nothing consumes with adapter_config.json's \(key)",
          remedy: "save the adapter again, configuration and weights together")
      }
      if configuration.addsBias, parts[.loraB] != nil, parts[.loraBias] == nil {
        throw untrained("\(module).lora_B.bias", "is asked for by lora_bias in")
      }
    }
  }

  private func isTargetedOutside(_ path: String) -> Bool {
    guard outer.contains(path), !configuration.targets.isAllLinear else { return false }
    // What is put on the embedding is put on a head that is tied to it, too.
    return configuration.adapts(path, base) || path == base.names.head && configuration.ensuresTying
  }

  private func named(_ paths: [String]) -> [String] { paths.flatMap { base.pathsMeaning($0) } }

  private func untrained(_ module: String, _ how: ShownText) -> InputError {
    InputError(
      tensors.file, field: module, "\(how) adapter_config.json, but has no tensors",
      remedy: "save the adapter again, configuration and weights together")
  }

  /// Which listed targets come to nothing, and why; PEFT passes over them too. Those that it would adapt are an error already.
  func notes() -> [String] {
    guard configuration.method == .lora || configuration.method == .ia3 else { return [] }
    let modules = base.linearModules.map(\.path) + outer
    var absent: [String] = []
    var excludedNames: [String] = []
    var otherLayers: [String] = []
    var ofExperts: [String] = []
    for name in configuration.targets.unused(among: named(tensors.targetedPaths)) {
      let meant = modules.filter { base.pathsMeaning($0).contains { ModuleSelection.isNamed($0, name) } }
      if meant.isEmpty {
        absent.append(name)
      } else if meant.contains(where: { configuration.isExcluded($0, base) }) {
        excludedNames.append(name)
      } else if meant.contains(where: { configuration.saves($0, base) }) {
        continue
      } else if configuration.layers == nil {
        ofExperts.append(name)
      } else {
        otherLayers.append(name)
      }
    }
    func list(_ names: [String]) -> String { names.sorted().map { "'\($0)'" }.joined(separator: ", ") }
    let paths = base.modulePaths
    let unsaved = configuration.savedModules.filter { name in
      !paths.contains { configuration.saves($0, base) && base.pathsMeaning($0).contains { $0.contains(name) } }
    }
    let lines: [([String], String)] = [
      (absent, "target_modules names \(list(absent)), which the base has no module for: nothing is adapted there"),
      (excludedNames, "target_modules names \(list(excludedNames)), which exclude_modules takes out again"),
      (otherLayers, "target_modules names \(list(otherLayers)), of layers that layers_to_transform leaves out"),
      (
        ofExperts,
        "target_modules names \(list(ofExperts)), which are tensors of all experts to peft with transformers 5: nothing is adapted there"
      ),
      (unsaved, "modules_to_save names \(list(unsaved)), which the base has no module for: nothing is replaced there"),
    ]
    return lines.compactMap { $0.0.isEmpty ? nil : $0.1 }
  }
}
