import CKernels

/// One block of the decoder over dense weights, forward and backward.
struct TrainableBlock {
  let spec: DecoderSpec
  let attentionNorm: RMSNorm
  let mlpNorm: RMSNorm
  /// By `Projection.rawValue`.
  let linears: [DenseLinear]
  let deltas: [TrainableDelta?]
  /// The block's number, which gives its dropout numbers of their own.
  let index: Int

  /// What a block's forward leaves for its backward: [rows, …] each.
  struct Activations {
    let normed: FloatBuffer
    let queries: FloatBuffer
    let keys: FloatBuffer
    let values: FloatBuffer
    let attended: FloatBuffer
    /// The residual stream between attention and MLP.
    let middle: FloatBuffer
    let mlpNormed: FloatBuffer
    let gate: FloatBuffer
    let up: FloatBuffer
    let gated: FloatBuffer
    var traces: [TrainableDelta.Trace?]

    init(_ spec: DecoderSpec, rows: Int) {
      normed = FloatBuffer(rows * spec.hiddenSize)
      queries = FloatBuffer(rows * spec.queryWidth)
      keys = FloatBuffer(rows * spec.keyValueWidth)
      values = FloatBuffer(rows * spec.keyValueWidth)
      attended = FloatBuffer(rows * spec.queryWidth)
      middle = FloatBuffer(rows * spec.hiddenSize)
      mlpNormed = FloatBuffer(rows * spec.hiddenSize)
      gate = FloatBuffer(rows * spec.intermediateSize)
      up = FloatBuffer(rows * spec.intermediateSize)
      gated = FloatBuffer(rows * spec.intermediateSize)
      traces = Array(repeating: nil, count: Projection.allCases.count)
    }

    /// Floats a row takes, for choosing between keeping activations and computing them again.
    static func floats(_ spec: DecoderSpec) -> Int {
      3 * spec.hiddenSize + 2 * spec.queryWidth + 2 * spec.keyValueWidth + 3 * spec.intermediateSize
    }
  }

  /// What every block of a pass shares.
  struct Pass {
    let rows: Int
    /// The position of each row in its sample.
    let positions: [Int]
    let rotary: RotaryTable
    let attention: SequenceAttention
    let team: ThreadTeam
    let dropoutSeed: UInt64
  }

  /// output [rows, hidden] from input [rows, hidden]; the two may not be the same buffer.
  func forward(
    _ input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, _ kept: inout Activations, _ pass: Pass
  ) {
    let rows = pass.rows
    attentionNorm.forward(input, rows: rows, y: kept.normed.pointer, pass.team)
    apply(.query, kept.normed, kept.queries, &kept, pass)
    apply(.key, kept.normed, kept.keys, &kept, pass)
    apply(.value, kept.normed, kept.values, &kept, pass)
    for (row, position) in pass.positions.enumerated() {
      pass.rotary.rotate(kept.queries.pointer + row * spec.queryWidth, heads: spec.headCount, position: position)
      pass.rotary.rotate(
        kept.keys.pointer + row * spec.keyValueWidth, heads: spec.keyValueHeadCount, position: position)
    }
    pass.attention.forward(
      queries: kept.queries.pointer, keys: kept.keys.pointer, values: kept.values.pointer, output: kept.attended.pointer
    )
    apply(.attentionOutput, kept.attended, kept.middle, &kept, pass)
    hf_add(kept.middle.pointer, input, rows * spec.hiddenSize)

    mlpNorm.forward(kept.middle.pointer, rows: rows, y: kept.mlpNormed.pointer, pass.team)
    apply(.gate, kept.mlpNormed, kept.gate, &kept, pass)
    apply(.up, kept.mlpNormed, kept.up, &kept, pass)
    pass.team.divide(rows) { begin, count in
      let offset = begin * spec.intermediateSize
      hf_silu_times_to(
        kept.gate.pointer + offset, kept.up.pointer + offset, count * spec.intermediateSize,
        kept.gated.pointer + offset)
    }
    let down = linears[Projection.down.rawValue]
    down.forward(kept.gated.pointer, rows: rows, y: output, pass.team)
    if let delta = deltas[Projection.down.rawValue] {
      kept.traces[Projection.down.rawValue] = delta.forward(
        kept.gated.pointer, rows: rows, y: output, seed: seed(.down, pass), pass.team)
    }
    hf_add(output, kept.middle.pointer, rows * spec.hiddenSize)
  }

  /// Turns the gradient of the block's output into that of its input, in place, and adds to the gradients of its weights.
  func backward(
    _ input: UnsafePointer<Float>, dresidual: UnsafeMutablePointer<Float>, _ kept: Activations, _ pass: Pass
  ) {
    let rows = pass.rows
    let dgated = FloatBuffer.zeros(rows * spec.intermediateSize)
    back(.down, kept.gated, dresidual, dgated, kept, pass)
    let dgate = FloatBuffer(rows * spec.intermediateSize)
    let dup = FloatBuffer(rows * spec.intermediateSize)
    pass.team.divide(rows) { begin, count in
      let offset = begin * spec.intermediateSize
      hf_silu_times_backward(
        kept.gate.pointer + offset, kept.up.pointer + offset, dgated.pointer + offset, count * spec.intermediateSize,
        dgate.pointer + offset, dup.pointer + offset)
    }
    let dmlpNormed = FloatBuffer.zeros(rows * spec.hiddenSize)
    back(.gate, kept.mlpNormed, dgate.pointer, dmlpNormed, kept, pass)
    back(.up, kept.mlpNormed, dup.pointer, dmlpNormed, kept, pass)
    mlpNorm.backward(kept.middle.pointer, dy: dmlpNormed.pointer, rows: rows, dx: dresidual, pass.team)

    let dattended = FloatBuffer.zeros(rows * spec.queryWidth)
    back(.attentionOutput, kept.attended, dresidual, dattended, kept, pass)
    let dqueries = FloatBuffer.zeros(rows * spec.queryWidth)
    let dkeys = FloatBuffer.zeros(rows * spec.keyValueWidth)
    let dvalues = FloatBuffer.zeros(rows * spec.keyValueWidth)
    pass.attention.backward(
      queries: kept.queries.pointer, keys: kept.keys.pointer, values: kept.values.pointer,
      doutput: dattended.pointer, dqueries: dqueries.pointer, dkeys: dkeys.pointer, dvalues: dvalues.pointer)
    for (row, position) in pass.positions.enumerated() {
      pass.rotary.rotateBack(dqueries.pointer + row * spec.queryWidth, heads: spec.headCount, position: position)
      pass.rotary.rotateBack(
        dkeys.pointer + row * spec.keyValueWidth, heads: spec.keyValueHeadCount, position: position)
    }
    let dnormed = FloatBuffer.zeros(rows * spec.hiddenSize)
    back(.query, kept.normed, dqueries.pointer, dnormed, kept, pass)
    back(.key, kept.normed, dkeys.pointer, dnormed, kept, pass)
    back(.value, kept.normed, dvalues.pointer, dnormed, kept, pass)
    attentionNorm.backward(input, dy: dnormed.pointer, rows: rows, dx: dresidual, pass.team)
  }

  private func apply(
    _ projection: Projection, _ x: FloatBuffer, _ y: FloatBuffer, _ kept: inout Activations, _ pass: Pass
  ) {
    linears[projection.rawValue].forward(x.pointer, rows: pass.rows, y: y.pointer, pass.team)
    guard let delta = deltas[projection.rawValue] else { return }
    kept.traces[projection.rawValue] = delta.forward(
      x.pointer, rows: pass.rows, y: y.pointer, seed: seed(projection, pass), pass.team)
  }

  private func back(
    _ projection: Projection, _ x: FloatBuffer, _ dy: UnsafePointer<Float>, _ dx: FloatBuffer, _ kept: Activations,
    _ pass: Pass
  ) {
    linears[projection.rawValue].backward(x.pointer, dy: dy, rows: pass.rows, dx: dx.pointer, pass.team)
    guard let delta = deltas[projection.rawValue], let trace = kept.traces[projection.rawValue] else { return }
    delta.backward(
      x.pointer, trace, dy: dy, rows: pass.rows, dx: dx.pointer, seed: seed(projection, pass), pass.team)
  }

  private func seed(_ projection: Projection, _ pass: Pass) -> UInt64 {
    let place = UInt64(index * Projection.allCases.count + projection.rawValue + 1)
    return (pass.dropoutSeed ^ (place &* 0xD6E8_FEB8_6659_FD93)) &* 0x2545_F491_4F6C_DD1D
  }
}

extension TrainableBlock {
  /// The block as it is without dropout: for evaluation.
  var withoutDropout: TrainableBlock {
    replacing(deltas.map { $0.map { TrainableDelta(a: $0.a, b: $0.b, scale: $0.scale, dropout: 0) } })
  }

  /// The block as it is without its low-rank additions: the base model's.
  var withoutDeltas: TrainableBlock { replacing(Array(repeating: nil, count: deltas.count)) }

  private func replacing(_ deltas: [TrainableDelta?]) -> TrainableBlock {
    TrainableBlock(
      spec: spec, attentionNorm: attentionNorm, mlpNorm: mlpNorm, linears: linears, deltas: deltas, index: index)
  }
}
