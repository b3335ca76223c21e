import CKernels

/// A byte a weight, an integer or an 8-bit float, times a scale: (code - zero point) · scale, computed in fp32.
///
/// Source of the formulas: `Fp8Dequantize` in transformers' `integrations/finegrained_fp8.py`, and `dequantize` in compressed-tensors'
/// `quantization/lifecycle/forward.py`, both on scales converted to fp32.
struct ScaledCodes: PackedWeights {
  let scheme: String
  /// [outputs, inputs], I8 or F8_E4M3.
  let codes: StoredArray
  let grid: ScaleGrid

  var rows: Int { codes.shape[0] }
  var columns: Int { codes.shape[1] }
  var parts: [StoredArray] { [codes, grid.scales] + (grid.zeros.map { [$0] } ?? []) }

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    codes.decode(rows.lowerBound * columns..<rows.upperBound * columns, into: output)
    withFloats(2 * grid.columnCount) { scratch in
      for (position, row) in rows.enumerated() {
        grid.apply(toRow: row, output + position * columns, columns: columns, scratch: scratch)
      }
    }
  }
}
