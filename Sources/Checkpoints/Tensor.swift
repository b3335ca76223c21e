import CKernels
import Foundation
import Reading

/// How a matrix's stored rows relate to Hugging Face's order.
package enum RowOrder: Sendable, Equatable {
  case plain
  /// GGUF's llama query and key projections: in every head, rows p and p + d/2 of Hugging Face's order (the pair that rotates
  /// together) are stored next to each other, at 2p and 2p + 1.
  case interleavedPairs(headDimension: Int)
  /// GPT-NeoX's fused q, k and v: in every head its rows of each of the three, where Hugging Face's canonical order has all heads of q, then
  /// all of k, then all of v.
  case thirdsByHead(headDimension: Int)
  /// GPT-2's `Conv1D`: the file has [inputs, outputs].
  case transposed
}

/// A named tensor inside a mapped file: a view that keeps the file mapped.
///
/// Whoever makes one has checked that `offset` and the bytes that follow lie in the file and that a row is a whole number of blocks.
package struct Tensor: Sendable {
  package let name: String
  /// PyTorch's order: row-major, the last axis contiguous.
  package let shape: [Int]
  package let type: ElementType
  package let file: MappedFile
  /// Bytes from the file's start.
  package let offset: Int
  package let rowOrder: RowOrder
  /// Added to every weight when it is decoded.
  package let addend: Float
  /// What an adapter makes of the weights when they are decoded; nil for weights as they are stored.
  package private(set) var change: WeightChange?

  /// `shape`, `type` and `offset` must lie inside `file`, a row a whole number of blocks.
  package init(
    name: String, shape: [Int], type: ElementType, file: MappedFile, offset: Int, rowOrder: RowOrder = .plain,
    addend: Float = 0
  ) {
    self.name = name
    self.shape = shape
    self.type = type
    self.file = file
    self.offset = offset
    self.rowOrder = rowOrder
    self.addend = addend
  }

  /// The product of all axes but the last; 1 for a vector.
  package var rows: Int { shape.dropLast().reduce(1, *) }
  /// The length of the last axis; 1 for a scalar.
  package var columns: Int { shape.last ?? 1 }
  package var count: Int { rows * columns }
  package var bytesPerRow: Int { columns / type.weightsPerBlock * type.bytesPerBlock }
  package var byteCount: Int { rows * bytesPerRow }

  /// The stored bytes of the whole tensor, in stored row order.
  package var storedBytes: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount])
  }

  /// Where row `row` of Hugging Face's order is stored.
  package func storedRow(_ row: Int) -> Int {
    switch rowOrder {
    case .plain, .transposed: return row
    case .thirdsByHead(let headDimension):
      return storedRowByHead(row, of: orderedCount, headDimension: headDimension)
    case .interleavedPairs(let headDimension):
      let half = headDimension / 2
      let inHead = row % headDimension
      return row - inHead + 2 * (inHead % half) + inHead / half
    }
  }

  /// What the order is of: rows, or of a vector, such as a bias, its elements.
  private var orderedCount: Int { shape.count == 1 ? columns : rows }

  /// Decodes rows, in Hugging Face's order, to fp32.
  ///
  /// - Parameter output: receives `rows.count * columns` floats, row-major.
  package func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    precondition(rows.lowerBound >= 0 && rows.upperBound <= self.rows)
    guard !rows.isEmpty, columns > 0, let start = storedBytes.baseAddress else { return }
    switch rowOrder {
    case .plain:
      hf_dequantise(type.ggmlCode, start + rows.lowerBound * bytesPerRow, output, rows.count * columns)
    case .transposed where shape.count > 1:
      decodeTransposed(rows, start, output)
    case _ where shape.count == 1:
      decodeVector(start, output)
    default:
      for (position, row) in rows.enumerated() {
        hf_dequantise(type.ggmlCode, start + storedRow(row) * bytesPerRow, output + position * columns, columns)
      }
    }
    if addend != 0 { for index in 0..<rows.count * columns { output[index] += addend } }
    change?.apply(to: rows, columns: columns, output)
  }

  /// The same weights, changed whenever they are decoded, in place of any change before.
  func changed(by change: WeightChange?) -> Tensor {
    var changed = self
    changed.change = change
    return changed
  }

  private func decodeTransposed(_ rows: Range<Int>, _ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    let stored = self.rows * type.bytesPerBlock
    withUnsafeTemporaryAllocation(of: Float.self, capacity: rows.count) { line in
      guard let base = line.baseAddress else { return }
      for column in 0..<columns {
        let from = start + column * stored + rows.lowerBound * type.bytesPerBlock
        hf_dequantise(type.ggmlCode, from, base, rows.count)
        for row in 0..<rows.count { output[row * columns + column] = base[row] }
      }
    }
  }

  private func decodeVector(_ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
    withUnsafeTemporaryAllocation(of: Float.self, capacity: columns) { stored in
      guard let base = stored.baseAddress else { return }
      hf_dequantise(type.ggmlCode, start, base, columns)
      for index in 0..<columns { output[index] = base[storedRow(index)] }
    }
  }

  /// All weights as fp32, row-major, in Hugging Face's row order.
  package func decodeAll() -> [Float] {
    [Float](unsafeUninitializedCapacity: count) { buffer, initialized in
      if let start = buffer.baseAddress { decode(rows: 0..<rows, into: start) }
      initialized = count
    }
  }

  /// The index, in `decodeAll()`'s order, of the first weight that is NaN or infinite; nil where all are finite.
  package func firstNonFinite() -> Int? {
    var row = [Float](repeating: 0, count: columns)
    for index in 0..<rows {
      let found = row.withUnsafeMutableBufferPointer { buffer -> Int? in
        guard let start = buffer.baseAddress else { return nil }
        decode(rows: index..<index + 1, into: start)
        // Without its sign, a float that is not finite has a larger bit pattern than any that is: one maximum answers for the row.
        var largest: UInt32 = 0
        for value in buffer { largest = max(largest, value.bitPattern & 0x7fff_ffff) }
        return largest < 0x7f80_0000 ? nil : buffer.firstIndex { !$0.isFinite }
      }
      if let found { return index * columns + found }
    }
    return nil
  }

  func hasSameBytes(as other: Tensor) -> Bool {
    guard byteCount == other.byteCount else { return false }
    guard let mine = storedBytes.baseAddress, let theirs = other.storedBytes.baseAddress else { return true }
    return memcmp(mine, theirs, byteCount) == 0
  }

  /// The same stored weights seen under another name.
  func renamed(_ name: String, rowOrder: RowOrder? = nil, adding addend: Float? = nil) -> Tensor {
    Tensor(
      name: name, shape: shape, type: type, file: file, offset: offset, rowOrder: rowOrder ?? self.rowOrder,
      addend: addend ?? self.addend
    ).changed(by: change)
  }

  /// Some rows of a plain matrix, or elements of a plain vector whose type has no blocks.
  func slice(_ range: Range<Int>) -> Tensor {
    let isVector = shape.count == 1
    let unit = isVector ? type.bytesPerBlock : bytesPerRow
    return Tensor(
      name: name, shape: isVector ? [range.count] : [range.count, columns], type: type, file: file,
      offset: offset + range.lowerBound * unit, rowOrder: rowOrder, addend: addend)
  }

  /// The same weights as the module that holds them has them, [outputs, inputs] and in the canonical order of rows; nil where the stored type
  /// cannot be read in that order.
  func canonical(_ storage: LinearModule.Storage, headDimension: Int) -> Tensor? {
    switch storage {
    case .plain: return self
    case .byHead: return renamed(name, rowOrder: .thirdsByHead(headDimension: headDimension))
    case .transposed:
      guard shape.count == 2, type.weightsPerBlock == 1 else { return shape.count == 1 ? self : nil }
      return Tensor(
        name: name, shape: [shape[1], shape[0]], type: type, file: file, offset: offset, rowOrder: .transposed,
        addend: addend)
    }
  }
}

/// Where a row of all heads' q, k and v, one after another, lies in a matrix of `count` rows that has the three of every head together.
func storedRowByHead(_ row: Int, of count: Int, headDimension: Int) -> Int {
  let width = max(1, count / 3)
  let (third, inThird) = (row / width, row % width)
  return inThird / headDimension * 3 * headDimension + third * headDimension + inThird % headDimension
}

/// Named tensors in the canonical layout: the names of the family's Hugging Face files, matrices [out, in].
package protocol TensorSource: Sendable {
  /// All names, sorted.
  var names: [String] { get }
  func tensor(_ name: String) -> Tensor?
  /// The file or folder that the user named.
  var path: String { get }
  /// Stored bytes of all tensors together.
  var byteCount: Int { get }
}

/// A tensor source over a dictionary.
struct NamedTensors: TensorSource {
  let path: String
  let tensors: [String: Tensor]

  var names: [String] { tensors.keys.sorted() }
  var byteCount: Int { tensors.values.reduce(0) { $0 + $1.byteCount } }
  func tensor(_ name: String) -> Tensor? { tensors[name] }
}
