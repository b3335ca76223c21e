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
  private let finalNorm: RMSNorm
  private let head: CrossEntropy
  private let embedding: UnsafeMutablePointer<Float>
  private let embeddingGradient: UnsafeMutablePointer<Float>?
  private var rotary: RotaryTable

  /// - Parameters:
  ///   - isTrained: which of the checkpoint's weights get gradients, by canonical name.
  ///   - lowRank: trained additions beside them; A starts from `initialA` (uniform numbers in -1...1), B from zero, as PEFT does.
  /// - Throws: `InputError` for weights that do not fit or are not finite, and where OpenBLAS is missing.
  package init(
    _ checkpoint: Checkpoint, isTrained: (String) -> Bool, lowRank: LowRankSettings? = nil,
    initialA: () -> Float = { 0 }, threads: Int
  ) throws {
    guard hf_openblas_load() == 0 else {
      throw InputError(
        "OpenBLAS", String(cString: hf_openblas_error()), remedy: "install libopenblas-dev; training needs it")
    }
    let spec = try DecoderSpec(checkpoint)
    let weights = try DecoderWeights(checkpoint.tensors, spec: spec)
    self.spec = spec
    self.lowRank = lowRank
    team = ThreadTeam(threads)
    let shapes = spec.weightShapes + (lowRank.map(spec.lowRankShapes) ?? [])
    let lowRankNames = Set(lowRank.map { spec.lowRankShapes($0).map(\.name) } ?? [])
    let parameters = Parameters(shapes) { lowRankNames.contains($0) || isTrained($0) }
    self.parameters = parameters
    try weights.decode(checkpoint, into: parameters, team: team)
    if let lowRank { parameters.initialise(spec.lowRankShapes(lowRank), inputs: initialA) }

    func norm(_ name: String) throws -> RMSNorm {
      RMSNorm(
        weight: try parameters.demand(name), gradient: parameters.gradient(name), width: spec.hiddenSize,
        epsilon: spec.normEpsilon)
    }
    blocks = try (0..<spec.layerCount).map { layer in
      let names = Projection.allCases.map { spec.name(of: $0, layer: layer) }
      return TrainableBlock(
        spec: spec, attentionNorm: try norm(spec.names.name(spec.names.attentionNorm, layer: layer)),
        mlpNorm: try norm(spec.names.name(spec.names.mlpNorm, layer: layer)),
        linears: try names.map { try parameters.linear($0) },
        deltas: try zip(Projection.allCases, names).map { projection, name in
          guard let lowRank, lowRank.projections.contains(projection) else { return nil }
          return TrainableDelta(
            a: try parameters.linear(lowRankName(name, "A")), b: try parameters.linear(lowRankName(name, "B")),
            scale: lowRank.scale, dropout: lowRank.dropout)
        }, index: layer)
    }
    finalNorm = try norm(spec.names.finalNorm)
    head = CrossEntropy(head: try parameters.linear(spec.names.head), team: team)
    embedding = try parameters.demand(spec.names.embedding)
    embeddingGradient = parameters.gradient(spec.names.embedding)
    rotary = RotaryTable(spec, positionCount: 0)
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
    let rows = batch.rowCount
    let hidden = spec.hiddenSize
    let pass = makePass(batch, dropoutSeed)
    let blocks = dropoutSeed == nil ? self.blocks.map(\.withoutDropout) : self.blocks

    var inputs = [FloatBuffer(rows * hidden)]
    for (row, token) in batch.tokens.enumerated() {
      (inputs[0].pointer + row * hidden).update(from: embedding + Int(token) * hidden, count: hidden)
    }
    var kept: [TrainableBlock.Activations] = []
    var shared = TrainableBlock.Activations(spec, rows: policy == .recompute || !backward ? rows : 0)
    for block in blocks {
      let output = FloatBuffer(rows * hidden)
      if policy == .keep, backward {
        var activations = TrainableBlock.Activations(spec, rows: rows)
        block.forward(inputs[inputs.count - 1].pointer, output: output.pointer, &activations, pass)
        kept.append(activations)
      } else {
        block.forward(inputs[inputs.count - 1].pointer, output: output.pointer, &shared, pass)
      }
      if backward { inputs.append(output) } else { inputs = [output] }
    }

    let dresidual = FloatBuffer.zeros(backward ? rows * hidden : 0)
    let loss = project(
      inputs[inputs.count - 1], batch, weight: Float(lossWeight / Double(batch.targets.count)),
      dresidual: backward ? dresidual.pointer : nil)
    guard backward else { return loss }
    for (index, block) in blocks.enumerated().reversed() {
      if policy == .keep {
        // A block's activations are let go as soon as they have been used.
        block.backward(inputs[index].pointer, dresidual: dresidual.pointer, kept.removeLast(), pass)
      } else {
        let again = FloatBuffer(rows * hidden)
        block.forward(inputs[index].pointer, output: again.pointer, &shared, pass)
        block.backward(inputs[index].pointer, dresidual: dresidual.pointer, shared, pass)
      }
      inputs.removeLast()
    }
    if let embeddingGradient {
      for (row, token) in batch.tokens.enumerated() {
        hf_add(embeddingGradient + Int(token) * hidden, dresidual.pointer + row * hidden, hidden)
      }
    }
    return loss
  }

  private func makePass(_ batch: TrainingBatch, _ dropoutSeed: UInt64?) -> TrainableBlock.Pass {
    let longest = batch.samples.map(\.count).max() ?? 0
    if rotary.positionCount < longest { rotary = RotaryTable(spec, positionCount: longest) }
    return TrainableBlock.Pass(
      rows: batch.rowCount, positions: batch.samples.flatMap { Array(0..<$0.count) }, rotary: rotary,
      attention: SequenceAttention(spec.attentionShape, samples: batch.samples, team: team), team: team,
      dropoutSeed: dropoutSeed ?? 0)
  }

  /// Final norm, vocabulary projection and loss at the target rows; their gradient is added to `dresidual`.
  private func project(
    _ residual: FloatBuffer, _ batch: TrainingBatch, weight: Float, dresidual: UnsafeMutablePointer<Float>?
  ) -> Double {
    let hidden = spec.hiddenSize
    let count = batch.targets.count
    let rows = FloatBuffer(count * hidden)
    for (index, target) in batch.targets.enumerated() {
      (rows.pointer + index * hidden).update(from: residual.pointer + target.row * hidden, count: hidden)
    }
    let normed = FloatBuffer(count * hidden)
    finalNorm.forward(rows.pointer, rows: count, y: normed.pointer, team)
    let dnormed = FloatBuffer.zeros(count * hidden)
    let loss = head.forwardBackward(
      normed.pointer, targets: batch.targets.map(\.token), weight: weight,
      dx: dresidual == nil ? nil : dnormed.pointer)
    guard let dresidual else { return loss }
    let drows = FloatBuffer.zeros(count * hidden)
    finalNorm.backward(rows.pointer, dy: dnormed.pointer, rows: count, dx: drows.pointer, team)
    for (index, target) in batch.targets.enumerated() {
      hf_add(dresidual + target.row * hidden, drows.pointer + index * hidden, hidden)
    }
    return loss
  }
}

extension TrainableBlock {
  var withoutDropout: TrainableBlock {
    TrainableBlock(
      spec: spec, attentionNorm: attentionNorm, mlpNorm: mlpNorm, linears: linears,
      deltas: deltas.map { $0.map { TrainableDelta(a: $0.a, b: $0.b, scale: $0.scale, dropout: 0) } }, index: index)
  }
}
