import CKernels
import Checkpoints

/// One block of the decoder over dense weights, forward and backward: the steps of `DecoderSpec.blockSteps`, in their order and in reverse.
struct TrainableBlock {
  let spec: DecoderSpec
  let steps: [BlockStep]
  /// By `NormPlace.rawValue`.
  let norms: [TrainableNorm?]
  /// By `Projection.rawValue`.
  let linears: [DenseLinear?]
  let deltas: [TrainableDelta?]
  /// Nil in a dense block.
  let experts: TrainableExperts?
  /// The block's number.
  let index: Int

  /// What every block of a pass shares.
  struct Pass {
    let rows: Int
    /// The position of each row in its sample.
    let positions: [Int]
    let rotary: RotaryTables
    let attention: SequenceAttention
    let team: ThreadTeam
    let dropoutSeed: UInt64
  }

  /// output [rows, hidden] from input [rows, hidden]; the two may not be the same buffer.
  func forward(
    _ input: UnsafePointer<Float>, output: UnsafeMutablePointer<Float>, _ kept: inout BlockActivations, _ pass: Pass
  ) {
    kept.input = input
    kept.output = output
    for step in steps { forward(step, &kept, pass) }
  }

  private func forward(_ step: BlockStep, _ kept: inout BlockActivations, _ pass: Pass) {
    let rows = pass.rows
    switch step {
    case .normalise(let place, let from, let to):
      norms[place.rawValue]?.forward(
        kept[from], rows: rows * spec.extent(of: place).perRow, y: kept.place(to), pass.team)
    case .project(let projection, let from, let to):
      linears[projection.rawValue]?.forward(kept[from], rows: rows, y: kept.place(to), pass.team)
      guard let delta = deltas[projection.rawValue] else { return }
      kept.traces[projection.rawValue] = delta.forward(
        kept[from], rows: rows, y: kept.place(to), seed: seed(projection, pass), pass.team)
    case .rotate(let value):
      turn(kept.place(value), value, pass) { $0.rotate($1, heads: $2, position: $3) }
    case .attend:
      attention(pass).forward(
        queries: kept[.queries], keys: kept[.keys], values: kept[.values], output: kept.place(.attended))
    case .choose:
      // Where logits are not finite the loss is not either, and whoever trains sees that.
      _ = kept.choices?.choose(0..<rows, kept[.routerLogits])
    case .mix(let from, let to):
      guard let choices = kept.choices else { return }
      experts?.forward(kept[from], choices, rows: rows, output: kept.place(to), pass)
    case .blend:
      let to = kept.place(.mlpBranch)
      to.update(from: kept[.experts], count: rows * spec.hiddenSize)
      for row in 0..<rows {
        hf_add_scaled(
          to + row * spec.hiddenSize, kept[.shared] + row * spec.hiddenSize, share(row, kept), spec.hiddenSize)
      }
    case .activate:
      let width = spec.mlpWidth(layer: index)
      pass.team.divide(rows) { begin, count in
        let offset = begin * width
        hf_activate_times_to(
          spec.activation.rawValue, kept[spec.isGated ? .gate : .up] + offset, spec.isGated ? kept[.up] + offset : nil,
          count * width, kept.place(.gated) + offset)
      }
    case .add(let branch, let base, let sum):
      let count = rows * spec.hiddenSize
      let to = kept.place(sum)
      if to != kept.place(branch) { to.update(from: kept[branch], count: count) }
      if spec.residualScale != 1 { hf_scale_and_cap(to, count, spec.residualScale, 0) }
      hf_add(to, kept[base], count)
    }
  }

  /// Turns the gradient of the block's output into that of its input, in place, and adds to the gradients of its weights.
  func backward(
    _ input: UnsafePointer<Float>, dresidual: UnsafeMutablePointer<Float>, _ kept: BlockActivations, _ pass: Pass
  ) {
    var kept = kept
    kept.input = input
    let gradients = BlockGradients(spec, layer: index, rows: pass.rows, residual: dresidual)
    for step in steps.reversed() { backward(step, kept, gradients, pass) }
  }

  private func backward(_ step: BlockStep, _ kept: BlockActivations, _ gradients: BlockGradients, _ pass: Pass) {
    let rows = pass.rows
    switch step {
    case .normalise(let place, let from, let to):
      norms[place.rawValue]?.backward(
        kept[from], dy: gradients[to], rows: rows * spec.extent(of: place).perRow, dx: gradients[from], pass.team)
    case .project(let projection, let from, let to):
      linears[projection.rawValue]?.backward(
        kept[from], dy: gradients[to], rows: rows, dx: gradients[from], pass.team)
      guard let delta = deltas[projection.rawValue], let trace = kept.traces[projection.rawValue] else { return }
      delta.backward(
        kept[from], trace, dy: gradients[to], rows: rows, dx: gradients[from], seed: seed(projection, pass), pass.team)
    case .rotate(let value):
      turn(gradients[value], value, pass) { $0.rotateBack($1, heads: $2, position: $3) }
    case .attend:
      attention(pass).backward(
        queries: kept[.queries], keys: kept[.keys], values: kept[.values], doutput: gradients[.attended],
        dqueries: gradients[.queries], dkeys: gradients[.keys], dvalues: gradients[.values])
    case .choose:
      guard let choices = kept.choices, let count = spec.mixture?.expertCount else { return }
      for row in 0..<rows {
        choices.backward(
          row: row, kept[.routerLogits] + row * count, dweights: gradients.choices.pointer + row * choices.count,
          dlogits: gradients[.routerLogits] + row * count)
      }
    case .mix(let from, let to):
      guard let choices = kept.choices else { return }
      experts?.backward(
        kept[from], choices, rows: rows, doutput: gradients[to], dx: gradients[from],
        dweights: gradients.choices.pointer, pass)
    case .blend:
      backwardBlend(kept, gradients, rows: rows)
    case .activate:
      let width = spec.mlpWidth(layer: index)
      let (gate, up) = (gradients[spec.isGated ? .gate : .up], spec.isGated ? gradients[.up] : nil)
      let dgated = gradients[.gated]
      pass.team.divide(rows) { begin, count in
        let offset = begin * width
        hf_activate_times_backward(
          spec.activation.rawValue, kept[spec.isGated ? .gate : .up] + offset, spec.isGated ? kept[.up] + offset : nil,
          dgated + offset, count * width, gate + offset, up.map { $0 + offset })
      }
    case .add(let branch, _, let sum):
      // The base's gradient is the sum's, where it is: the residual stream's.
      hf_add_scaled(gradients[branch], gradients[sum], spec.residualScale, rows * spec.hiddenSize)
    }
  }

  /// What the MLP for all rows is multiplied by in a row.
  private func share(_ row: Int, _ kept: BlockActivations) -> Float {
    linears[Projection.sharedGate.rawValue] == nil ? 1 : sigmoid(kept[.sharedGate][row])
  }

  private func backwardBlend(_ kept: BlockActivations, _ gradients: BlockGradients, rows: Int) {
    let hidden = spec.hiddenSize
    hf_add(gradients[.experts], gradients[.mlpBranch], rows * hidden)
    for row in 0..<rows {
      let share = share(row, kept)
      let dy = gradients[.mlpBranch] + row * hidden
      hf_add_scaled(gradients[.shared] + row * hidden, dy, share, hidden)
      guard linears[Projection.sharedGate.rawValue] != nil else { continue }
      let dshare = dot(dy, kept[.shared] + row * hidden, hidden)
      gradients[.sharedGate][row] += Float(dshare * Double(share) * (1 - Double(share)))
    }
  }

  private func attention(_ pass: Pass) -> SequenceAttention {
    SequenceAttention(pass.attention, spec.attentionShape(layer: index))
  }

  /// Turns every head of a value, or of its gradient, by its row's position.
  private func turn(
    _ x: UnsafeMutablePointer<Float>, _ value: BlockValue, _ pass: Pass,
    _ body: (RotaryTable, UnsafeMutablePointer<Float>, _ heads: Int, _ position: Int) -> Void
  ) {
    guard let table = pass.rotary.table(layer: index) else { return }
    let width = spec.width(of: value, layer: index)
    for (row, position) in pass.positions.enumerated() {
      body(table, x + row * width, width / spec.headDimension, position)
    }
  }

  /// Projections of one module drop the same inputs: they are one map there.
  private func seed(_ projection: Projection, _ pass: Pass) -> UInt64 {
    let module =
      spec.modules(layer: index).first { $0.projections.contains(projection) }?.projections.first ?? projection
    // Seven of a dense block: with another number every model's dropout would be another. What only a mixture has comes behind all of them.
    let dense = 7
    let place = UInt64(
      module.rawValue < dense
        ? index * dense + module.rawValue + 1 : spec.layerCount * dense + index * 2 + module.rawValue - dense + 1)
    return (pass.dropoutSeed ^ (place &* 0xD6E8_FEB8_6659_FD93)) &* 0x2545_F491_4F6C_DD1D
  }
}

extension TrainableBlock {
  /// The block as it is without dropout: for evaluation.
  var withoutDropout: TrainableBlock {
    replacing { $0.map { TrainableDelta(a: $0.a, b: $0.b, scale: $0.scale, dropout: 0) } }
  }

  /// The block as it is without its low-rank additions: the base model's.
  var withoutDeltas: TrainableBlock { replacing { _ in nil } }

  private func replacing(_ change: (TrainableDelta?) -> TrainableDelta?) -> TrainableBlock {
    TrainableBlock(
      spec: spec, steps: steps, norms: norms, linears: linears, deltas: deltas.map(change),
      experts: experts?.replacing(change), index: index)
  }
}
