import Foundation
import Reading

/// A matrix [outputs, inputs] whose weights come of several stored tensors: codes, and what gives them their values.
///
/// Whoever makes one has checked every length, so that decoding stays within the tensors whatever their bytes are.
protocol PackedWeights: Sendable {
  /// What the weights are in, such as "nf4".
  var scheme: String { get }
  var rows: Int { get }
  var columns: Int { get }
  /// All stored tensors that a weight comes of, the codes first.
  var parts: [StoredArray] { get }
  /// Decodes rows to fp32; `output` receives `rows.count * columns` floats, row-major. The same bits whatever rows are decoded with it.
  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>)
}

extension PackedWeights {
  var byteCount: Int { parts.reduce(0) { $0 + $1.byteCount } }

  func hasSameBytes(as other: any PackedWeights) -> Bool {
    guard scheme == other.scheme, rows == other.rows, columns == other.columns, parts.count == other.parts.count
    else { return false }
    return zip(parts, other.parts).allSatisfy { mine, theirs in
      mine.type == theirs.type && mine.shape == theirs.shape && mine.bytes.elementsEqual(theirs.bytes)
    }
  }
}

/// Room for `count` floats while `body` runs.
func withFloats(_ count: Int, _ body: (UnsafeMutablePointer<Float>) -> Void) {
  withUnsafeTemporaryAllocation(of: Float.self, capacity: max(1, count)) { buffer in
    if let base = buffer.baseAddress { body(base) }
  }
}
