import CKernels
import COpenBLAS

/// The vocabulary projection and the loss over it: at target rows alone, in chunks of rows, the gradient in place of the logits.
struct CrossEntropy {
  let head: LogitsHead
  let team: ThreadTeam

  /// Rows whose logits are in memory at a time.
  private static let chunkRows = 128

  /// - Parameters:
  ///   - x: [count, hidden], the normed rows that predict.
  ///   - targets: the token that each predicts.
  ///   - weight: what each row's loss is multiplied by: 1 / count for a mean.
  ///   - dx: [count, hidden], added to; nil where only the loss is wanted.
  /// - Returns: Σ weight · -log p(target), in nats.
  func forwardBackward(
    _ x: UnsafePointer<Float>, targets: [Int32], weight: Float, dx: UnsafeMutablePointer<Float>?
  ) -> Double {
    let logits = FloatBuffer(min(Self.chunkRows, targets.count) * head.outputs)
    var losses = [Double](repeating: 0, count: targets.count)
    for begin in stride(from: 0, to: targets.count, by: Self.chunkRows) {
      let count = min(Self.chunkRows, targets.count - begin)
      let rows = x + begin * head.inputs
      head.forward(rows, rows: count, y: logits.pointer, team)
      let capped = dx == nil ? nil : head.copy(logits.pointer, rows: count)
      losses.withUnsafeMutableBufferPointer { losses in
        let base = losses.baseAddress!
        team.run(count) { row, _ in
          base[begin + row] = hf_cross_entropy_row(
            logits.pointer + row * head.outputs, head.outputs, Int(targets[begin + row]), weight)
        }
      }
      if let dx {
        head.backward(
          rows, dy: logits.pointer, capped: capped, rows: count, dx: dx + begin * head.inputs, team)
      }
    }
    return losses.reduce(0, +) * Double(weight)
  }

  /// The probability in each row that the next token is one of `tokens`.
  func probability(of tokens: Set<Int32>, _ x: UnsafePointer<Float>, rows: Int) -> [Double] {
    let logits = FloatBuffer(min(Self.chunkRows, rows) * head.outputs)
    let ids = tokens.map(Int.init).filter { $0 >= 0 && $0 < head.outputs }.sorted()
    var sums: [Double] = []
    for begin in stride(from: 0, to: rows, by: Self.chunkRows) {
      let count = min(Self.chunkRows, rows - begin)
      head.forward(x + begin * head.inputs, rows: count, y: logits.pointer, team)
      for row in 0..<count {
        let values = logits.pointer + row * head.outputs
        hf_softmax_row(values, 0, head.outputs, head.outputs, 1, 0, nil)
        sums.append(ids.reduce(0) { $0 + Double(values[$1]) })
      }
    }
    return sums
  }

  /// Whether each target has the highest logit of its row, the lowest id winning a tie.
  func greedyMatches(_ x: UnsafePointer<Float>, targets: [Int32]) -> [Bool] {
    let logits = FloatBuffer(min(Self.chunkRows, targets.count) * head.outputs)
    var matches: [Bool] = []
    for begin in stride(from: 0, to: targets.count, by: Self.chunkRows) {
      let count = min(Self.chunkRows, targets.count - begin)
      head.forward(x + begin * head.inputs, rows: count, y: logits.pointer, team)
      for row in 0..<count {
        let best = hf_log_sum_exp_chunk(logits.pointer + row * head.outputs, head.outputs).argmax
        matches.append(best == Int(targets[begin + row]))
      }
    }
    return matches
  }
}
