import CKernels
import Diagnostics

/// The scales of a matrix, one for every `rowsPerScale` × `columnsPerScale` weights, and where there are any their zero points.
struct ScaleGrid: Sendable {
  /// Row-major, `columnCount` a row of scales.
  let scales: StoredArray
  /// Of the same layout.
  let zeros: StoredArray?
  let rowsPerScale: Int
  let columnsPerScale: Int
  /// Scales a row.
  let columnCount: Int

  static let scaleTypes: [StoredType] = [.f32, .bf16, .f16]

  /// The grid of blocks of these sizes, the last ones cut off where the matrix ends; nil where the scales have another shape.
  init?(_ scales: StoredArray, zeros: StoredArray? = nil, of shape: [Int], block: (rows: Int, columns: Int)) {
    guard block.rows > 0, block.columns > 0 else { return nil }
    let grid = zip(shape, [block.rows, block.columns]).map { ($0 - 1) / $1 + 1 }
    let isGrid = scales.shape == grid
    // One scale a tensor, or one a row, may lack the axes that say nothing.
    let isShort = grid[1] == 1 && (scales.shape == [grid[0]] || grid[0] == 1 && scales.shape.isEmpty)
    guard isGrid || isShort else { return nil }
    self.scales = scales
    self.zeros = zeros
    rowsPerScale = block.rows
    columnsPerScale = block.columns
    columnCount = grid[1]
  }

  /// Multiplies one row of codes by its scales, its zero points subtracted before.
  ///
  /// - Parameter scratch: 2 · `columnCount` floats.
  func apply(
    toRow row: Int, _ values: UnsafeMutablePointer<Float>, columns: Int, scratch: UnsafeMutablePointer<Float>
  ) {
    let first = row / rowsPerScale * columnCount
    scales.decode(first..<first + columnCount, into: scratch)
    if let zeros { zeros.decode(first..<first + columnCount, into: scratch + columnCount) }
    hf_scale_groups(values, columns, columnsPerScale, scratch, zeros == nil ? nil : scratch + columnCount)
  }
}
