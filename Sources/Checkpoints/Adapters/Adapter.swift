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
          : "give the folder that PEFT saved the adapter to")
    }
    let file = try SafetensorsFile(weights)
    let pairs = try AdapterTensors(file)
    let modules = try Self.modules(pairs, configuration, LlamaLayout(configuration: base.configuration))
    return Adapter(
      path: path, rank: configuration.rank, alpha: configuration.alpha, modules: modules,
      isNil: modules.allSatisfy { $0.scale == 0 || !$0.b.hasNonZero() }, weightFile: file.file)
  }

  /// The same with some of its modules only.
  package func keeping(_ isKept: (AdapterModule) -> Bool) -> Adapter {
    let kept = modules.filter(isKept)
    return Adapter(
      path: path, rank: rank, alpha: alpha, modules: kept,
      isNil: kept.allSatisfy { $0.scale == 0 || !$0.b.hasNonZero() }, weightFile: weightFile)
  }

  private static func modules(
    _ tensors: AdapterTensors, _ configuration: AdapterConfiguration, _ layout: LlamaLayout
  ) throws -> [AdapterModule] {
    let linear = layout.linearModules
    try tensors.refuseUnknownPaths(Set(linear.map(\.path)), configuration: layout.configuration)
    let targeted = try linear.filter { try configuration.adapts($0.path) }
    let targetedPaths = Set(targeted.map(\.path))
    if let left = tensors.paths.first(where: { !targetedPaths.contains($0) }) {
      throw InputError(
        tensors.file, field: left, "has tensors, but adapter_config.json does not target it",
        remedy: "save the adapter again, configuration and weights together")
    }
    if let unused = configuration.targets.firstUnused(among: tensors.paths) {
      throw InputError(
        configuration.path, field: "target_modules", "'\(unused)' matches none of the adapter's tensors",
        remedy: "use the adapter's own configuration")
    }
    return try targeted.map { module in
      guard let pair = tensors.pairs[module.path] else {
        throw InputError(
          tensors.file, field: module.path, "is targeted by adapter_config.json, but has no tensors",
          remedy: "save the adapter again, configuration and weights together")
      }
      return try Self.module(module.path, pair, shape: module.shape, configuration)
    }
  }

  private static func module(
    _ path: String, _ pair: AdapterTensors.Pair, shape: [Int], _ configuration: AdapterConfiguration
  ) throws -> AdapterModule {
    let (rank, scale) = try configuration.rankAndScale(path)
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
    return AdapterModule(path: path, a: pair.a, b: pair.b, scale: scale)
  }
}

extension AdapterConfiguration {
  /// Whether PEFT would put the adapter on the base's module at `path`.
  fileprivate func adapts(_ path: String) throws -> Bool {
    guard try targets.contains(path), !(try excluded?.contains(path) ?? false) else { return false }
    guard let layers else { return true }
    let parts = path.split(separator: ".")
    return parts.count > 2 && Int(parts[2]).map(layers.contains) ?? false
  }
}

extension Tensor {
  /// Whether any weight differs from zero.
  fileprivate func hasNonZero() -> Bool { decodeAll().contains { $0 != 0 } }
}
