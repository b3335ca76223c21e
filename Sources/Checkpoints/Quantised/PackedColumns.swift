import CKernels
import Diagnostics

/// GPTQ's and AWQ's layout: 32-bit words of codes whose columns are the outputs, with scales and packed zero points a group of inputs.
///
/// (code - zero) · scale in fp32. With scales in float16, as these are, the product is exact; the libraries round it to float16.
/// Sources: AutoGPTQ's `qlinear_cuda_old.py` and GPTQModel's `convert_gptq_v1_to_v2_format`; AutoAWQ's `packing_utils.py`.
struct PackedColumns: PackedWeights {
  enum Packing: Sendable, Equatable {
    /// Codes along the inputs, zero points along the outputs; `addend` belongs to every stored zero point: 1 but in format gptq_v2.
    case gptq(bits: Int, addend: Float)
    /// Eight outputs a word, in AWQ's order.
    case awq
  }

  let packing: Packing
  /// I32: gptq [inputs · bits / 32, outputs], awq [inputs, outputs / 8].
  let codes: StoredArray
  /// I32 [groups, outputs · bits / 32]
  let zeros: StoredArray
  /// [groups, outputs]
  let scales: StoredArray
  let columns: Int
  /// Inputs that share a scale, where they are not sorted by activation.
  let groupSize: Int
  let groups: GroupIndices?
  /// The stored group indices, used or not.
  let indexArray: StoredArray?

  var rows: Int { scales.shape[1] }
  var parts: [StoredArray] { [codes, zeros, scales] + (indexArray.map { [$0] } ?? []) }
  var scheme: String {
    switch packing {
    case .gptq(let bits, _): "gptq-\(bits)bit"
    case .awq: "awq-4bit"
    }
  }

  /// A multiple of what a cache line has of the words of neighbouring outputs.
  private static let panel = 16

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    for first in stride(from: rows.lowerBound, to: rows.upperBound, by: Self.panel) {
      let part = first..<min(first + Self.panel, rows.upperBound)
      decodePanel(part, into: output + (first - rows.lowerBound) * columns)
    }
  }

  private func decodePanel(_ part: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    guard let start = codes.bytes.baseAddress, let zeroStart = zeros.bytes.baseAddress else { return }
    let (groupCount, first, count) = (scales.shape[0], part.lowerBound, part.count)
    switch packing {
    case .gptq(let bits, _): hf_unpack_columns(start, Int32(bits), self.rows, first, count, columns, output)
    case .awq: hf_unpack_awq(start, codes.shape[1], first, count, columns, output)
    }
    // [outputs of the panel, groups], and one group's outputs as they are stored.
    withFloats((2 * groupCount + 1) * count) { room in
      let zeroPoints = room + groupCount * count
      let line = zeroPoints + groupCount * count
      for group in 0..<groupCount {
        scales.decode(group * self.rows + first..<group * self.rows + part.upperBound, into: line)
        for row in 0..<count { room[row * groupCount + group] = line[row] }
      }
      switch packing {
      case .awq: hf_unpack_awq(zeroStart, zeros.shape[1], first, count, groupCount, zeroPoints)
      case .gptq(let bits, let addend):
        for group in 0..<groupCount {
          hf_unpack(zeroStart + group * zeros.shape[1] * 4, Int32(bits), first, count, line)
          for row in 0..<count { zeroPoints[row * groupCount + group] = line[row] + addend }
        }
      }
      for row in 0..<count {
        let (values, place) = (output + row * columns, row * groupCount)
        if let groups {
          hf_scale_indexed(values, columns, groups.values, room + place, zeroPoints + place)
        } else {
          hf_scale_groups(values, columns, groupSize, room + place, zeroPoints + place)
        }
      }
    }
  }
}
