import Diagnostics

/// Folders whose `quant_method` is fp8, as DeepSeek V3's and Qwen3's are, or fbgemm_fp8: weights in E4M3, of which each is multiplied by the
/// scale of its block, its row or the whole tensor (`weight_scale_inv` too, in spite of its name).
///
/// Layout: transformers' `FP8Linear` and `FbgemmFp8Linear`, and for `weight_scale` under fp8 vLLM's `quantization/fp8.py`.
struct FP8: Sendable, Equatable {
  /// [rows, columns] of a block; nil for a scale a tensor or a row.
  let block: [Int]?
  /// Whether scales may be bytes that are exponents.
  let hasExponentScales: Bool

  static let activationNames: Set<Substring> = ["input_scale", "activation_scale", "input_scale_ub"]

  func join(_ modules: inout StoredModules) throws {
    let names = modules.arrays.filter { $0.value.type == .e4m3 && $0.key.hasSuffix(".weight") }.keys
    for name in names.sorted() {
      let codes = try modules.takeMatrix(name, [.e4m3])
      let scaleName = modules.has("\(name)_scale_inv") ? "\(name)_scale_inv" : "\(name)_scale"
      let scales = try modules.take(scaleName, ScaleGrid.scaleTypes + [.e8m0] + (hasExponentScales ? [.u8] : []))
      guard let grid = grid(scales.type == .u8 ? scales.asExponents : scales, of: codes.shape) else {
        throw modules.error(
          scales, "has shape \(scales.shape), which weights \(codes.shape) cannot have by blocks of \(blockText)",
          remedy: "use the config.json that was saved with these weights")
      }
      try modules.put(ScaledCodes(scheme: "fp8", codes: codes, grid: grid), as: name)
    }
  }

  private var blockText: String { block.map { "\($0)" } ?? "a tensor or a row" }

  private func grid(_ scales: StoredArray, of shape: [Int]) -> ScaleGrid? {
    if let block, let grid = ScaleGrid(scales, of: shape, block: (block[0], block[1])) { return grid }
    // A scale for all, or for every row: what `weight_block_size` null and fbgemm have.
    guard block == nil || scales.name.hasSuffix("_scale") else { return nil }
    let whole = scales.count == 1 ? scales.reshaped([1, 1]) : scales
    return ScaleGrid(whole, of: shape, block: (shape[0], shape[1]))
      ?? ScaleGrid(scales, of: shape, block: (1, shape[1]))
  }
}

extension StoredArray {
  /// Bytes that are exponents, as `scale_fmt` ue8m0 says.
  fileprivate var asExponents: StoredArray {
    StoredArray(name: name, type: .e8m0, shape: shape, file: file, offset: offset)
  }

  /// The same elements under a shape of as many.
  func reshaped(_ shape: [Int]) -> StoredArray {
    StoredArray(name: name, type: type, shape: shape, file: file, offset: offset)
  }
}
