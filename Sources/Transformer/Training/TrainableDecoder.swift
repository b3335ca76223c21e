import CKernels
import COpenBLAS
import Checkpoints
import Diagnostics

/// Whether a block's activations are kept for its backward, or its forward is run again before it. Both give equal gradients.
package enum ActivationPolicy: Sendable {
  case keep
  case recompute
}

/// The decoder over dense fp32 weights, for training: forward, loss, backward.
package final class TrainableDecoder {
  package let spec: DecoderSpec
  package let parameters: Parameters
  package let team: ThreadTeam
  /// nil where no low-rank additions are trained.
  package let lowRank: LowRankSettings?
  private let blocks: [TrainableBlock]
  private let finalNorm: TrainableNorm
  private let head: CrossEntropy
  private let embedding: UnsafeMutablePointer<Float>
  private let embeddingGradient: UnsafeMutablePointer<Float>?
  private let softPrompt: UnsafeMutablePointer<Float>?
  private let softPromptGradient: UnsafeMutablePointer<Float>?
  private let positions: UnsafeMutablePointer<Float>?
  private let positionsGradient: UnsafeMutablePointer<Float>?
  private var rotary: RotaryTables

  /// - Parameters:
  ///   - isTrained: which of the checkpoint's weights get gradients, by canonical name.
  ///   - softPromptRows: rows of a weight `softPromptName` that batches may begin with; they start from zero.
  ///   - lowRank: trained additions beside them; A starts from `initialA` (uniform numbers in -1...1), B from zero, as PEFT does.
  /// - Throws: `InputError` for weights that do not fit or are not finite, and where OpenBLAS is missing.
  package init(
    _ checkpoint: Checkpoint, isTrained: (String) -> Bool, softPromptRows: Int = 0,
    lowRank: LowRankSettings? = nil, initialA: () -> Float = { 0 }, threads: Int
  ) throws {
    guard hf_openblas_load() == 0 else {
      throw InputError(
        "OpenBLAS", "\(String(cString: hf_openblas_error()))", remedy: "install libopenblas-dev; training needs it")
    }
    let spec = checkpoint.configuration.decoder
    guard softPromptRows == 0 || spec.learnedPositions == nil else {
      // Its rows would take the places of the text's own, and the longest texts would have none.
      throw InputError(
        checkpoint.path, field: "promot", "a soft prompt before learned positions is not supported",
        remedy: "train without promot, or a model with rotary positions")
    }
    let weights = try DecoderWeights(checkpoint.tensors, spec: spec)
    self.spec = spec
    self.lowRank = lowRank
    team = ThreadTeam(threads)
    let softPromptShapes = softPromptRows > 0 ? [(Self.softPromptName, [softPromptRows, spec.hiddenSize])] : []
    let shapes = spec.weights.map { ($0.name, $0.shape) } + (lowRank.map(spec.lowRankShapes) ?? []) + softPromptShapes
    let lowRankNames = Set(lowRank.map { spec.lowRankShapes($0).map(\.name) } ?? [])
    let parameters = Parameters(shapes) { lowRankNames.contains($0) || isTrained($0) }
    self.parameters = parameters
    try weights.decode(checkpoint, into: parameters, team: team)
    if let lowRank { parameters.initialise(spec.lowRankShapes(lowRank), inputs: initialA) }

    func norm(_ norm: DecoderSpec.Norm, _ path: String, width: Int) throws -> TrainableNorm {
      let (weight, bias) = ("\(path).weight", "\(path).bias")
      return TrainableNorm(
        norm: norm, width: width, weight: try parameters.demand(weight),
        bias: norm.hasBias ? UnsafePointer(try parameters.demand(bias)) : nil, gradient: parameters.gradient(weight),
        biasGradient: norm.hasBias ? parameters.gradient(bias) : nil)
    }
    func delta(_ place: ProjectionPlace, _ projection: Projection, layer: Int) throws -> TrainableDelta? {
      guard let lowRank,
        let module = spec.modules(layer: layer).first(where: { $0.projections.contains(projection) }),
        lowRank.modules.contains(module.path)
      else { return nil }
      let a = try parameters.linear(lowRankName(place.module, "A"))
      // A fused module's B is as tall as all of its projections: each has its own rows of it.
      let name = lowRankName(place.module, "B")
      let first = place.firstRow * lowRank.rank
      let b = DenseLinear(
        weight: try parameters.demand(name) + first, gradient: parameters.gradient(name).map { $0 + first },
        outputs: place.shape[0], inputs: lowRank.rank)
      return TrainableDelta(a: a, b: b, scale: lowRank.scale, dropout: lowRank.dropout)
    }
    let names = spec.names
    blocks = try (0..<spec.layerCount).map { layer in
      let places = Projection.allCases.map { spec.place(of: $0, layer: layer) }
      return TrainableBlock(
        spec: spec, steps: spec.blockSteps(layer: layer),
        norms: try NormPlace.allCases.map { place in
          try spec.name(of: place).map {
            try norm(spec.norm(at: place), names.path($0, layer: layer), width: spec.extent(of: place).width)
          }
        },
        linears: try places.map { place in
          try place.map { try parameters.linear($0, shape: $0.shape) }
        },
        deltas: try zip(Projection.allCases, places).map { projection, place in
          try place.flatMap { try delta($0, projection, layer: layer) }
        }, experts: try TrainableExperts(spec, layer: layer, parameters, lowRank), index: layer)
    }
    finalNorm = try norm(spec.norm, names.finalNorm, width: spec.hiddenSize)
    let headName = spec.tiesEmbeddings ? names.embedding : names.head
    var linear = try parameters.linear("\(headName).weight")
    if spec.headHasBias {
      linear.bias = try parameters.demand("\(names.head).bias")
      linear.biasGradient = parameters.gradient("\(names.head).bias")
    }
    head = CrossEntropy(
      head: LogitsHead(linear: linear, scale: spec.logitScale, cap: spec.logitCap ?? 0), team: team)
    embedding = try parameters.demand("\(names.embedding).weight")
    embeddingGradient = parameters.gradient("\(names.embedding).weight")
    positions = try names.positions.map { try parameters.demand("\($0).weight") }
    positionsGradient = names.positions.flatMap { parameters.gradient("\($0).weight") }
    softPrompt = parameters.value(Self.softPromptName)
    softPromptGradient = parameters.gradient(Self.softPromptName)
    rotary = RotaryTables(spec)
  }

  /// The name of the soft prompt among the parameters.
  package static let softPromptName = "soft_prompt.weight"

  /// What keeping all activations takes, in bytes a row.
  package var bytesKeptPerRow: Int {
    (0..<spec.layerCount).reduce(0) { $0 + BlockActivations.floats(spec, layer: $1) + spec.hiddenSize }
      * MemoryLayout<Float>.stride
  }

  /// The mean cross-entropy over a batch's targets, in nats, times `lossWeight`; gradients are added where `backward` is true.
  ///
  /// - Parameters:
  ///   - lossWeight: 1 for a whole batch; a part of a batch weighs its share of the targets (gradient accumulation).
  ///   - dropoutSeed: which inputs are dropped; nil drops none.
  package func loss(
    _ batch: TrainingBatch, lossWeight: Double = 1, policy: ActivationPolicy = .keep, dropoutSeed: UInt64? = nil,
    backward: Bool = true
  ) -> Double {
    guard !batch.targets.isEmpty else { return 0 }
    return run(batch, policy: policy, dropoutSeed: dropoutSeed, backward: backward) { normed, dnormed in
      head.forwardBackward(
        normed, targets: batch.targets.map(\.token), weight: Float(lossWeight / Double(batch.targets.count)),
        dx: dnormed)
    }
  }

  /// The preservation term: `weight` times the mean over samples of the mean over the sample's targets of KL(p₀ ‖ p), in nats, p₀ being
  /// the base model's; gradients are added where `backward` is true.
  ///
  /// - Parameter base: the base model; nil stands for this decoder without its low-rank additions.
  package func preservation(
    _ batch: TrainingBatch, base: TrainableDecoder?, weight: Double = 1, policy: ActivationPolicy = .keep,
    dropoutSeed: UInt64? = nil, backward: Bool = true
  ) -> Double {
    guard !batch.targets.isEmpty else { return 0 }
    let reference = base ?? self
    let baseRows = reference.normedRows(batch, blocks: reference.blocks.map(\.withoutDeltas))
    let divergence = Divergence(head: head.head, baseHead: reference.head.head.frozen, team: team)
    let weights = preservationWeights(batch, weight)
    return run(batch, policy: policy, dropoutSeed: dropoutSeed, backward: backward) { normed, dnormed in
      divergence.forwardBackward(normed, base: baseRows.pointer, weights: weights, dx: dnormed)
    }
  }

  /// The same term against probabilities that were kept: one distribution a target.
  package func preservation(
    _ batch: TrainingBatch, kept: [KeptDistribution], weight: Double = 1, policy: ActivationPolicy = .keep,
    dropoutSeed: UInt64? = nil, backward: Bool = true
  ) -> Double {
    guard !batch.targets.isEmpty else { return 0 }
    let divergence = KeptDivergence(head: head.head, team: team)
    return run(batch, policy: policy, dropoutSeed: dropoutSeed, backward: backward) { normed, dnormed in
      divergence.forwardBackward(normed, base: kept, weights: preservationWeights(batch, weight), dx: dnormed)
    }
  }

  /// The next-token distributions at a batch's targets, the `count` likeliest tokens of each and the sum of the rest, without
  /// low-rank additions.
  package func keptDistributions(_ batch: TrainingBatch, count: Int) -> [KeptDistribution] {
    guard !batch.targets.isEmpty else { return [] }
    let normed = normedRows(batch, blocks: blocks.map(\.withoutDeltas))
    return KeptDivergence(head: head.head, team: team).distributions(
      normed.pointer, rows: batch.targets.count, count: count)
  }

  /// The probability at each of a batch's targets that the next token is one of `tokens`.
  package func probability(of tokens: Set<Int32>, _ batch: TrainingBatch) -> [Double] {
    guard !batch.targets.isEmpty else { return [] }
    let normed = normedRows(batch, blocks: blocks.map(\.withoutDropout))
    return head.probability(of: tokens, normed.pointer, rows: batch.targets.count)
  }

  /// A mean over samples of means over their targets.
  private func preservationWeights(_ batch: TrainingBatch, _ weight: Double) -> [Float] {
    batch.targetsPerSample.flatMap { count in
      Array(repeating: Float(weight / Double(count) / Double(batch.scoredSamples)), count: count)
    }
  }

  /// Whether each of a batch's targets is the likeliest token, the lowest id winning a tie.
  package func greedyMatches(_ batch: TrainingBatch) -> [Bool] {
    guard !batch.targets.isEmpty else { return [] }
    let normed = normedRows(batch, blocks: blocks.map(\.withoutDropout))
    return head.greedyMatches(normed.pointer, targets: batch.targets.map(\.token))
  }

  /// Forward through all blocks, an objective at the target rows, and backward.
  ///
  /// - Parameter objective: gets the normed target rows and where their gradient is to be added; returns the loss.
  private func run(
    _ batch: TrainingBatch, policy: ActivationPolicy, dropoutSeed: UInt64?, backward: Bool,
    objective: (UnsafePointer<Float>, UnsafeMutablePointer<Float>?) -> Double
  ) -> Double {
    let rows = batch.rowCount
    let hidden = spec.hiddenSize
    let pass = makePass(batch, dropoutSeed)
    let blocks = dropoutSeed == nil ? self.blocks.map(\.withoutDropout) : self.blocks
    var inputs = [embed(batch)]
    var kept: [BlockActivations] = []
    var shared = SharedActivations(spec, rows: rows)
    for block in blocks {
      let output = FloatBuffer(rows * hidden)
      if policy == .keep, backward {
        var activations = BlockActivations(spec, layer: block.index, rows: rows)
        block.forward(inputs[inputs.count - 1].pointer, output: output.pointer, &activations, pass)
        kept.append(activations)
      } else {
        block.forward(inputs[inputs.count - 1].pointer, output: output.pointer, &shared[block.index], pass)
      }
      if backward { inputs.append(output) } else { inputs = [output] }
    }

    let count = batch.targets.count
    let (targetRows, normed) = projectable(inputs[inputs.count - 1], batch)
    guard backward else { return objective(normed.pointer, nil) }
    let dnormed = FloatBuffer.zeros(count * hidden)
    let loss = objective(normed.pointer, dnormed.pointer)
    let drows = FloatBuffer.zeros(count * hidden)
    finalNorm.backward(targetRows.pointer, dy: dnormed.pointer, rows: count, dx: drows.pointer, team)
    let dresidual = FloatBuffer.zeros(rows * hidden)
    for (index, target) in batch.targets.enumerated() {
      hf_add(dresidual.pointer + target.row * hidden, drows.pointer + index * hidden, hidden)
    }
    for (index, block) in blocks.enumerated().reversed() {
      if policy == .keep {
        // A block's activations are let go as soon as they have been used.
        block.backward(inputs[index].pointer, dresidual: dresidual.pointer, kept.removeLast(), pass)
      } else {
        let again = FloatBuffer(rows * hidden)
        block.forward(inputs[index].pointer, output: again.pointer, &shared[index], pass)
        block.backward(inputs[index].pointer, dresidual: dresidual.pointer, shared[index], pass)
      }
      inputs.removeLast()
    }
    for (row, token) in batch.tokens.enumerated() {
      let gradient =
        token < 0
        ? softPromptGradient.map { $0 + Int(-1 - token) * hidden } : embeddingGradient.map { $0 + Int(token) * hidden }
      if let gradient {
        hf_add_scaled(gradient, dresidual.pointer + row * hidden, token < 0 ? 1 : spec.embeddingScale, hidden)
      }
      if let positionsGradient {
        hf_add(positionsGradient + pass.positions[row] * hidden, dresidual.pointer + row * hidden, hidden)
      }
    }
    return loss
  }

  /// Forward alone, through the given form of the blocks: the normed target rows.
  private func normedRows(_ batch: TrainingBatch, blocks: [TrainableBlock]) -> FloatBuffer {
    let pass = makePass(batch, nil)
    var residual = embed(batch)
    var shared = SharedActivations(spec, rows: batch.rowCount)
    for block in blocks {
      let output = FloatBuffer(batch.rowCount * spec.hiddenSize)
      block.forward(residual.pointer, output: output.pointer, &shared[block.index], pass)
      residual = output
    }
    return projectable(residual, batch).normed
  }

  private func embed(_ batch: TrainingBatch) -> FloatBuffer {
    let hidden = spec.hiddenSize
    let residual = FloatBuffer(batch.rowCount * hidden)
    for (row, token) in batch.tokens.enumerated() {
      let source = token < 0 ? (softPrompt ?? embedding) + Int(-1 - token) * hidden : embedding + Int(token) * hidden
      let to = residual.pointer + row * hidden
      to.update(from: source, count: hidden)
      // A soft prompt stands for what the blocks read: it is not scaled.
      if token >= 0, spec.embeddingScale != 1 { hf_scale_and_cap(to, hidden, spec.embeddingScale, 0) }
    }
    if let positions {
      for (row, position) in batch.positions.enumerated() {
        hf_add(residual.pointer + row * hidden, positions + position * hidden, hidden)
      }
    }
    return residual
  }

  /// The target rows of the residual stream, as they are and normed: [targets, hidden] each.
  private func projectable(_ residual: FloatBuffer, _ batch: TrainingBatch) -> (rows: FloatBuffer, normed: FloatBuffer)
  {
    let hidden = spec.hiddenSize
    let count = batch.targets.count
    let rows = FloatBuffer(count * hidden)
    for (index, target) in batch.targets.enumerated() {
      (rows.pointer + index * hidden).update(from: residual.pointer + target.row * hidden, count: hidden)
    }
    let normed = FloatBuffer(count * hidden)
    finalNorm.forward(rows.pointer, rows: count, y: normed.pointer, team)
    return (rows, normed)
  }

  private func makePass(_ batch: TrainingBatch, _ dropoutSeed: UInt64?) -> TrainableBlock.Pass {
    rotary.reserve(batch.samples.map(\.count).max() ?? 0)
    return TrainableBlock.Pass(
      rows: batch.rowCount, positions: batch.positions, rotary: rotary,
      attention: SequenceAttention(spec.attentionShape(layer: 0), samples: batch.samples, team: team), team: team,
      dropoutSeed: dropoutSeed ?? 0)
  }
}
