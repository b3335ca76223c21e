import CKernels

/// KL(p₀ ‖ p) between two models' next-token distributions at target rows: the preservation term's loss, in chunks of rows, the
/// gradient in place of the logits.
struct Divergence {
  let head: LogitsHead
  /// The base model's vocabulary projection; never trained.
  let baseHead: LogitsHead
  let team: ThreadTeam

  private static let chunkRows = 64

  /// - Parameters:
  ///   - x: [count, hidden], the normed rows of the model that is trained; `base`, of the base model.
  ///   - weights: what each row's divergence is multiplied by.
  ///   - dx: [count, hidden], added to; nil where only the value is wanted.
  /// - Returns: Σ weight · KL(p₀ ‖ p), in nats.
  func forwardBackward(
    _ x: UnsafePointer<Float>, base: UnsafePointer<Float>, weights: [Float], dx: UnsafeMutablePointer<Float>?
  ) -> Double {
    let rows = min(Self.chunkRows, weights.count)
    let logits = FloatBuffer(rows * head.outputs)
    let baseLogits = FloatBuffer(rows * head.outputs)
    var values = [Double](repeating: 0, count: weights.count)
    for begin in stride(from: 0, to: weights.count, by: Self.chunkRows) {
      let count = min(Self.chunkRows, weights.count - begin)
      let chunk = x + begin * head.inputs
      head.forward(chunk, rows: count, y: logits.pointer, team)
      baseHead.forward(base + begin * head.inputs, rows: count, y: baseLogits.pointer, team)
      let capped = dx == nil ? nil : head.copy(logits.pointer, rows: count)
      values.withUnsafeMutableBufferPointer { values in
        let to = values.baseAddress!
        team.run(count) { row, _ in
          let offset = row * head.outputs
          to[begin + row] = hf_kl_row(
            logits.pointer + offset, baseLogits.pointer + offset, head.outputs, weights[begin + row])
        }
      }
      if let dx {
        head.backward(
          chunk, dy: logits.pointer, capped: capped, rows: count, dx: dx + begin * head.inputs, team)
      }
    }
    return zip(values, weights).reduce(0) { $0 + $1.0 * Double($1.1) }
  }
}
