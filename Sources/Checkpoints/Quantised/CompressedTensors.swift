import Diagnostics
import Reading

/// Folders of compressed-tensors (llm-compressor): float-quantized, int-quantized, naive-quantized and pack-quantized weights.
///
/// Which group of the configuration a module is of, its tensors say: the group with whose form their shapes agree.
struct CompressedTensors: Sendable, Equatable {
  /// How the weights of a group of modules are quantised (`QuantizationArgs`).
  struct Group: Sendable, Equatable {
    enum Strategy: Sendable, Equatable {
      case tensor, channel
      case group(Int)
      case block(rows: Int, columns: Int)
    }

    let bits: Int
    let isFloat: Bool
    let isSymmetric: Bool
    let strategy: Strategy

    /// Rows and columns that share a scale.
    func block(of shape: [Int]) -> (rows: Int, columns: Int) {
      switch strategy {
      case .tensor: (shape[0], shape[1])
      case .channel: (1, shape[1])
      case .group(let size): (1, size)
      case .block(let rows, let columns): (rows, columns)
      }
    }
  }

  let groups: [Group]
  /// Whether any group has `input_activations`.
  let quantisesActivations: Bool

  static let activationNames: Set<Substring> = [
    "input_scale", "input_zero_point", "output_scale", "output_zero_point", "q_scale", "k_scale", "v_scale",
    "q_zero_point", "k_zero_point", "v_zero_point",
  ]

  func join(_ modules: inout StoredModules) throws {
    for module in modules.modules(with: "weight_packed") { try joinPacked(module, &modules) }
    for module in modules.modules(with: "weight_scale") { try joinBytes(module, &modules) }
  }

  /// A byte a weight.
  private func joinBytes(_ module: String, _ modules: inout StoredModules) throws {
    let codes = try modules.takeMatrix("\(module).weight", [.e4m3, .i8])
    let scales = try modules.take("\(module).weight_scale", ScaleGrid.scaleTypes)
    // Of symmetric floats older versions wrote zero points too, in the weights' own type.
    let zeros = try modules.takeIfThere(
      "\(module).weight_zero_point", codes.type == .i8 ? [.i8] : [.i8, .e4m3], shape: scales.shape)
    let isFloat = codes.type == .e4m3
    for group in groups where group.isFloat == isFloat {
      if let grid = ScaleGrid(scales.spread, zeros: zeros, of: codes.shape, block: group.block(of: codes.shape)) {
        guard zeros != nil || group.isSymmetric else { continue }
        let scheme = isFloat ? "fp8" : "int\(group.bits)"
        return try modules.put(ScaledCodes(scheme: scheme, codes: codes, grid: grid), as: "\(module).weight")
      }
    }
    throw noGroup(scales, codes.shape, modules)
  }

  /// Codes of `bits` bits without gaps, row by row in whole 32-bit words.
  private func joinPacked(_ module: String, _ modules: inout StoredModules) throws {
    let words = try modules.takeMatrix("\(module).weight_packed", [.i32])
    let shapeArray = try modules.take("\(module).weight_shape", [.i64, .i32], shape: [2])
    let shape = shapeArray.integers()
    guard shape.allSatisfy({ $0 > 0 && $0 <= 1 << 28 }), shape[0] == words.shape[0] else {
      throw modules.error(shapeArray, "says \(shape), its codes have \(words.shape[0]) rows")
    }
    let scales = try modules.take("\(module).weight_scale", ScaleGrid.scaleTypes)
    let packedZeros = try modules.takeIfThere("\(module).weight_zero_point", [.i32])
    let indices = try modules.takeIfThere("\(module).weight_g_idx", [.i32, .i64], shape: [shape[1]])
    for group in groups where !group.isFloat && words.shape[1] == (shape[1] * group.bits - 1) / 32 + 1 {
      guard group.isSymmetric == (packedZeros == nil),
        let grid = ScaleGrid(scales.spread, of: shape, block: group.block(of: shape)),
        packedZeros == nil || grid.rowsPerScale == 1
      else { continue }
      let zeroShape = [(shape[0] * group.bits - 1) / 32 + 1, grid.columnCount]
      if let packedZeros, packedZeros.shape != zeroShape {
        throw modules.error(packedZeros, "has shape \(packedZeros.shape), its weight needs \(zeroShape)")
      }
      let groups = try indices.map { try GroupIndices($0, below: grid.columnCount, modules) }
      let weights = PackedRows(
        shape: shape, bits: group.bits, codes: words, grid: grid, zeros: packedZeros, groups: groups, shapeArray)
      return try modules.put(weights, as: "\(module).weight")
    }
    throw noGroup(scales, shape, modules)
  }

  private func noGroup(_ scales: StoredArray, _ shape: [Int], _ modules: StoredModules) -> InputError {
    modules.error(
      scales,
      "has shape \(scales.shape): weights \(shape) that are stored like this fit no group of quantization_config.config_groups",
      remedy: "use the config.json that was saved with these weights")
  }
}

extension StoredArray {
  /// One scale a tensor may be stored as a vector of one, or as a scalar.
  fileprivate var spread: StoredArray { count == 1 ? reshaped([1, 1]) : self }
}

/// Which group of scales each column is of, where they were sorted by activation: copied and checked, whatever the file becomes.
struct GroupIndices: Sendable {
  let array: StoredArray
  let values: [Int32]
  /// Whether they only count up, `group` columns each.
  func isPlain(_ group: Int) -> Bool { values.indices.allSatisfy { Int(values[$0]) == $0 / group } }

  init(_ array: StoredArray, below count: Int, _ modules: StoredModules) throws {
    let found = array.integers()
    guard found.allSatisfy({ $0 >= 0 && $0 < count }) else {
      throw modules.error(array, "names a group of scales that is not among the \(count) there are")
    }
    self.array = array
    values = found.map { Int32($0) }
  }
}
