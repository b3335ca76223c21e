import Foundation
import Synchronization

extension Tensor {
  private static let rowsAtOnce = 64

  /// √Σ w² of each row, or of each column, of the weights as they are decoded: DoRA's norms. The order of every sum is fixed.
  func norms(ofColumns: Bool) -> [Float] {
    let (rows, columns) = (rows, columns)
    let chunks = (rows + Self.rowsAtOnce - 1) / Self.rowsAtOnce
    let found = Mutex([[Double]](repeating: [], count: chunks))
    DispatchQueue.concurrentPerform(iterations: chunks) { chunk in
      let range = chunk * Self.rowsAtOnce..<min(rows, (chunk + 1) * Self.rowsAtOnce)
      let sums = sumsOfSquares(range, ofColumns: ofColumns)
      found.withLock { $0[chunk] = sums }
    }
    let parts = found.withLock { $0 }
    guard ofColumns else { return parts.joined().map { Float($0.squareRoot()) } }
    var sums = [Double](repeating: 0, count: columns)
    for part in parts { for column in 0..<columns { sums[column] += part[column] } }
    return sums.map { Float($0.squareRoot()) }
  }

  private func sumsOfSquares(_ range: Range<Int>, ofColumns: Bool) -> [Double] {
    let columns = columns
    var sums = [Double](repeating: 0, count: ofColumns ? columns : range.count)
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { row in
      guard let weights = row.baseAddress else { return }
      for (position, index) in range.enumerated() {
        decode(rows: index..<index + 1, into: weights)
        for column in 0..<columns {
          let square = Double(weights[column]) * Double(weights[column])
          sums[ofColumns ? column : position] += square
        }
      }
    }
    return sums
  }
}
