import Checkpoints

/// What a block computes on its way: its input and output are the residual stream, the others live within it.
enum BlockValue: Int, CaseIterable {
  case input
  case attentionNormed
  /// Before the norm over their heads, where there is one.
  case rawQueries, rawKeys
  case queries, keys, values
  case attended
  /// What attention adds to the residual stream, and the same after a norm of its own.
  case attentionBranch, attentionBranchNormed
  /// The residual stream with attention's branch.
  case middle
  case mlpNormed
  case gate, up, gated
  case mlpBranch, mlpBranchNormed
  case output
  /// One number an expert.
  case routerLogits
  /// The sum over a row's experts, where an MLP for all rows is added to it.
  case experts
  /// What that MLP says, and the number whose sigmoid it is multiplied by.
  case shared, sharedGate
}

/// The norms that a block may have.
enum NormPlace: Int, CaseIterable {
  case attention, attentionOutput, mlp, mlpOutput, query, key
}

/// One operation of a block.
enum BlockStep {
  case normalise(NormPlace, from: BlockValue, to: BlockValue)
  /// With the module's bias, and what adapters add.
  case project(Projection, from: BlockValue, to: BlockValue)
  /// In place.
  case rotate(BlockValue)
  case attend
  /// `gated` from `gate` and `up`, or from `up` alone.
  case activate
  /// Which experts each row goes through, and with what weights, from `routerLogits`.
  case choose
  /// The weighted sum of what a row's experts say.
  case mix(from: BlockValue, to: BlockValue)
  /// `mlpBranch` = `experts` + `shared`, times the sigmoid of `sharedGate` where there is one.
  case blend
  /// base + branch, in the place of the base.
  case add(BlockValue, to: BlockValue, giving: BlockValue)
}

extension DecoderSpec {
  /// A block's order of operations, said once: scoring runs it wave by wave, training forward and then backward.
  ///
  /// Each value is made once. In a sequential block the MLP reads `middle`, in a parallel one `input`; whoever adds to the residual
  /// stream in place may do so, because nothing reads a value after another took its place.
  func blockSteps(layer: Int) -> [BlockStep] {
    var steps: [BlockStep] = []
    func normed(_ place: NormPlace, _ exists: Bool, from: BlockValue, to: BlockValue) -> BlockValue {
      guard exists else { return from }
      steps.append(.normalise(place, from: from, to: to))
      return to
    }
    let read = normed(.attention, names.attentionNorm != nil, from: .input, to: .attentionNormed)
    for (projection, place, raw, value) in [
      (Projection.query, NormPlace.query, BlockValue.rawQueries, BlockValue.queries),
      (.key, .key, .rawKeys, .keys),
    ] {
      steps.append(.project(projection, from: read, to: queryKeyNorm == nil ? value : raw))
      if queryKeyNorm != nil { steps.append(.normalise(place, from: raw, to: value)) }
    }
    steps.append(.project(.value, from: read, to: .values))
    if attention[layer].rotary != nil { steps += [.rotate(.queries), .rotate(.keys)] }
    steps += [.attend, .project(.attentionOutput, from: .attended, to: .attentionBranch)]
    let attentionBranch = normed(
      .attentionOutput, names.attentionOutputNorm != nil, from: .attentionBranch, to: .attentionBranchNormed)
    let addAttention = BlockStep.add(attentionBranch, to: .input, giving: .middle)
    if !isParallel { steps.append(addAttention) }
    let seen = normed(.mlp, names.mlpNorm != nil, from: isParallel ? .input : .middle, to: .mlpNormed)
    if isSparse(layer: layer) {
      if isParallel { steps.append(addAttention) }
      steps += mixtureSteps(from: seen)
    } else {
      if isGated { steps.append(.project(.gate, from: seen, to: .gate)) }
      steps.append(.project(.up, from: seen, to: .up))
      // A parallel MLP has read the input by now.
      if isParallel { steps.append(addAttention) }
      steps += [.activate, .project(.down, from: .gated, to: .mlpBranch)]
    }
    let mlpBranch = normed(.mlpOutput, names.mlpOutputNorm != nil, from: .mlpBranch, to: .mlpBranchNormed)
    steps.append(.add(mlpBranch, to: .middle, giving: .output))
    return steps
  }

  private func mixtureSteps(from seen: BlockValue) -> [BlockStep] {
    let shared = mixture?.shared ?? []
    let hasGate = shared.contains { $0.projections.contains(.sharedGate) }
    let steps: [BlockStep] = [.project(.router, from: seen, to: .routerLogits), .choose]
    guard !shared.isEmpty else { return steps + [.mix(from: seen, to: .mlpBranch)] }
    return steps + [
      .mix(from: seen, to: .experts), .project(.gate, from: seen, to: .gate), .project(.up, from: seen, to: .up),
      .activate, .project(.down, from: .gated, to: .shared),
    ] + (hasGate ? [.project(.sharedGate, from: seen, to: .sharedGate)] : []) + [.blend]
  }

  /// Floats of one row of a value in a layer.
  func width(of value: BlockValue, layer: Int) -> Int {
    switch value {
    case .rawQueries, .queries, .attended: queryWidth
    case .rawKeys, .keys, .values: keyValueWidth
    case .gate, .up, .gated: mlpWidth(layer: layer)
    case .routerLogits: mixture?.expertCount ?? 0
    case .sharedGate: 1
    default: hiddenSize
    }
  }

  /// The norm at a place of a block, below the block's path; nil where there is none.
  func name(of place: NormPlace) -> String? {
    switch place {
    case .attention: names.attentionNorm
    case .attentionOutput: names.attentionOutputNorm
    case .mlp: names.mlpNorm
    case .mlpOutput: names.mlpOutputNorm
    case .query: queryKeyNorm == nil ? nil : names.queryNorm
    case .key: queryKeyNorm == nil ? nil : names.keyNorm
    }
  }

  /// How wide a norm is, and how many of it a row of its value holds.
  func extent(of place: NormPlace) -> (width: Int, perRow: Int) {
    switch place {
    case .query: queryKeyNorm == .head ? (headDimension, headCount) : (queryWidth, 1)
    case .key: queryKeyNorm == .head ? (headDimension, keyValueHeadCount) : (keyValueWidth, 1)
    default: (hiddenSize, 1)
    }
  }

  /// A norm over heads has no bias.
  func norm(at place: NormPlace) -> Norm {
    var norm = norm
    if place == .query || place == .key { norm.hasBias = false }
    return norm
  }
}
