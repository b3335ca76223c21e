import CKernels

/// Which linear maps get a trained low-rank addition, and of what kind: the fields and meanings of PEFT's LoraConfig.
package struct LowRankSettings: Sendable, Equatable {
  package var rank: Int
  package var alpha: Double
  /// The share of the addition's inputs that are dropped while training.
  package var dropout: Double
  /// Scale alpha / √rank instead of alpha / rank.
  package var usesRankStabilisedScale: Bool
  /// The adapted modules' paths below a block's, such as "self_attn.q_proj".
  package var modules: Set<String>

  package init(
    rank: Int = 16, alpha: Double = 32, dropout: Double = 0.05, usesRankStabilisedScale: Bool = false,
    modules: Set<String> = ["self_attn.q_proj", "self_attn.v_proj"]
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.usesRankStabilisedScale = usesRankStabilisedScale
    self.modules = modules
  }

  package var scale: Float {
    Float(usesRankStabilisedScale ? alpha / Double(rank).squareRoot() : alpha / Double(rank))
  }
}

/// A trained low-rank addition to a linear map: y += s · B (A dropout(x)).
struct TrainableDelta {
  /// [rank, inputs]
  let a: DenseLinear
  /// [outputs, rank]
  let b: DenseLinear
  let scale: Float
  let dropout: Double

  /// The intermediate values that backward needs.
  struct Trace {
    /// [rows, inputs], after dropout; nil without dropout, where it is the map's own input.
    let dropped: FloatBuffer?
    /// [rows, rank]
    let inner: FloatBuffer
  }

  /// Adds to y [rows, outputs]. The same seed drops the same inputs.
  func forward(
    _ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, seed: UInt64, _ team: ThreadTeam
  ) -> Trace {
    let dropped = dropout > 0 ? Self.dropped(x, count: rows * a.inputs, rate: dropout, seed: seed) : nil
    let inner = FloatBuffer(rows * a.outputs)
    a.forward(dropped.map { UnsafePointer($0.pointer) } ?? x, rows: rows, y: inner.pointer, team)
    let delta = FloatBuffer(rows * b.outputs)
    b.forward(inner.pointer, rows: rows, y: delta.pointer, team)
    hf_add_scaled(y, delta.pointer, scale, rows * b.outputs)
    return Trace(dropped: dropped, inner: inner)
  }

  /// Adds to the gradients of A and B, and to dx where it is given.
  func backward(
    _ x: UnsafePointer<Float>, _ trace: Trace, dy: UnsafePointer<Float>, rows: Int, dx: UnsafeMutablePointer<Float>?,
    seed: UInt64, _ team: ThreadTeam
  ) {
    let scaled = FloatBuffer.zeros(rows * b.outputs)
    hf_add_scaled(scaled.pointer, dy, scale, rows * b.outputs)
    let dinner = FloatBuffer.zeros(rows * b.inputs)
    b.backward(trace.inner.pointer, dy: scaled.pointer, rows: rows, dx: dinner.pointer, team)
    let input = trace.dropped.map { UnsafePointer($0.pointer) } ?? x
    guard let dx, trace.dropped != nil else {
      a.backward(input, dy: dinner.pointer, rows: rows, dx: dx, team)
      return
    }
    let count = rows * a.inputs
    let through = FloatBuffer.zeros(count)
    a.backward(input, dy: dinner.pointer, rows: rows, dx: through.pointer, team)
    let kept = Self.dropped(through.pointer, count: count, rate: dropout, seed: seed)
    hf_add(dx, kept.pointer, count)
  }

  /// x with a share of its elements set to 0 and the others divided by what is left: which ones depends on the seed alone.
  private static func dropped(_ x: UnsafePointer<Float>, count: Int, rate: Double, seed: UInt64) -> FloatBuffer {
    let result = FloatBuffer(count)
    let scale = Float(1 / (1 - rate))
    let threshold = UInt64(rate * 0x1p32)
    for index in 0..<count {
      // SplitMix64's output function over a counter: every element has its own number.
      var z = seed &+ UInt64(index) &* 0x9E37_79B9_7F4A_7C15
      z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
      z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
      result.pointer[index] = (z ^ (z >> 31)) >> 32 < threshold ? 0 : x[index] * scale
    }
    return result
  }
}

extension FloatBuffer {
  static func zeros(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count)
    buffer.pointer.update(repeating: 0, count: count)
    return buffer
  }
}
