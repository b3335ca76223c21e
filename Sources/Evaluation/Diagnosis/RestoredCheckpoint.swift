import Checkpoints
import Diagnostics

/// Parts of a fine-tuning that can be taken back one at a time.
struct FineTuningPart {
  let name: String
  /// By the name of a weight, or of an adapted module.
  let contains: @Sendable (String) -> Bool

  /// Every layer, and what belongs to none.
  static func ofCheckpoint(_ names: [String]) -> [FineTuningPart] {
    layers(names) + [FineTuningPart(name: "embeddings and final norm") { layer(of: $0) == nil }]
  }

  /// Every layer that the adapter is on, then every kind of module, then what it changes outside the layers.
  static func ofAdapter(_ paths: [String]) -> [FineTuningPart] {
    let inside = paths.filter { layer(of: $0) != nil }
    let kinds = Set(inside.compactMap { $0.split(separator: ".").last.map(String.init) }).sorted()
    let outside = FineTuningPart(name: "embeddings and final norm") { layer(of: $0) == nil }
    let parts =
      layers(paths)
      + kinds.map { kind in FineTuningPart(name: kind) { layer(of: $0) != nil && $0.hasSuffix(".\(kind)") } }
      + (inside.count < paths.count ? [outside] : [])
    // The whole adapter taken back is the base, which says nothing.
    return parts.filter { part in !paths.allSatisfy(part.contains) }
  }

  private static func layers(_ names: [String]) -> [FineTuningPart] {
    Set(names.compactMap { layer(of: $0) }).sorted().map { number in
      FineTuningPart(name: "layer \(number)") { layer(of: $0) == number }
    }
  }

  /// N of "model.layers.N.…" or "transformer.h.N.…".
  private static func layer(of name: String) -> Int? { name.split(separator: ".").lazy.compactMap { Int($0) }.first }
}

extension Checkpoint {
  /// The same with some of its weights as another checkpoint has them.
  ///
  /// - Throws: `InputError` where the two differ in the names or shapes of their weights.
  func restoring(_ part: FineTuningPart, from base: Checkpoint) throws -> Checkpoint {
    for name in Set(tensors.names).union(base.tensors.names).sorted()
    where tensors.tensor(name)?.shape != base.tensors.tensor(name)?.shape {
      throw InputError(
        path, field: name, "has another shape than the base's (\(base.path))",
        remedy: "name the model that it was tuned from as base")
    }
    return Checkpoint(
      path: path, format: format, configuration: configuration,
      tensors: RestoredTensors(tuned: tensors, base: base.tensors, part: part), tokenizer: tokenizer,
      weightFiles: weightFiles + base.weightFiles, tokenizerFiles: tokenizerFiles)
  }
}

private struct RestoredTensors: TensorSource {
  let tuned: any TensorSource
  let base: any TensorSource
  let part: FineTuningPart

  var names: [String] { tuned.names }
  var path: String { tuned.path }
  var byteCount: Int { tuned.byteCount }

  func tensor(_ name: String) -> Tensor? { part.contains(name) ? base.tensor(name) : tuned.tensor(name) }
}
