import Foundation
import Testing

import Checkpoints

@Suite("FP8 folders: every form of scales, by the formula itself")
struct FP8Tests {
  private static let name = "model.layers.0.self_attn.q_proj.weight"
  /// Every exponent and both signs, and no code that is no number.
  private static let codes: [UInt8] = (0..<64).map { index in
    let code = UInt8((index * 37 + 5) % 256)
    return code & 0x7F == 0x7F ? code - 1 : code
  }

  /// OCP's E4M3: 4 exponent bits with bias 7, 3 mantissa bits.
  private static func value(_ code: UInt8) -> Float {
    let (exponent, mantissa) = (Int(code >> 3 & 15), Float(code & 7))
    let power = Float(sign: .plus, exponent: exponent - 7, significand: 1)
    let magnitude = exponent == 0 ? mantissa / 512 : (1 + mantissa / 8) * power
    return code & 0x80 == 0 ? magnitude : -magnitude
  }

  /// A tiny llama whose q_proj [8, 8] is in E4M3, with these scales beside it.
  private func opened(_ settings: String, _ scales: SafetensorsBuilder.Entry) throws -> Checkpoint {
    var weights = SafetensorsBuilder.tinyLlama
    try weights.change(Self.name) { entry in
      entry.dtype = "F8_E4M3"
      entry.data = Self.codes
    }
    weights.entries.append(scales)
    return try Checkpoint.open(TemporaryFolder.tinyModel(weights: weights, ["quantization_config": settings]).path)
  }

  private func expect(
    _ checkpoint: Checkpoint, sourceLocation: SourceLocation = #_sourceLocation, _ scale: (Int, Int) -> Float
  ) throws {
    let tensor = try #require(checkpoint.tensors.tensor(Self.name))
    let expected = (0..<64).map { Self.value(Self.codes[$0]) * scale($0 / 8, $0 % 8) }
    #expect(tensor.decodeAll() == expected, sourceLocation: sourceLocation)
    #expect(tensor.storage == "fp8", sourceLocation: sourceLocation)
  }

  private func floats(_ name: String, _ shape: [Int]) -> SafetensorsBuilder.Entry {
    let values = (0..<shape.reduce(1, *)).map { 0.375 + Float($0) / 7 }
    return .init(name: "\(Self.name)\(name)", shape: shape, data: littleEndian(values))
  }

  private func scale(_ index: Int) -> Float { 0.375 + Float(index) / 7 }

  @Test("blocks that do not divide the matrix: the last ones are cut off")
  func blocks() throws {
    let settings = "{\"quant_method\": \"fp8\", \"weight_block_size\": [3, 5]}"
    try expect(try opened(settings, floats("_scale_inv", [3, 2]))) { scale($0 / 3 * 2 + $1 / 5) }
    expectInputError("weight_scale_inv: has shape [2, 3]", "by blocks of [3, 5]") {
      _ = try opened(settings, floats("_scale_inv", [2, 3]))
    }
  }

  @Test("one scale for all, and one a row")
  func wholeAndRows() throws {
    for shape in [[], [1], [1, 1]] {
      let whole = try opened("{\"quant_method\": \"fp8\", \"weight_block_size\": null}", floats("_scale_inv", shape))
      try expect(whole) { _, _ in scale(0) }
      try expect(try opened("{\"quant_method\": \"fp8\"}", floats("_scale", shape))) { _, _ in scale(0) }
    }
    try expect(try opened("{\"quant_method\": \"fbgemm_fp8\"}", floats("_scale", [8, 1]))) { row, _ in scale(row) }
    expectInputError("_scale_inv: has shape [2, 2]", "by blocks of a tensor or a row") {
      _ = try opened("{\"quant_method\": \"fp8\"}", floats("_scale_inv", [2, 2]))
    }
  }

  @Test("scales that are exponents", arguments: ["F8_E8M0", "U8"])
  func exponents(type: String) throws {
    let settings = "{\"quant_method\": \"fp8\", \"weight_block_size\": [4, 8], \"scale_fmt\": \"ue8m0\"}"
    let scales = SafetensorsBuilder.Entry(
      name: "\(Self.name)_scale_inv", dtype: type, shape: [2, 1], data: [130, 125])
    try expect(try opened(settings, scales)) { row, _ in row < 4 ? 8 : 0.25 }
  }

  @Test("a code that is no number is found where it is")
  func notANumber() throws {
    var weights = SafetensorsBuilder.tinyLlama
    try weights.change(Self.name) { entry in
      entry.dtype = "F8_E4M3"
      entry.data = Self.codes
      entry.data[19] = 0xFF
    }
    weights.entries.append(floats("_scale_inv", [1]))
    let folder = try TemporaryFolder.tinyModel(weights: weights, ["quantization_config": "{\"quant_method\": \"fp8\"}"])
    #expect(try Checkpoint.open(folder.path).tensors.tensor(Self.name)?.firstNonFinite() == 19)
  }
}
