import Diagnostics

/// Which tensors a llama model has, and their shapes.
struct LlamaLayout {
  let configuration: ModelConfiguration

  /// The seven matrices of a block that an adapter may change, as paths inside the block, with [out, in].
  var blockMatrices: [(path: String, shape: [Int])] {
    let hidden = configuration.hiddenSize
    let queries = configuration.headCount * configuration.headDimension
    let keys = configuration.keyValueHeadCount * configuration.headDimension
    let intermediate = configuration.intermediateSize
    return [
      ("self_attn.q_proj", [queries, hidden]), ("self_attn.k_proj", [keys, hidden]),
      ("self_attn.v_proj", [keys, hidden]), ("self_attn.o_proj", [hidden, queries]),
      ("mlp.gate_proj", [intermediate, hidden]), ("mlp.up_proj", [intermediate, hidden]),
      ("mlp.down_proj", [hidden, intermediate]),
    ]
  }

  /// Paths of every linear module, in the order of the model.
  var linearModules: [(path: String, shape: [Int])] {
    (0..<configuration.layerCount).flatMap { layer in
      blockMatrices.map { ("model.layers.\(layer).\($0.path)", $0.shape) }
    }
  }

  /// Checks that `tensors` are exactly the model's, each of its shape. Throws `InputError` naming the first that is missing, misfits or
  /// is left over.
  func check(_ tensors: NamedTensors) throws {
    let hidden = configuration.hiddenSize
    let embedding = [configuration.vocabularySize, hidden]
    var expected: Set<String> = []
    func require(_ name: String, _ shape: [Int]) throws {
      expected.insert(name)
      guard let tensor = tensors.tensor(name) else {
        throw missing(name, among: tensors)
      }
      guard tensor.shape == shape else {
        throw InputError(
          tensors.path, field: name, "has shape \(tensor.shape), the configuration says \(shape)",
          remedy: "use the configuration that belongs to these weights")
      }
    }
    try require("model.embed_tokens.weight", embedding)
    for layer in 0..<configuration.layerCount {
      let block = "model.layers.\(layer)"
      for norm in ["input_layernorm", "post_attention_layernorm"] {
        try require("\(block).\(norm).weight", [hidden])
      }
      for matrix in blockMatrices { try require("\(block).\(matrix.path).weight", matrix.shape) }
    }
    try require("model.norm.weight", [hidden])
    if !configuration.tiesEmbeddings { try require("lm_head.weight", embedding) }
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
    if name == "lm_head.weight" {
      return missing(
        ": it was saved without its head, and its configuration does not tie that to the embedding",
        "save the whole model, as AutoModelForCausalLM; where head and embedding are one, set tie_word_embeddings to true"
      )
    }
    let layers = (0..<configuration.layerCount).filter { layer in
      tensors.names.contains { $0.hasPrefix("model.layers.\(layer).") }
    }
    if name.hasPrefix("model.layers."), let last = layers.last, !name.hasPrefix("model.layers.\(last).") {
      return missing(
        ": its weights are of \(layers.count) layers, the configuration's of \(configuration.layerCount)",
        "use the configuration that belongs to these weights, or save both again")
    }
    let own = Set(linearModules.map { "\($0.path).weight" })
    let others = tensors.names.filter { !$0.hasSuffix("norm.weight") && !own.contains($0) }
    if let other = others.first(where: { $0 != "model.embed_tokens.weight" && $0 != "lm_head.weight" }) {
      return missing(
        "; '\(other)' is there, which it has no place for", "use a checkpoint of a supported architecture")
    }
    return missing("", "download, convert or save the model again, with all of its files")
  }
}
