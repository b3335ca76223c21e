import CKernels
import COpenBLAS

/// The rate at which this machine multiplies matrices, with Holdfast's kernel and with OpenBLAS, in FLOP/s (two a multiply-add).
package struct GEMMSpeed: Sendable {
  /// Rows, outputs and inputs: y [rows, outputs] = x [rows, inputs] · wᵀ.
  package struct Shape: Sendable, Hashable {
    package let rows: Int
    package let outputs: Int
    package let inputs: Int

    package init(rows: Int, outputs: Int, inputs: Int) {
      self.rows = rows
      self.outputs = outputs
      self.inputs = inputs
    }
  }

  package let packed: Double
  /// nil where OpenBLAS is not installed.
  package let openBLAS: Double?

  /// The best of several repetitions on a shape, rows divided over the threads.
  package static func measure(_ shape: Shape, threads: Int, repetitions: Int = 5) -> GEMMSpeed {
    let team = ThreadTeam(threads)
    let x = filled(shape.rows * shape.inputs)
    let w = filled(shape.outputs * shape.inputs)
    let y = FloatBuffer(shape.rows * shape.outputs)
    let matrix = PackedMatrix(outputs: shape.outputs, inputs: shape.inputs)
    for strip in 0..<matrix.stripCount { packStrip(strip, of: w, into: matrix) }
    let tile = max(6, (shape.rows / (4 * team.count) + 5) / 6 * 6)
    let tiles = (shape.rows + tile - 1) / tile

    func best(_ multiply: (_ begin: Int, _ rows: Int) -> Void) -> Double {
      var fastest = Double.infinity
      for _ in 0...repetitions {
        let start = ContinuousClock.now
        team.run(tiles) { task, _ in multiply(task * tile, min(tile, shape.rows - task * tile)) }
        let taken = start.duration(to: .now).components
        fastest = min(fastest, Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
      }
      return 2 * Double(shape.rows) * Double(shape.outputs) * Double(shape.inputs) / fastest
    }

    let packed = best { begin, rows in
      matrix.multiply(
        x.pointer + begin * shape.inputs, stride: shape.inputs, rows: rows, into: y.pointer + begin * shape.outputs,
        stride: shape.outputs)
    }
    guard hf_openblas_load() == 0 else { return GEMMSpeed(packed: packed, openBLAS: nil) }
    // OpenBLAS packs the weights anew in every call, so it gets one call a thread.
    let share = (shape.rows + team.count - 1) / team.count
    var fastest = Double.infinity
    for _ in 0...repetitions {
      let start = ContinuousClock.now
      team.run(team.count) { task, _ in
        let begin = task * share
        let rows = min(share, shape.rows - begin)
        guard rows > 0 else { return }
        hf_openblas_sgemm_nt(
          Int32(rows), Int32(shape.outputs), Int32(shape.inputs), x.pointer + begin * shape.inputs, w.pointer,
          y.pointer + begin * shape.outputs)
      }
      let taken = start.duration(to: .now).components
      fastest = min(fastest, Double(taken.seconds) + Double(taken.attoseconds) * 1e-18)
    }
    let flops = 2 * Double(shape.rows) * Double(shape.outputs) * Double(shape.inputs)
    return GEMMSpeed(packed: packed, openBLAS: flops / fastest)
  }

  private static func packStrip(_ strip: Int, of w: FloatBuffer, into matrix: PackedMatrix) {
    let begin = strip * 16
    let rows = max(0, min(16, matrix.outputs - begin))
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 16) { pointers in
      for row in 0..<16 { pointers[row] = row < rows ? UnsafePointer(w.pointer + (begin + row) * matrix.inputs) : nil }
      hf_pack_strip(
        pointers.baseAddress, Int32(rows), matrix.inputs, matrix.storage.pointer + begin * matrix.inputs)
    }
  }

  /// Numbers between -0.5 and 0.5 that are neither zero nor all alike.
  private static func filled(_ count: Int) -> FloatBuffer {
    let buffer = FloatBuffer(count)
    var state: UInt32 = 1
    for index in 0..<count {
      state = state &* 1_664_525 &+ 1_013_904_223
      buffer.pointer[index] = Float(state >> 8) / Float(1 << 24) - 0.5
    }
    return buffer
  }
}
