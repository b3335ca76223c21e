import CKernels
import COpenBLAS

/// A linear map over dense fp32 weights: training's matrix products, through OpenBLAS with the rows divided over the threads.
struct DenseLinear {
  /// [outputs, inputs]
  let weight: UnsafeMutablePointer<Float>
  /// [outputs, inputs]; nil where the weight is not trained.
  let gradient: UnsafeMutablePointer<Float>?
  let outputs: Int
  let inputs: Int
  /// [outputs]; nil where there is none.
  var bias: UnsafeMutablePointer<Float>?
  var biasGradient: UnsafeMutablePointer<Float>?

  /// The same map without a gradient.
  var frozen: DenseLinear {
    DenseLinear(weight: weight, gradient: nil, outputs: outputs, inputs: inputs, bias: bias)
  }

  /// y [rows, outputs] = x [rows, inputs] · Wᵀ + b
  func forward(_ x: UnsafePointer<Float>, rows: Int, y: UnsafeMutablePointer<Float>, _ team: ThreadTeam) {
    team.divide(rows) { begin, count in
      hf_openblas_sgemm(
        0, 1, Int32(count), Int32(outputs), Int32(inputs), 1, x + begin * inputs, Int32(inputs), weight, Int32(inputs),
        0, y + begin * outputs, Int32(outputs))
      if let bias { for row in begin..<begin + count { hf_add(y + row * outputs, bias, outputs) } }
    }
  }

  /// dx += dy · W where `dx` is given, dW += dyᵀ · x where the weight is trained, db += Σ dy where the bias is.
  func backward(
    _ x: UnsafePointer<Float>, dy: UnsafePointer<Float>, rows: Int, dx: UnsafeMutablePointer<Float>?, _ team: ThreadTeam
  ) {
    if let dx {
      team.divide(rows) { begin, count in
        hf_openblas_sgemm(
          0, 0, Int32(count), Int32(inputs), Int32(outputs), 1, dy + begin * outputs, Int32(outputs), weight,
          Int32(inputs), 1, dx + begin * inputs, Int32(inputs))
      }
    }
    if let gradient {
      // Divided over the outputs, so that no two threads add to the same number.
      team.divide(outputs) { begin, count in
        hf_openblas_sgemm(
          1, 0, Int32(count), Int32(inputs), Int32(rows), 1, dy + begin, Int32(outputs), x, Int32(inputs), 1,
          gradient + begin * inputs, Int32(inputs))
      }
    }
    if let biasGradient { for row in 0..<rows { hf_add(biasGradient, dy + row * outputs, outputs) } }
  }
}

extension ThreadTeam {
  /// Cuts 0..<total into one equal run a thread; each thread's run is always the same.
  package func divide(_ total: Int, _ body: (_ begin: Int, _ count: Int) -> Void) {
    let share = (total + count - 1) / count
    run(count) { part, _ in
      let begin = part * share
      let size = min(share, total - begin)
      if size > 0 { body(begin, size) }
    }
  }
}
