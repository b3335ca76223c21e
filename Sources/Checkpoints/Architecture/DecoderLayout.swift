import Diagnostics

/// Which tensors a model has, and their shapes.
struct DecoderLayout {
  let spec: DecoderSpec

  /// Checks that `tensors` are exactly the model's, each of its shape.
  ///
  /// - Throws: `InputError` naming the first that is missing, misfits or is left over.
  func check(_ tensors: NamedTensors) throws {
    var expected: Set<String> = []
    for place in spec.weights {
      expected.insert(place.name)
      guard let tensor = tensors.tensor(place.name) else { throw missing(place.name, among: tensors) }
      guard tensor.shape == place.shape else {
        throw InputError(
          tensors.path, field: place.name, "has shape \(tensor.shape), the configuration says \(place.shape)",
          remedy: "use the configuration that belongs to these weights")
      }
    }
    if let left = tensors.names.first(where: { !expected.contains($0) }) {
      throw leftOver(left, tensors.path)
    }
  }

  private func leftOver(_ name: String, _ path: String) -> InputError {
    let known = TensorLeftover(name)
    return InputError(
      path, field: name, known?.problem ?? "is a tensor that this model has no place for, and would be ignored",
      remedy: known?.remedy ?? "use a checkpoint of a supported architecture, with a configuration that fits it")
  }

  /// What became of a tensor that the model needs, as far as the names that are there tell.
  private func missing(_ name: String, among tensors: NamedTensors) -> InputError {
    func missing(_ more: ShownText, _ remedy: ShownText) -> InputError {
      InputError(tensors.path, field: name, "the model has no such tensor" + more, remedy: remedy)
    }
    if let kept = tensors.names.first(where: { TensorLeftover($0) != nil }) { return leftOver(kept, tensors.path) }
    if name == "\(spec.names.head).weight" {
      return missing(
        ": it was saved without its head, and its configuration does not tie that to the embedding",
        "save the whole model, as AutoModelForCausalLM; where head and embedding are one, set tie_word_embeddings to true"
      )
    }
    let layers = (0..<spec.layerCount).filter { layer in
      let block = spec.names.path("", layer: layer)
      return tensors.names.contains { $0.hasPrefix(block) }
    }
    let inBlocks = (0..<spec.layerCount).contains { name.hasPrefix(spec.names.path("", layer: $0)) }
    if inBlocks, let last = layers.last, !name.hasPrefix(spec.names.path("", layer: last)) {
      return missing(
        ": its weights are of \(layers.count) layers, the configuration's of \(spec.layerCount)",
        "use the configuration that belongs to these weights, or save both again")
    }
    let own = Set(spec.weights.map(\.name))
    if let other = tensors.names.first(where: { !own.contains($0) && !$0.hasSuffix("norm.weight") }) {
      return missing(
        "; '\(other)' is there, which it has no place for", "use a checkpoint of a supported architecture")
    }
    return missing("", "download, convert or save the model again, with all of its files")
  }
}
