import Diagnostics
import Foundation
import Reading

/// One adapted linear module: y += scale · B (A x).
package struct AdapterModule: Sendable {
  /// As in the base, e.g. "model.layers.0.self_attn.q_proj".
  package let path: String
  /// [r, in]
  package let a: Tensor
  /// [out, r], in Hugging Face's row order.
  package let b: Tensor
  package let scale: Float

  package var rank: Int { a.rows }
}

/// A PEFT LoRA adapter, checked against the base that it is to change: every tensor consumed, every shape right, all weights finite.
package struct Adapter: Sendable {
  /// The folder, as the user gave it.
  package let path: String
  /// `r` of adapter_config.json; a module's own may differ where `rank_pattern` says so.
  package let rank: Int
  /// `lora_alpha` of adapter_config.json.
  package let alpha: Double
  /// In the order of the model.
  package let modules: [AdapterModule]
  /// Whether the adapter changes nothing: every B is zero, or its scale is.
  package let isNil: Bool
  /// adapter_model.safetensors
  package let weightFile: MappedFile
  /// What whoever opened it should know.
  package let notes: [String]
  /// The model that it says it was trained on, where that goes by another name than its base here; nil where it says nothing else.
  package var otherBase: String?

  /// `notes` with the path before each.
  package var noteLines: [String] { notes.map { "\(path): \($0)" } }

  /// Opens the folder `path` and checks it against `base`.
  ///
  /// - Throws: `InputError` where anything is missing, does not fit the base, or would have to be ignored.
  package static func open(_ path: String, on base: Checkpoint) throws -> Adapter {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    guard HuggingFaceWeights.exists(folder.appendingPathComponent("adapter_config.json")) else {
      throw InputError(path, "has no adapter_config.json", remedy: "give the folder that PEFT saved the adapter to")
    }
    let configuration = try AdapterConfiguration(folder.appendingPathComponent("adapter_config.json"))
    let weights = folder.appendingPathComponent("adapter_model.safetensors")
    guard HuggingFaceWeights.exists(weights) else {
      let hasPickle = HuggingFaceWeights.exists(folder.appendingPathComponent("adapter_model.bin"))
      throw InputError(
        path, "has no adapter_model.safetensors",
        remedy: hasPickle
          ? "save the adapter with safe_serialization=True: adapter_model.bin can run code and is not read"
          : FolderLeftover(at: folder)?.remedy ?? "give the folder that PEFT saved the adapter to")
    }
    let file = try SafetensorsFile(weights)
    let layout = base.configuration.decoder
    var pairs = try AdapterTensors(file, layout)
    try pairs.divide(configuration.parameters, layout, configuration: configuration.path)
    let modules = try Self.modules(pairs, configuration, layout)
    let changesNothing = modules.allSatisfy { $0.scale == 0 || !$0.b.hasNonZero() }
    var notes = pairs.notes + (try configuration.notes(unused: pairs.paths, layout))
    let otherBase = configuration.baseName.flatMap { namesSameModel($0, base.path) ? nil : $0 }
    if let name = otherBase {
      notes.append("the adapter says it was trained on \(name); judged on \(base.path)")
    }
    if changesNothing { notes.append("the adapter changes nothing: every lora_B is zero") }
    return Adapter(
      path: path, rank: configuration.rank, alpha: configuration.alpha, modules: modules, isNil: changesNothing,
      weightFile: file.file, notes: notes, otherBase: otherBase)
  }

  /// The same with some of its modules only.
  package func keeping(_ isKept: (AdapterModule) -> Bool) -> Adapter {
    let kept = modules.filter(isKept)
    return Adapter(
      path: path, rank: rank, alpha: alpha, modules: kept,
      isNil: kept.allSatisfy { $0.scale == 0 || !$0.b.hasNonZero() }, weightFile: weightFile,
      notes: notes)
  }

  private static func modules(
    _ tensors: AdapterTensors, _ configuration: AdapterConfiguration, _ layout: DecoderSpec
  ) throws -> [AdapterModule] {
    let linear = layout.linearModules
    try tensors.refuseUnknownPaths(Set(linear.map(\.path)), layout)
    // To peft with transformers 5 routers and experts are parameters, not linear modules: one that has none of their tensors was trained so.
    let untouched = layout.moduleGroups.filter(\.isOfMixture).map(\.paths)
    let present = Set(tensors.pairs.filter { $0.value.parameter == nil }.keys)
    let passedOver = Set(untouched.contains { $0.contains(where: present.contains) } ? [] : untouched.flatMap { $0 })
    let targeted = linear.filter {
      tensors.pairs[$0.path]?.parameter != nil
        || !passedOver.contains($0.path) && configuration.adapts($0.path, layout)
    }
    let targetedPaths = Set(targeted.map(\.path))
    if let left = tensors.paths.first(where: { !targetedPaths.contains($0) }) {
      throw InputError(
        tensors.file, field: left, "has tensors, but adapter_config.json does not target it",
        remedy: "save the adapter again, configuration and weights together")
    }
    for name in configuration.targets.unused(among: tensors.paths) {
      // PEFT would adapt these, and this file has nothing for them.
      for module in [layout.names.head, layout.names.embedding] where ModuleSelection.isNamed(module, name) {
        if configuration.adapts(module, layout) { throw untrained(module, tensors.file) }
      }
    }
    return try targeted.map { module in
      guard let pair = tensors.pairs[module.path] else {
        throw untrained(module.path, tensors.file)
      }
      return try Self.module(module.path, pair, module.module, configuration, layout)
    }
  }

  private static func untrained(_ module: String, _ file: String) -> InputError {
    InputError(
      file, field: module, "is targeted by adapter_config.json, but has no tensors",
      remedy: "save the adapter again, configuration and weights together")
  }

  private static func module(
    _ path: String, _ pair: AdapterTensors.Pair, _ module: LinearModule, _ configuration: AdapterConfiguration,
    _ layout: DecoderSpec
  ) throws -> AdapterModule {
    let shape = layout.shape(of: module)
    let (rank, scale) = try configuration.rankAndScale(pair.parameter ?? path)
    for (tensor, expected) in [(pair.a, [rank, shape[1]]), (pair.b, [shape[0], rank])] {
      guard tensor.shape == expected else {
        throw InputError(
          tensor.file.path, field: tensor.name, "has shape \(tensor.shape), the base and the rank need \(expected)",
          remedy: "use the adapter with the base model that it was trained on")
      }
      if let index = tensor.firstNonFinite() {
        throw InputError(
          tensor.file.path, field: tensor.name, "has NaN or infinity at \(index)",
          remedy: "the training run diverged: use an earlier checkpoint")
      }
    }
    // The rows of B are the module's outputs, in the file's order; a transposed module's are as they are.
    let b = module.storage == .byHead ? pair.b.canonical(.byHead, headDimension: layout.headDimension) : pair.b
    return AdapterModule(path: path, a: pair.a, b: b ?? pair.b, scale: scale)
  }
}

extension AdapterConfiguration {
  /// Whether PEFT would put the adapter on the base's module at `path`.
  fileprivate func adapts(_ path: String, _ layout: DecoderSpec) -> Bool {
    // A pattern may have been written for the text part of a model for text and pictures.
    let names =
      [path]
      + ["model.language_model.", "language_model.model."].filter { _ in path.hasPrefix("model.") }
      .map { $0 + path.dropFirst("model.".count) }
    guard names.contains(where: targets.contains), !names.contains(where: { excluded?.contains($0) ?? false })
    else { return false }
    guard let layers else { return true }
    // A module outside the layers has no number, and is not adapted then.
    return layers.contains { path.hasPrefix(layout.names.path("", layer: $0)) }
  }
}

extension AdapterConfiguration {
  /// Which listed targets come to nothing, and why; PEFT passes over them too. Those that it would adapt are an error already.
  fileprivate func notes(unused paths: [String], _ layout: DecoderSpec) throws -> [String] {
    let modules = layout.linearModules.map(\.path) + [layout.names.head, layout.names.embedding]
    var absent: [String] = []
    var excludedNames: [String] = []
    var otherLayers: [String] = []
    for name in targets.unused(among: paths) {
      let named = modules.filter { ModuleSelection.isNamed($0, name) }
      if named.isEmpty {
        absent.append(name)
      } else if named.contains(where: { excluded?.contains($0) ?? false }) {
        excludedNames.append(name)
      } else {
        otherLayers.append(name)
      }
    }
    func line(_ names: [String], _ why: String) -> String? {
      guard !names.isEmpty else { return nil }
      return "target_modules names \(names.sorted().map { "'\($0)'" }.joined(separator: ", ")), \(why)"
    }
    return [
      line(absent, "which the base has no module for: nothing is adapted there"),
      line(excludedNames, "which exclude_modules takes out again"),
      line(otherLayers, "of layers that layers_to_transform leaves out"),
    ].compactMap { $0 }
  }
}

extension Tensor {
  /// Whether any weight differs from zero.
  fileprivate func hasNonZero() -> Bool { decodeAll().contains { $0 != 0 } }
}
