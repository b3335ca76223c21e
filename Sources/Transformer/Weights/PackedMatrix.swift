import CKernels
import Checkpoints

/// A matrix [outputs, inputs] in the form the GEMM reads: strips of 16 outputs, `strip[k][16]`, padded with zeros to panels of 64.
///
/// The buffer is reused from layer to layer: only one layer is ever decoded at a time.
final class PackedMatrix: @unchecked Sendable {
  // Sendable: strips are written by one task each, and read only after all of them are done.
  let outputs: Int
  let inputs: Int
  let storage: FloatBuffer

  /// - Parameter storage: a buffer to share with matrices that are never in use at the same time, of at least `floats`; nil makes one.
  init(outputs: Int, inputs: Int, storage: FloatBuffer? = nil) {
    self.outputs = outputs
    self.inputs = inputs
    self.storage = storage ?? FloatBuffer(Self.floats(outputs: outputs, inputs: inputs))
  }

  static func floats(outputs: Int, inputs: Int) -> Int { Int(hf_packed_count(outputs, inputs)) }

  /// Strips that hold at least one output, or are there to fill the last panel.
  var stripCount: Int { (outputs + Int(HF_PANEL) - 1) / Int(HF_PANEL) * (Int(HF_PANEL) / 16) }
  var panelCount: Int { (outputs + Int(HF_PANEL) - 1) / Int(HF_PANEL) }

  /// Decodes and packs one strip: rows `firstRow + 16 · strip ...` of a tensor, up to row `limit`. `scratch` holds 16 · inputs floats.
  ///
  /// - Returns: whether all of its weights are finite numbers.
  func pack(
    strip: Int, from tensor: Tensor, firstRow: Int = 0, limit: Int? = nil, scratch: UnsafeMutablePointer<Float>
  ) -> Bool {
    let begin = strip * 16
    let rows = max(0, min(16, (limit ?? outputs) - begin))
    if rows > 0 { tensor.decode(rows: firstRow + begin..<firstRow + begin + rows, into: scratch) }
    withUnsafeTemporaryAllocation(of: UnsafePointer<Float>?.self, capacity: 16) { pointers in
      for row in 0..<16 { pointers[row] = UnsafePointer(scratch + row * inputs) }
      hf_pack_strip(pointers.baseAddress, Int32(rows), inputs, storage.pointer + begin * inputs)
    }
    return hf_first_non_finite(scratch, rows * inputs) < 0
  }

  /// y[r] = W x[r] for `rows` rows: x [rows, inputs] and y [rows, outputs], each with its stride in floats.
  func multiply(
    _ x: UnsafePointer<Float>, stride xStride: Int, rows: Int, into y: UnsafeMutablePointer<Float>, stride yStride: Int
  ) {
    hf_gemm(x, xStride, rows, storage.pointer, inputs, outputs, 0, panelCount, y, yStride, 0)
  }
}
