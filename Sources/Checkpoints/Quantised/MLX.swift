import CKernels
import Diagnostics

/// Folders that mlx-lm quantised (`mode` affine): embeddings and linear modules as codes with a scale and a bias a group.
struct MLX: Sendable, Equatable {
  struct Form: Sendable, Equatable {
    let bits: Int
    let groupSize: Int
  }

  let form: Form
  /// Modules with a form of their own, by path.
  let exceptions: [String: Form]

  func join(_ modules: inout StoredModules) throws {
    for module in modules.modules(with: "scales") {
      let form = exceptions[module] ?? form
      let codes = try modules.takeMatrix("\(module).weight", [.u32])
      let columns = codes.shape[1] * 32 / form.bits
      guard codes.shape[1] * 32 % form.bits == 0, columns % form.groupSize == 0 else {
        throw modules.error(
          codes, "has shape \(codes.shape), which \(form.bits) bits in groups of \(form.groupSize) cannot have",
          remedy: "use the config.json that was saved with these weights")
      }
      let shape = [codes.shape[0], columns / form.groupSize]
      let scales = try modules.take("\(module).scales", ScaleGrid.scaleTypes, shape: shape)
      let biases = try modules.take("\(module).biases", ScaleGrid.scaleTypes, shape: shape)
      try modules.put(
        AffineRows(form: form, columns: columns, codes: codes, scales: scales, biases: biases), as: "\(module).weight")
    }
  }
}

/// MLX's affine quantisation: code · scale + bias, in fp32 with both steps rounded, which with scales of 16 bits is exact but for the sum.
///
/// Source: `affine_dequantize` in MLX's `mlx/backend/cpu/quantized.cpp`, whose result in the type of the scales is this one rounded to it.
struct AffineRows: PackedWeights {
  let form: MLX.Form
  let columns: Int
  /// U32 [outputs, inputs · bits / 32]: codes without gaps, the lowest bits first.
  let codes: StoredArray
  /// [outputs, groups]
  let scales: StoredArray
  let biases: StoredArray

  var scheme: String { "mlx-\(form.bits)bit" }
  var rows: Int { codes.shape[0] }
  var parts: [StoredArray] { [codes, scales, biases] }

  func decode(rows: Range<Int>, into output: UnsafeMutablePointer<Float>) {
    guard let start = codes.bytes.baseAddress else { return }
    let (bytesPerRow, count) = (codes.shape[1] * 4, scales.shape[1])
    withFloats(2 * count) { room in
      for (position, row) in rows.enumerated() {
        let values = output + position * columns
        hf_unpack(start + row * bytesPerRow, Int32(form.bits), 0, columns, values)
        scales.decode(row * count..<(row + 1) * count, into: room)
        biases.decode(row * count..<(row + 1) * count, into: room + count)
        hf_scale_and_add_groups(values, columns, form.groupSize, room, room + count)
      }
    }
  }
}
