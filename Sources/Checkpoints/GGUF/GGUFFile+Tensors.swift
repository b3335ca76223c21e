import Diagnostics

extension GGUFFile {
  /// Tensors that say how positions rotate, which the configuration has taken in.
  static let rotaryTensors: Set<String> = [
    "rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight",
  ]

  /// The tensors under Hugging Face's names, in its row order and with its values. Throws `InputError` for a tensor that the family has no name for.
  func canonicalTensors(_ configuration: ModelConfiguration, _ layout: GGUFLayout) throws -> NamedTensors {
    var canonical: [String: Tensor] = [:]
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) where !Self.rotaryTensors.contains(name) {
      for part in try parts(name, tensor, configuration.decoder, layout) {
        guard canonical.updateValue(part, forKey: part.name) == nil else {
          throw InputError(
            file.path, field: name, "holds '\(part.name)' a second time", remedy: "convert the model again")
        }
      }
    }
    return NamedTensors(path: file.path, tensors: canonical)
  }

  /// The tensor as the family knows it: itself, or several that a converter joined (`--fuse-qkv`).
  func parts(
    _ name: String, _ tensor: Tensor, _ spec: DecoderSpec, _ layout: GGUFLayout
  ) throws -> [Tensor] {
    for ending in [".weight", ".bias"] where name.hasSuffix(ending) {
      let stem = String(name.dropLast(ending.count))
      if let known = layout.model[stem] { return [shown(tensor, known + ending, spec, layout)] }
      let pieces = stem.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
      // "007" is an Int too, but no name that this format has.
      guard pieces.count == 3 || pieces.count == 2, pieces[0] == "blk", let block = Int(pieces[1]),
        String(block) == pieces[1], pieces.count == 3
      else { continue }
      let own = String(pieces[2])
      if let below = layout.block[own] {
        return [shown(tensor, spec.names.path(below, layer: block) + ending, spec, layout)]
      }
      if own == "attn_qkv" { return try split(tensor, block, ending, spec, layout) }
    }
    throw InputError(
      file.path, field: name, "is a tensor that a \(layout.architecture) model does not have, and would be ignored",
      remedy: "convert the model again, or use a plain \(layout.architecture) model")
  }

  private func split(
    _ tensor: Tensor, _ block: Int, _ ending: String, _ spec: DecoderSpec, _ layout: GGUFLayout
  ) throws -> [Tensor] {
    let widths = [spec.queryWidth, spec.keyValueWidth, spec.keyValueWidth]
    let isMatrix = tensor.shape.count == 2
    guard (isMatrix ? tensor.rows : tensor.columns) == widths.reduce(0, +), isMatrix || tensor.type.weightsPerBlock == 1
    else {
      throw InputError(
        file.path, field: tensor.name,
        "has shape \(tensor.shape), q, k and v together need \(widths.reduce(0, +)) rows",
        remedy: "convert the model again")
    }
    var first = 0
    return try zip(["attn_q", "attn_k", "attn_v"], widths).map { own, width in
      guard let below = layout.block[own] else {
        throw InputError(file.path, field: tensor.name, "is not supported", remedy: "convert the model again")
      }
      let part = tensor.slice(first..<first + width)
      first += width
      return shown(part, spec.names.path(below, layer: block) + ending, spec, layout)
    }
  }

  private func shown(_ tensor: Tensor, _ name: String, _ spec: DecoderSpec, _ layout: GGUFLayout) -> Tensor {
    let module = name.split(separator: ".").dropLast().last ?? ""
    let isRotated = layout.permutesRotaryRows && (module == "q_proj" || module == "k_proj")
    let isOffset = layout.normsAreOffset && name.hasSuffix("norm.weight")
    return tensor.renamed(
      name, rowOrder: isRotated ? .interleavedPairs(headDimension: spec.headDimension) : .plain,
      adding: isOffset ? -1 : 0)
  }
}
