import CKernels
import Diagnostics

/// A weight of `load_in_4bit`, the usual base of QLoRA: 4-bit codes, row after row without a gap, in blocks of 64 with one scale each; with
/// double quantisation the scales are 8-bit codes in blocks of 256.
///
/// The values are those of bitsandbytes' `dequantize_4bit` in float32, whatever the compute type that a training run would round them to:
/// table[code] · scale, and a scale itself nested_table[code] · nested_scale + offset, each step rounded once.
struct Bitsandbytes4Bit: PackedWeights {
  let state: BitsandbytesState
  /// Two codes a byte, the first in the high half; stored as bytes, or under another type of as many bytes (`bnb_4bit_quant_storage`).
  let codes: StoredArray
  /// `absmax`: F32 a block, or U8 where nested.
  let scales: StoredArray
  let table: [Float]
  let tables: [StoredArray]
  /// `nested_absmax` and `nested_quant_map`.
  let nested: (scales: StoredArray, table: [Float])?

  private var count: Int { state.shape[0] * state.shape[1] }

  /// - Parameter name: the weight's, such as "model.layers.0.mlp.up_proj.weight".
  init(_ name: String, _ type: String, _ modules: inout StoredModules) throws {
    let isNested = modules.has("\(name).nested_absmax") || modules.has("\(name).nested_quant_map")
    let text = try modules.take("\(name).quant_state.bitsandbytes__\(type)", [.u8])
    state = try BitsandbytesState(text, named: type, isNested: isNested, modules)
    let count = state.shape[0] * state.shape[1]
    let blockCount = (count - 1) / state.block + 1
    codes = try modules.take(name, [.u8, .i8, .f16, .bf16, .f32])
    guard codes.byteCount == (count + 1) / 2 else {
      throw modules.error(
        codes, "has \(codes.byteCount) bytes of codes, its shape \(state.shape) needs \((count + 1) / 2)")
    }
    let map = try modules.take("\(name).quant_map", [.f32], shape: [16])
    table = map.decodeAll()
    guard Self.isKnown(table, type) else {
      throw modules.error(
        map, "is not the table of \(type), by which bitsandbytes reads the codes whatever is stored here")
    }
    var tables = [map]
    if let nestedState = state.nested {
      scales = try modules.take("\(name).absmax", [.u8], shape: [blockCount])
      let outer = try modules.take(
        "\(name).nested_absmax", [.f32], shape: [(blockCount - 1) / nestedState.block + 1])
      let outerMap = try modules.take("\(name).nested_quant_map", [.f32], shape: [256])
      tables += [outer, outerMap]
      nested = (outer, outerMap.decodeAll())
    } else {
      scales = try modules.take("\(name).absmax", [.f32], shape: [blockCount])
      nested = nil
    }
    self.tables = tables
  }

  var scheme: String { state.type }
  var rows: Int { state.shape[0] }
  var columns: Int { state.shape[1] }
  var parts: [StoredArray] { [codes, scales] + tables }

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    let (first, end) = (rows.lowerBound * columns, rows.upperBound * columns)
    guard end > first, let start = codes.bytes.baseAddress else { return }
    let blocks = first / state.block..<(end - 1) / state.block + 1
    withFloats(blocks.count) { room in
      decodeScales(blocks, into: room)
      hf_decode_blocks_4bit(start, table, room, state.block, first, end - first, output)
    }
  }

  private func decodeScales(_ blocks: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    guard let nested, let nestedState = state.nested else { return scales.decode(blocks, into: output) }
    guard let start = scales.bytes.baseAddress else { return }
    let outer = blocks.lowerBound / nestedState.block..<(blocks.upperBound - 1) / nestedState.block + 1
    withFloats(outer.count) { room in
      nested.scales.decode(outer, into: room)
      hf_decode_blocks_8bit(
        start, nested.table, room, nestedState.block, nestedState.offset, blocks.lowerBound, blocks.count, output)
    }
  }

  /// The tables of bitsandbytes' `get_4bit_type`.
  private static func isKnown(_ table: [Float], _ type: String) -> Bool {
    let half: [Float] = [0, 0.0625, 8, 12, 4, 6, 2, 3].map { $0 / 12 }
    let known =
      type == "fp4"
      ? half + half.map { -$0 }
      : [
        -1, -0.6961928, -0.52507305, -0.3949175, -0.28444138, -0.18477343, -0.091050036, 0, 0.0795803, 0.1609302,
        0.2461123, 0.33791524, 0.44070983, 0.562617, 0.72295684, 1,
      ]
    return zip(table, known).allSatisfy { abs($0 - $1) < 1e-6 }
  }
}
