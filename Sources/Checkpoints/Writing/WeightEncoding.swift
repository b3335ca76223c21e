import Diagnostics
import Foundation

/// Turns fp32 weights into the bytes of a type that is written: the same bytes on every processor.
///
/// Floats are rounded to the nearest, of two equally near ones to the even one. Q8_0 is ggml's `quantize_row_q8_0_ref`.
package struct WeightEncoding {
  /// One of `types`.
  let type: ElementType
  /// What a message calls the file.
  let file: String
  /// What to do about a weight that the type cannot hold.
  let remedy: ShownText

  package init(type: ElementType, file: String, remedy: ShownText) {
    self.type = type
    self.file = file
    self.remedy = remedy
  }

  /// What can be written.
  static let types: [ElementType] = [.f32, .bf16, .f16, .q8_0]

  /// Weights that are encoded at a time, whole blocks of every type.
  static let chunk = 1 << 20

  /// - Parameters:
  ///   - values: whole blocks of the type.
  ///   - name: the tensor's.
  ///   - first: where in the tensor the first of them is.
  /// - Throws: `InputError` naming the tensor where a finite weight is beyond what f16, or a block's scale in f16, can hold, and for a NaN or
  ///   an infinity in a block.
  package func encoded(_ values: UnsafeBufferPointer<Float>, of name: String, from first: Int) throws -> Data {
    switch type {
    case .bf16: values.map { BFloat16.bits($0).littleEndian }.withUnsafeBytes { Data($0) }
    case .f16: try halves(values, name, first)
    case .q8_0: try blocks(values, name, first)
    default: values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    }
  }

  private func halves(_ values: UnsafeBufferPointer<Float>, _ name: String, _ first: Int) throws -> Data {
    var isBeyond = false
    let halves = values.map { value in
      let bits = Half.bits(value)
      if bits & 0x7fff == Half.infinity, value.isFinite { isBeyond = true }
      return bits.littleEndian
    }
    if isBeyond, let index = values.firstIndex(where: { $0.isFinite && Half.bits($0) & 0x7fff == Half.infinity }) {
      throw refusal(name, "has \(values[index]) at \(first + index), and f16 ends at 65504")
    }
    return halves.withUnsafeBytes { Data($0) }
  }

  /// For 32 weights their largest size over 127, as f16, then each weight over that, rounded to the nearest whole number, halves away from 0.
  private func blocks(_ values: UnsafeBufferPointer<Float>, _ name: String, _ first: Int) throws -> Data {
    let width = type.weightsPerBlock
    var data = Data(count: values.count / width * type.bytesPerBlock)
    var fault: Int?
    data.withUnsafeMutableBytes { bytes in
      for block in 0..<values.count / width {
        let part = UnsafeBufferPointer(rebasing: values[block * width..<(block + 1) * width])
        let to = bytes[block * type.bytesPerBlock..<(block + 1) * type.bytesPerBlock]
        if !Self.quantise(part, UnsafeMutableRawBufferPointer(rebasing: to)) {
          fault = block
          return
        }
      }
    }
    guard let fault else { return data }
    throw refusal(name, "has weights from \(first + fault * width) on that q8_0 cannot hold")
  }

  /// Whether the block can be held.
  private static func quantise(_ values: UnsafeBufferPointer<Float>, _ block: UnsafeMutableRawBufferPointer) -> Bool {
    var largest: UInt32 = 0
    // Without its sign, a float that is not finite has a larger bit pattern than any that is.
    for value in values { largest = max(largest, value.bitPattern & 0x7fff_ffff) }
    guard largest < 0x7f80_0000 else { return false }
    let scale = Float(bitPattern: largest) / 127
    let half = Half.bits(scale)
    guard half != Half.infinity else { return false }
    block[0] = UInt8(truncatingIfNeeded: half)
    block[1] = UInt8(truncatingIfNeeded: half >> 8)
    let inverse = scale == 0 ? 0 : 1 / scale
    for (index, value) in values.enumerated() {
      // Of a scale so small that its inverse is infinite nothing is left in f16.
      let steps = inverse.isFinite ? (value * inverse).rounded(.toNearestOrAwayFromZero) : 0
      block[2 + index] = UInt8(bitPattern: Int8(steps))
    }
    return true
  }

  private func refusal(_ name: String, _ problem: ShownText) -> InputError {
    InputError(file, field: name, problem, remedy: remedy)
  }
}
