import CKernels

/// What an adapter makes of a matrix [outputs, inputs], row by row as it is decoded: W' = diag(rowFactors) (W + left · right) diag(columnFactors),
/// then whole rows in place of others. A row's result depends on that row alone, so that the bits do not depend on which rows are decoded together.
package struct WeightChange: Sendable {
  /// A product of two matrices, added to the weights.
  struct LowRank: Sendable {
    /// [outputs, rank], times the adapter's scale.
    let left: [Float]
    /// [rank, inputs]
    let right: [Float]
    let rank: Int
  }

  /// Rows that stand in the place of others.
  struct Rows: Sendable {
    /// A row's place in `values`, by its index.
    let places: [Int: Int]
    /// [rows, inputs]
    let values: [Float]
  }

  var lowRank: LowRank?
  /// [outputs]
  var rowFactors: [Float]?
  /// [inputs]; of a vector, its elements'.
  var columnFactors: [Float]?
  var newRows: Rows?

  init(
    lowRank: LowRank? = nil, rowFactors: [Float]? = nil, columnFactors: [Float]? = nil, newRows: Rows? = nil
  ) {
    self.lowRank = lowRank
    self.rowFactors = rowFactors
    self.columnFactors = columnFactors
    self.newRows = newRows
  }

  /// - Parameters:
  ///   - rows: which rows of the matrix `output` holds, decoded.
  ///   - output: [rows.count, columns]
  func apply(to rows: Range<Int>, columns: Int, _ output: UnsafeMutablePointer<Float>) {
    for (position, row) in rows.enumerated() {
      let weights = output + position * columns
      if let newRows, let place = newRows.places[row] {
        for column in 0..<columns { weights[column] = newRows.values[place * columns + column] }
        continue
      }
      if let lowRank { lowRank.add(toRow: row, columns: columns, weights) }
      if let factor = rowFactors?[row] { for column in 0..<columns { weights[column] *= factor } }
      if let columnFactors { for column in 0..<columns { weights[column] *= columnFactors[column] } }
    }
  }
}

extension WeightChange.LowRank {
  /// Adds its row `row` to `weights`, one rank after another.
  fileprivate func add(toRow row: Int, columns: Int, _ weights: UnsafeMutablePointer<Float>) {
    right.withUnsafeBufferPointer { right in
      guard let base = right.baseAddress else { return }
      for index in 0..<rank { hf_add_scaled(weights, base + index * columns, left[row * rank + index], columns) }
    }
  }
}
