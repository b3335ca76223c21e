import Diagnostics

extension GGUFFile {
  /// Tensors that say how positions rotate, which the configuration has taken in.
  static let rotaryTensors: Set<String> = [
    "rope_freqs.weight", "rope_factors_short.weight", "rope_factors_long.weight",
  ]

  /// The tensors under Hugging Face's names, in its row order and with its values. Throws `InputError` for a tensor that the family has no name for.
  func canonicalTensors(_ configuration: ModelConfiguration, _ layout: GGUFLayout) throws -> NamedTensors {
    var canonical: [String: Tensor] = [:]
    let scales = try TensorScales(tensors)
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key })
    where !Self.rotaryTensors.contains(name) && !scales.names.contains(name) {
      let scaled = scales.factors[name].map { tensor.renamed(name, times: $0) } ?? tensor
      for part in try parts(name, scaled, configuration.decoder, layout) {
        guard canonical.updateValue(part, forKey: part.name) == nil else {
          throw InputError(
            tensor.file.path, field: name, "holds '\(part.name)' a second time", remedy: "convert the model again")
        }
      }
    }
    return NamedTensors(path: file.path, tensors: canonical)
  }

  /// The tensor as the family knows it: itself, several that a converter joined (`--fuse-qkv`), or the experts' that it holds.
  func parts(
    _ name: String, _ stored: Tensor, _ spec: DecoderSpec, _ layout: GGUFLayout
  ) throws -> [Tensor] {
    if let known = known(name, spec, layout) {
      let isSharedGate = name.hasSuffix("ffn_gate_inp_shexp.weight") && stored.shape.count == 1
      return [shown(isSharedGate ? stored.asRow : stored, known, spec, layout)]
    }
    for ending in [".weight", ".bias"] where name.hasSuffix(ending) {
      guard let (block, own) = Self.inBlock(name.dropLast(ending.count)) else { continue }
      if own == "attn_qkv" { return try split(stored, block, ending, spec, layout) }
      if ending == ".weight", (0..<spec.layerCount).contains(block), spec.mixture != nil {
        if let stack = GGUFLayout.stacks[own] {
          return try stored.unstacked(stack, layer: block, spec)
        }
        if let name = expertName(own, block, spec) { return [stored.renamed(name)] }
      }
    }
    throw notKnown(name, layout, in: stored.file.path)
  }

  /// What the family calls a tensor; nil where it has none of that name.
  private func known(_ name: String, _ spec: DecoderSpec, _ layout: GGUFLayout) -> String? {
    for ending in [".weight", ".bias"] where name.hasSuffix(ending) {
      let stem = name.dropLast(ending.count)
      if let known = layout.model[String(stem)] { return known + ending }
      guard let (block, own) = Self.inBlock(stem), let below = layout.block[own] else { continue }
      return spec.names.path(below, layer: block) + ending
    }
    return nil
  }

  /// N and NAME of "blk.N.NAME".
  private static func inBlock(_ stem: Substring) -> (Int, String)? {
    let pieces = stem.split(separator: ".", maxSplits: 2, omittingEmptySubsequences: false)
    // "007" is an Int too, but no name that this format has.
    guard pieces.count == 3, pieces[0] == "blk", let block = Int(pieces[1]), String(block) == pieces[1] else {
      return nil
    }
    return (block, String(pieces[2]))
  }

  /// What the family calls a weight that an adapter is on, and the order in which the converter put its rows.
  func adapted(_ name: String, _ spec: DecoderSpec, _ layout: GGUFLayout) throws -> (name: String, order: RowOrder) {
    guard let known = known(name, spec, layout) else { throw notKnown(name, layout, in: file.path) }
    return (known, rowOrder(known, spec, layout))
  }

  /// - Parameter path: the file that has it, which of several parts need not be the first.
  private func notKnown(_ name: String, _ layout: GGUFLayout, in path: String) -> InputError {
    InputError(
      path, field: name, "is a tensor that a \(layout.architecture) model does not have, and would be ignored",
      remedy: "convert the model again, or use a plain \(layout.architecture) model")
  }

  /// Of files before llama.cpp stacked experts: "ffn_gate.3" is a matrix of expert 3.
  private func expertName(_ own: String, _ block: Int, _ spec: DecoderSpec) -> String? {
    let pieces = own.split(separator: ".", omittingEmptySubsequences: false)
    let projections = ["ffn_gate": Projection.gate, "ffn_up": .up, "ffn_down": .down]
    guard pieces.count == 2, let projection = projections[String(pieces[0])], let expert = Int(pieces[1]),
      String(expert) == pieces[1], spec.isSparse(layer: block)
    else { return nil }
    return spec.expertPath(projection, expert: expert, layer: block).map { "\($0).weight" }
  }

  private func split(
    _ tensor: Tensor, _ block: Int, _ ending: String, _ spec: DecoderSpec, _ layout: GGUFLayout
  ) throws -> [Tensor] {
    let widths = [spec.queryWidth, spec.keyValueWidth, spec.keyValueWidth]
    let isMatrix = tensor.shape.count == 2
    guard (isMatrix ? tensor.rows : tensor.columns) == widths.reduce(0, +),
      isMatrix || tensor.type?.weightsPerBlock == 1
    else {
      throw InputError(
        tensor.file.path, field: tensor.name,
        "has shape \(tensor.shape), q, k and v together need \(widths.reduce(0, +)) rows",
        remedy: "convert the model again")
    }
    var first = 0
    return try zip(["attn_q", "attn_k", "attn_v"], widths).map { own, width in
      guard let below = layout.block[own] else {
        throw InputError(tensor.file.path, field: tensor.name, "is not supported", remedy: "convert the model again")
      }
      let part = tensor.slice(first..<first + width)
      first += width
      return shown(part, spec.names.path(below, layer: block) + ending, spec, layout)
    }
  }

  private func shown(_ tensor: Tensor, _ name: String, _ spec: DecoderSpec, _ layout: GGUFLayout) -> Tensor {
    let isOffset = layout.normsAreOffset && name.hasSuffix("norm.weight")
    return tensor.renamed(name, rowOrder: rowOrder(name, spec, layout), adding: isOffset ? -1 : 0)
  }

  private func rowOrder(_ name: String, _ spec: DecoderSpec, _ layout: GGUFLayout) -> RowOrder {
    let module = name.split(separator: ".").dropLast().last ?? ""
    let isRotated = layout.permutesRotaryRows && (module == "q_proj" || module == "k_proj")
    return isRotated ? .interleavedPairs(headDimension: spec.headDimension) : .plain
  }
}
