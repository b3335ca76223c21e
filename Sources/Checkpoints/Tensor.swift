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
  /// Single floats of a larger matrix, so many apart from row to row and from column to column.
  case strided(row: Int, column: Int)
}

/// A named tensor inside a mapped file: a view that keeps the file mapped.
///
/// Whoever makes one has checked that the bytes of its weights lie in the file and that a row is a whole number of blocks.
package struct Tensor: Sendable {
  /// How its weights are stored.
  enum Content: Sendable {
    /// One after another, in whole blocks; `offset` is in bytes from the file's start.
    case elements(ElementType, offset: Int)
    /// Rows of a matrix that several stored tensors make, from `firstRow` on.
    case packed(any PackedWeights, firstRow: Int)
  }

  package let name: String
  /// PyTorch's order: row-major, the last axis contiguous.
  package let shape: [Int]
  let content: Content
  /// Of packed weights: the one with their codes.
  package let file: MappedFile
  package let rowOrder: RowOrder
  /// Every weight is multiplied by this when it is decoded.
  package let factor: Float
  /// Added to every weight when it is decoded, after that.
  package let addend: Float
  /// What an adapter makes of the weights when they are decoded; nil for weights as they are stored.
  package private(set) var change: WeightChange?

  /// `shape`, `type` and `offset` must lie inside `file`, a row a whole number of blocks.
  package init(
    name: String, shape: [Int], type: ElementType, file: MappedFile, offset: Int, rowOrder: RowOrder = .plain,
    factor: Float = 1, addend: Float = 0
  ) {
    self.init(name, shape, .elements(type, offset: offset), file, rowOrder, factor: factor, addend: addend)
  }

  /// A whole matrix of packed weights, whose first part has the codes.
  init(name: String, packed: any PackedWeights, file: MappedFile) {
    self.init(name, [packed.rows, packed.columns], .packed(packed, firstRow: 0), file, .plain, factor: 1, addend: 0)
  }

  private init(
    _ name: String, _ shape: [Int], _ content: Content, _ file: MappedFile, _ rowOrder: RowOrder, factor: Float,
    addend: Float
  ) {
    self.name = name
    self.shape = shape
    self.content = content
    self.file = file
    self.rowOrder = rowOrder
    self.factor = factor
    self.addend = addend
  }

  /// The type of weights that are stored one after another; nil for packed ones.
  package var type: ElementType? {
    if case .elements(let type, _) = content { type } else { nil }
  }

  /// What the weights are in, such as "bf16", "q4_K" or "nf4".
  package var storage: String {
    switch content {
    case .elements(let type, _): type.rawValue
    case .packed(let packed, _): packed.scheme
    }
  }

  /// The product of all axes but the last; 1 for a vector.
  package var rows: Int { shape.dropLast().reduce(1, *) }
  /// The length of the last axis; 1 for a scalar.
  package var columns: Int { shape.last ?? 1 }
  package var count: Int { rows * columns }

  /// Stored bytes, those of scales and what else gives packed weights their values with them.
  package var byteCount: Int {
    switch content {
    case .elements(let type, _): rows * bytesPerRow(type)
    case .packed(let packed, _): packed.byteCount * rows / max(1, packed.rows)
    }
  }

  /// The bytes of weights that are stored one after another, in stored row order; packed ones have no such bytes.
  package var storedBytes: UnsafeRawBufferPointer {
    guard case .elements(_, let offset) = content else { return UnsafeRawBufferPointer(start: nil, count: 0) }
    return UnsafeRawBufferPointer(rebasing: file.bytes[offset..<offset + byteCount])
  }

  private func bytesPerRow(_ type: ElementType) -> Int { columns / type.weightsPerBlock * type.bytesPerBlock }

  /// Where row `row` of Hugging Face's order is stored.
  package func storedRow(_ row: Int) -> Int {
    switch rowOrder {
    case .plain, .transposed, .strided: return row
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
    guard !rows.isEmpty, columns > 0 else { return }
    switch content {
    case .elements(let type, let offset):
      guard let start = file.bytes.baseAddress else { return }
      decode(rows, type, start + offset, output)
    case .packed(let packed, let firstRow):
      if case .plain = rowOrder {
        packed.decode(rows: firstRow + rows.lowerBound..<firstRow + rows.upperBound, into: output)
      } else {
        for (position, row) in rows.enumerated() {
          let stored = firstRow + storedRow(row)
          packed.decode(rows: stored..<stored + 1, into: output + position * columns)
        }
      }
    }
    if factor != 1 { for index in 0..<rows.count * columns { output[index] *= factor } }
    if addend != 0 { for index in 0..<rows.count * columns { output[index] += addend } }
    change?.apply(to: rows, columns: columns, output)
  }

  private func decode(
    _ rows: Range<Int>, _ type: ElementType, _ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>
  ) {
    let bytesPerRow = bytesPerRow(type)
    switch rowOrder {
    case .plain:
      hf_dequantise(type.ggmlCode, start + rows.lowerBound * bytesPerRow, output, rows.count * columns)
    case .transposed where shape.count > 1:
      decodeTransposed(rows, type, start, output)
    case .strided(let rowStride, let columnStride):
      for (position, row) in rows.enumerated() {
        for column in 0..<columns {
          let from = start + (row * rowStride + column * columnStride) * type.bytesPerBlock
          hf_dequantise(type.ggmlCode, from, output + position * columns + column, 1)
        }
      }
    case _ where shape.count == 1:
      decodeVector(type, start, output)
    default:
      for (position, row) in rows.enumerated() {
        hf_dequantise(type.ggmlCode, start + storedRow(row) * bytesPerRow, output + position * columns, columns)
      }
    }
  }

  /// The same weights, changed whenever they are decoded, in place of any change before.
  func changed(by change: WeightChange?) -> Tensor {
    var changed = self
    changed.change = change
    return changed
  }

  private func decodeTransposed(
    _ rows: Range<Int>, _ type: ElementType, _ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>
  ) {
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

  private func decodeVector(_ type: ElementType, _ start: UnsafeRawPointer, _ output: UnsafeMutablePointer<Float>) {
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

  /// Whether two tensors are stored alike, to the bit.
  func hasSameBytes(as other: Tensor) -> Bool {
    guard shape == other.shape, rowOrder == other.rowOrder, byteCount == other.byteCount else { return false }
    // The bytes of a strided matrix lie between others'.
    if case .strided = rowOrder { return false }
    switch (content, other.content) {
    case (.elements(let type, let offset), .elements(let otherType, let otherOffset)):
      guard type == otherType else { return false }
      guard let mine = file.bytes.baseAddress, let theirs = other.file.bytes.baseAddress else { return true }
      return memcmp(mine + offset, theirs + otherOffset, byteCount) == 0
    case (.packed(let packed, let firstRow), .packed(let otherPacked, let otherFirst)):
      return firstRow == otherFirst && packed.hasSameBytes(as: otherPacked)
    default: return false
    }
  }

  /// Where it begins, in bytes from its file's start; nil of packed weights, which lie in several places.
  package var offset: Int? { if case .elements(_, let offset) = content { offset } else { nil } }

  /// Whether both begin at the same place of one file; of packed weights, whether they are made of the same bytes.
  func isStored(where other: Tensor) -> Bool {
    file.url == other.file.url && offset == other.offset && (offset != nil || hasSameBytes(as: other))
  }

  /// The same stored weights seen under another name.
  func renamed(
    _ name: String, rowOrder: RowOrder? = nil, times factor: Float? = nil, adding addend: Float? = nil
  ) -> Tensor {
    Tensor(
      name, shape, content, file, rowOrder ?? self.rowOrder, factor: factor ?? self.factor,
      addend: addend ?? self.addend
    ).changed(by: change)
  }

  /// A matrix of single floats of this plain one: its first is the `first`-th, the others so many floats apart.
  ///
  /// The last of them must lie within this tensor, whose type must have no blocks.
  func strided(_ shape: [Int], from first: Int, rowStride: Int, columnStride: Int) -> Tensor {
    precondition(change == nil)
    let order = RowOrder.strided(row: rowStride, column: columnStride)
    guard case .elements(let type, let offset) = content else {
      return Tensor(name, shape, content, file, order, factor: factor, addend: addend)
    }
    return Tensor(
      name, shape, .elements(type, offset: offset + first * type.bytesPerBlock), file, order, factor: factor,
      addend: addend)
  }

  /// A vector as a matrix of one row.
  var asRow: Tensor {
    precondition(change == nil)
    return Tensor(name, [1, columns], content, file, rowOrder, factor: factor, addend: addend)
  }

  /// Some rows of a plain matrix, or elements of a plain vector whose type has no blocks.
  func slice(_ range: Range<Int>) -> Tensor {
    precondition(change == nil)
    let isVector = shape.count == 1
    let part: Content
    switch content {
    case .elements(let type, let offset):
      part = .elements(
        type, offset: offset + range.lowerBound * (isVector ? type.bytesPerBlock : bytesPerRow(type)))
    case .packed(let packed, let firstRow): part = .packed(packed, firstRow: firstRow + range.lowerBound)
    }
    return Tensor(
      name, isVector ? [range.count] : [range.count, columns], part, file, rowOrder, factor: factor, addend: addend)
  }

  /// The same weights as the module that holds them has them, [outputs, inputs] and in the canonical order of rows; nil where the stored type
  /// cannot be read in that order.
  func canonical(_ storage: LinearModule.Storage, headDimension: Int) -> Tensor? {
    switch storage {
    case .plain: return self
    case .byHead: return renamed(name, rowOrder: .thirdsByHead(headDimension: headDimension))
    case .transposed:
      // Libraries that quantise a `Conv1D` transpose it first.
      guard shape.count == 2, let type else { return self }
      guard type.weightsPerBlock == 1 else { return nil }
      precondition(change == nil)
      return Tensor(name, [shape[1], shape[0]], content, file, .transposed, factor: factor, addend: addend)
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
