import CKernels

/// compressed-tensors' pack-quantized: rows of codes of 4 or 8 bits (1 to 8), the lowest bits first, in whole 32-bit words.
///
/// (code - zero) · scale in fp32, where both lie above zero by 2^(bits - 1) in the file; without zero points zero is 2^(bits - 1).
/// Source: compressed-tensors' `compressors/pack_quantized`, whose result in the type of the scales is this one rounded to it.
struct PackedRows: PackedWeights {
  /// [outputs, inputs]
  let shape: [Int]
  let bits: Int
  /// I32 [outputs, words]
  let codes: StoredArray
  /// A scale for every row, for groups of its columns, or without zero points for the whole matrix.
  let grid: ScaleGrid
  /// I32 [words, groups]: codes of the rows' zero points, packed along the rows.
  let zeros: StoredArray?
  let groups: GroupIndices?
  private let shapeArray: StoredArray

  init(
    shape: [Int], bits: Int, codes: StoredArray, grid: ScaleGrid, zeros: StoredArray?, groups: GroupIndices?,
    _ shapeArray: StoredArray
  ) {
    self.shape = shape
    self.bits = bits
    self.codes = codes
    self.grid = grid
    self.zeros = zeros
    self.groups = groups
    self.shapeArray = shapeArray
  }

  var scheme: String { "w\(bits)a16" }
  var rows: Int { shape[0] }
  var columns: Int { shape[1] }
  var parts: [StoredArray] {
    [codes, grid.scales, shapeArray] + (zeros.map { [$0] } ?? []) + (groups.map { [$0.array] } ?? [])
  }

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    guard let start = codes.bytes.baseAddress else { return }
    let bytesPerRow = codes.shape[1] * 4
    let count = grid.columnCount
    withFloats(2 * count) { scales in
      let zeroPoints = scales + count
      for (position, row) in rows.enumerated() {
        let values = output + position * columns
        hf_unpack(start + row * bytesPerRow, Int32(bits), 0, columns, values)
        let first = row / grid.rowsPerScale * count
        grid.scales.decode(first..<first + count, into: scales)
        decodeZeros(row, into: zeroPoints)
        if let groups {
          hf_scale_indexed(values, columns, groups.values, scales, zeroPoints)
        } else {
          hf_scale_groups(values, columns, grid.columnsPerScale, scales, zeroPoints)
        }
      }
    }
  }

  private func decodeZeros(_ row: Int, into output: UnsafeMutablePointer<Float>) {
    let count = grid.columnCount
    guard let zeros, let start = zeros.bytes.baseAddress else {
      for group in 0..<count { output[group] = Float(1 << (bits - 1)) }
      return
    }
    let bit = row * bits
    for group in 0..<count {
      // The codes of one group's rows, from top to bottom: this one may lie across two words.
      let place = 4 * (bit / 32 * count + group)
      var word = UInt64(UInt32(littleEndian: start.loadUnaligned(fromByteOffset: place, as: UInt32.self)))
      if bit % 32 + bits > 32 {
        let next = start.loadUnaligned(fromByteOffset: place + 4 * count, as: UInt32.self)
        word |= UInt64(UInt32(littleEndian: next)) << 32
      }
      output[group] = Float(word >> UInt64(bit % 32) & (1 << UInt64(bits) - 1))
    }
  }
}
