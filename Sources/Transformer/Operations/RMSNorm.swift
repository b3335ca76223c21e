import CKernels

/// y = x / √(mean(x²) + ε) · weight, row by row.
struct RMSNorm {
  let weight: UnsafePointer<Float>
  /// nil where the weight is not trained.
  let gradient: UnsafeMutablePointer<Float>?
  let width: Int
  let epsilon: Float

  /// x and y [rows, width]
  func forward(_ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, _ team: ThreadTeam) {
    team.divide(rows) { begin, count in
      for row in begin..<begin + count { hf_rms_norm(x + row * width, weight, width, epsilon, y + row * width) }
    }
  }

  /// dx [rows, width] is added to.
  func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, rows: Int, dx: UnsafeMutablePointer<Float>, _ team: ThreadTeam
  ) {
    // A thread sums its own rows; the sums are added in the order of the threads.
    let partial = FloatBuffer(gradient == nil ? 0 : team.count * width)
    partial.pointer.update(repeating: 0, count: partial.count)
    let share = (rows + team.count - 1) / team.count
    team.divide(rows) { begin, count in
      let sum = gradient == nil ? nil : partial.pointer + begin / share * width
      for row in begin..<begin + count {
        hf_rms_norm_backward(
          x + row * width, weight, dy + row * width, width, epsilon, dx + row * width, sum)
      }
    }
    if let gradient {
      for part in 0..<team.count { hf_add(gradient, partial.pointer + part * width, width) }
    }
  }
}
