import CKernels
import Diagnostics

/// Folders of GPTQ, as AutoGPTQ, GPTQModel and transformers write them.
struct GPTQ: Sendable, Equatable {
  /// 2, 3, 4 or 8.
  let bits: Int
  /// Inputs that share a scale; nil for all of them.
  let groupSize: Int?
  /// `checkpoint_format` gptq_v2: zero points are stored as they are, and not less 1.
  let isSecondFormat: Bool

  func join(_ modules: inout StoredModules) throws {
    for module in modules.modules(with: "qweight") {
      let codes = try modules.takeMatrix("\(module).qweight", [.i32])
      let (inputs, outputs) = (codes.shape[0] * 32 / bits, codes.shape[1])
      guard codes.shape[0] * 32 % bits == 0, outputs * bits % 32 == 0 else {
        throw modules.error(codes, "has shape \(codes.shape), which codes of \(bits) bits cannot have")
      }
      let size = groupSize ?? inputs
      let groupCount = (inputs - 1) / size + 1
      let scales = try modules.take("\(module).scales", ScaleGrid.scaleTypes, shape: [groupCount, outputs])
      let zeros = try modules.take("\(module).qzeros", [.i32], shape: [groupCount, outputs * bits / 32])
      if !isSecondFormat { try refuseLargestZeros(zeros, modules) }
      let indices = try modules.takeIfThere("\(module).g_idx", [.i32, .i64], shape: [inputs])
      let groups = try indices.map { try GroupIndices($0, below: groupCount, modules) }
      let weights = PackedColumns(
        packing: .gptq(bits: bits, addend: isSecondFormat ? 0 : 1), codes: codes, zeros: zeros, scales: scales,
        columns: inputs, groupSize: size, groups: groups.flatMap { $0.isPlain(size) ? nil : $0 }, indexArray: indices)
      try modules.put(weights, as: "\(module).weight")
    }
  }

  /// The first format stores a zero point less 1, so that its largest code stands for 2^bits to some libraries and to others for 0.
  private func refuseLargestZeros(_ zeros: StoredArray, _ modules: StoredModules) throws {
    guard let start = zeros.bytes.baseAddress else { return }
    let (largest, perRow) = (Float(1 << bits - 1), zeros.shape[1] * 32 / bits)
    var isFound = false
    withFloats(perRow) { line in
      for group in 0..<zeros.shape[0] where !isFound {
        hf_unpack(start + group * zeros.shape[1] * 4, Int32(bits), 0, perRow, line)
        isFound = UnsafeBufferPointer(start: line, count: perRow).contains(largest)
      }
    }
    guard isFound else { return }
    throw modules.error(
      zeros, "has a zero point of \(1 << bits - 1), which format gptq has no single reading for: 0 or \(1 << bits)",
      remedy: "save the model with GPTQModel in format gptq_v2")
  }
}

/// Folders of AWQ in version gemm, as AutoAWQ and llm-awq's converters write them.
struct AWQ: Sendable, Equatable {
  /// Inputs that share a scale; nil for all of them.
  let groupSize: Int?

  func join(_ modules: inout StoredModules) throws {
    for module in modules.modules(with: "qweight") {
      let codes = try modules.takeMatrix("\(module).qweight", [.i32])
      let (inputs, outputs) = (codes.shape[0], codes.shape[1] * 8)
      let size = groupSize ?? inputs
      let groupCount = (inputs - 1) / size + 1
      let scales = try modules.take("\(module).scales", ScaleGrid.scaleTypes, shape: [groupCount, outputs])
      let zeros = try modules.take("\(module).qzeros", [.i32], shape: [groupCount, codes.shape[1]])
      let weights = PackedColumns(
        packing: .awq, codes: codes, zeros: zeros, scales: scales, columns: inputs, groupSize: size, groups: nil,
        indexArray: nil)
      try modules.put(weights, as: "\(module).weight")
    }
  }
}
