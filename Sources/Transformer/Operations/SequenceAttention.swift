import CKernels
import COpenBLAS
import Checkpoints

/// How many heads attend, and how.
package struct AttentionShape: Sendable, Equatable {
  package let headCount: Int
  package let keyValueHeadCount: Int
  package let headDimension: Int
  /// Scores are multiplied by this before the softmax.
  package let scale: Float
  /// Scaled scores become cap · tanh(score / cap); 0 for none.
  package let cap: Float
  /// Positions that a query sees, itself included; nil for all before it.
  package let window: Int?

  package init(
    headCount: Int, keyValueHeadCount: Int, headDimension: Int, scale: Float, cap: Float = 0, window: Int? = nil
  ) {
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.scale = scale
    self.cap = cap
    self.window = window
  }

  /// The first position that a query at `row` of its sample sees.
  func firstVisible(_ row: Int) -> Int { window.map { max(0, row - $0 + 1) } ?? 0 }

  var queryWidth: Int { headCount * headDimension }
  var keyValueWidth: Int { keyValueHeadCount * headDimension }
  var groupSize: Int { headCount / keyValueHeadCount }
}

extension DecoderSpec {
  func attentionShape(layer: Int) -> AttentionShape {
    AttentionShape(
      headCount: headCount, keyValueHeadCount: keyValueHeadCount, headDimension: headDimension, scale: attentionScale,
      cap: attentionCap ?? 0, window: attention[layer].window)
  }
}

/// Causal grouped-query attention within each sample of a training batch: forward, and backward with the weights computed again.
package struct SequenceAttention {
  let shape: AttentionShape
  let samples: [Range<Int>]
  /// The longest sample's rows.
  private let longest: Int
  private let team: ThreadTeam
  /// Two [longest, longest] matrices a thread, three where scores are capped.
  private let scratch: [FloatBuffer]

  /// - Parameter samples: each sample's rows.
  package init(_ shape: AttentionShape, samples: [Range<Int>], team: ThreadTeam) {
    self.shape = shape
    self.samples = samples
    self.team = team
    let longest = samples.map(\.count).max() ?? 0
    self.longest = longest
    scratch = (0..<team.count).map { _ in FloatBuffer((shape.cap == 0 ? 2 : 3) * longest * longest) }
  }

  /// The same samples, working memory included, for a layer that attends in another way.
  init(_ other: SequenceAttention, _ shape: AttentionShape) {
    self.shape = shape
    (samples, longest, team, scratch) = (other.samples, other.longest, other.team, other.scratch)
  }

  /// output [rows, queryWidth] from rotated queries [rows, queryWidth] and keys, values [rows, keyValueWidth].
  package func forward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
    output: UnsafeMutablePointer<Float>
  ) {
    let d = shape.headDimension
    team.run(samples.count * shape.headCount) { task, worker in
      let rows = samples[task / shape.headCount]
      let head = task % shape.headCount
      let t = rows.count
      let weights = scratch[worker].pointer
      let value = values + rows.lowerBound * shape.keyValueWidth + head / shape.groupSize * d
      attentionWeights(rows, head, queries, keys, into: weights)
      hf_openblas_sgemm(
        0, 0, Int32(t), Int32(d), Int32(t), 1, weights, Int32(t), value, Int32(shape.keyValueWidth), 0,
        output + rows.lowerBound * shape.queryWidth + head * d, Int32(shape.queryWidth))
    }
  }

  /// Gradients of rotated queries, keys and values; all three are added to and must be set before.
  package func backward(
    queries: UnsafePointer<Float>, keys: UnsafePointer<Float>, values: UnsafePointer<Float>,
    doutput: UnsafePointer<Float>, dqueries: UnsafeMutablePointer<Float>, dkeys: UnsafeMutablePointer<Float>,
    dvalues: UnsafeMutablePointer<Float>
  ) {
    let d = Int32(shape.headDimension)
    let width = Int32(shape.queryWidth)
    let keyWidth = Int32(shape.keyValueWidth)
    // One task a key-value head: its query heads add to the same gradients, one after another.
    team.run(samples.count * shape.keyValueHeadCount) { task, worker in
      let rows = samples[task / shape.keyValueHeadCount]
      let keyHead = task % shape.keyValueHeadCount
      let t = Int32(rows.count)
      let weights = scratch[worker].pointer
      let dweights = weights + longest * longest
      let keyOffset = rows.lowerBound * shape.keyValueWidth + keyHead * shape.headDimension
      for member in 0..<shape.groupSize {
        let head = keyHead * shape.groupSize + member
        let offset = rows.lowerBound * shape.queryWidth + head * shape.headDimension
        let slopes = shape.cap == 0 ? nil : weights + 2 * longest * longest
        attentionWeights(rows, head, queries, keys, into: weights, slopes: slopes)
        // dV += Pᵀ dO; dP = dO Vᵀ
        hf_openblas_sgemm(
          1, 0, t, d, t, 1, weights, t, doutput + offset, width, 1, dvalues + keyOffset, keyWidth)
        hf_openblas_sgemm(
          0, 1, t, t, d, 1, doutput + offset, width, values + keyOffset, keyWidth, 0, dweights, t)
        for row in 0..<rows.count {
          hf_softmax_row_backward(
            weights + row * rows.count, dweights + row * rows.count, shape.firstVisible(row), row + 1, rows.count,
            shape.scale, slopes.map { $0 + row * rows.count })
        }
        // dQ += dS K; dK += dSᵀ Q
        hf_openblas_sgemm(0, 0, t, d, t, 1, dweights, t, keys + keyOffset, keyWidth, 1, dqueries + offset, width)
        hf_openblas_sgemm(1, 0, t, d, t, 1, dweights, t, queries + offset, width, 1, dkeys + keyOffset, keyWidth)
      }
    }
  }

  /// P [t, t] of one head: softmax of scaled scores over what each row sees of its own past.
  ///
  /// - Parameter slopes: gets the cap's derivative, [t, t].
  private func attentionWeights(
    _ rows: Range<Int>, _ head: Int, _ queries: UnsafePointer<Float>, _ keys: UnsafePointer<Float>,
    into weights: UnsafeMutablePointer<Float>, slopes: UnsafeMutablePointer<Float>? = nil
  ) {
    let t = rows.count
    let d = shape.headDimension
    let query = queries + rows.lowerBound * shape.queryWidth + head * d
    let key = keys + rows.lowerBound * shape.keyValueWidth + head / shape.groupSize * d
    hf_openblas_sgemm(
      0, 1, Int32(t), Int32(t), Int32(d), 1, query, Int32(shape.queryWidth), key, Int32(shape.keyValueWidth), 0,
      weights,
      Int32(t))
    for row in 0..<t {
      hf_softmax_row(
        weights + row * t, shape.firstVisible(row), row + 1, t, shape.scale, shape.cap, slopes.map { $0 + row * t })
    }
  }
}
