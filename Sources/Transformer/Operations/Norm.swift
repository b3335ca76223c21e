import CKernels
import Checkpoints

/// One norm of a checkpoint, as it is computed with: the offset of its family added to the weight.
struct NormWeights: Sendable {
  let weight: [Float]
  /// Nil where the norm has none.
  let bias: [Float]?

  /// y = norm(x), row by row; x and y may be the same rows.
  ///
  /// - Parameters:
  ///   - rows: of x and y, each as wide as the weight.
  func apply(
    _ norm: DecoderSpec.Norm, _ x: UnsafePointer<Float>, rows: Int, into y: UnsafeMutablePointer<Float>
  ) {
    let width = weight.count
    weight.withUnsafeBufferPointer { weight in
      guard let scale = weight.baseAddress else { return }
      guard let bias else { return norm.apply(x, rows: rows, width: width, weight: scale, bias: nil, into: y) }
      bias.withUnsafeBufferPointer {
        norm.apply(x, rows: rows, width: width, weight: scale, bias: $0.baseAddress, into: y)
      }
    }
  }
}

extension DecoderSpec.Norm {
  /// y = norm(x) over rows of `width` numbers, with a weight that holds the offset already.
  func apply(
    _ x: UnsafePointer<Float>, rows: Int, width: Int, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: UnsafeMutablePointer<Float>
  ) {
    for row in 0..<rows {
      let (from, to) = (x + row * width, y + row * width)
      switch kind {
      case .rms: hf_rms_norm(from, weight, width, epsilon, to)
      case .layer: hf_layer_norm(from, weight, bias, width, epsilon, to)
      }
    }
  }
}

/// A norm over dense weights, forward and backward: the weight as it is stored, its family's offset added where it is used.
struct TrainableNorm {
  let norm: DecoderSpec.Norm
  let width: Int
  let weight: UnsafePointer<Float>
  let bias: UnsafePointer<Float>?
  /// nil where the weight, and the bias, are not trained.
  let gradient: UnsafeMutablePointer<Float>?
  let biasGradient: UnsafeMutablePointer<Float>?

  /// x and y [rows, width]
  func forward(_ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, _ team: ThreadTeam) {
    withWeight { weight in
      team.divide(rows) { begin, count in
        norm.apply(
          x + begin * width, rows: count, width: width, weight: weight, bias: bias, into: y + begin * width)
      }
    }
  }

  /// dx [rows, width] is added to.
  func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, rows: Int, dx: UnsafeMutablePointer<Float>, _ team: ThreadTeam
  ) {
    // A thread sums its own rows; the sums are added in the order of the threads.
    let isTrained = gradient != nil || biasGradient != nil
    let partial = FloatBuffer.zeros(isTrained ? 2 * team.count * width : 0)
    let share = (rows + team.count - 1) / team.count
    withWeight { weight in
      team.divide(rows) { begin, count in
        let sum = isTrained ? partial.pointer + 2 * (begin / share) * width : nil
        for row in begin..<begin + count {
          let (from, gradient, to) = (x + row * width, dy + row * width, dx + row * width)
          switch norm.kind {
          case .rms: hf_rms_norm_backward(from, weight, gradient, width, norm.epsilon, to, sum)
          case .layer:
            hf_layer_norm_backward(from, weight, gradient, width, norm.epsilon, to, sum, sum.map { $0 + width })
          }
        }
      }
    }
    guard isTrained else { return }
    for part in 0..<team.count {
      if let gradient { hf_add(gradient, partial.pointer + 2 * part * width, width) }
      if let biasGradient { hf_add(biasGradient, partial.pointer + (2 * part + 1) * width, width) }
    }
  }

  private func withWeight(_ body: (UnsafePointer<Float>) -> Void) {
    guard norm.offset != 0 else { return body(weight) }
    withUnsafeTemporaryAllocation(of: Float.self, capacity: width) { shifted in
      guard let base = shifted.baseAddress else { return }
      for index in 0..<width { base[index] = weight[index] + norm.offset }
      body(base)
    }
  }
}
