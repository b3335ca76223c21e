import Foundation
import Testing

import Checkpoints

@Suite("Quantised folders: what is missing, misshapen or unknown is one line that names it")
struct QuantisedFaultTests {
  private static let queries = "model.layers.0.self_attn.q_proj"

  /// A golden folder with its tensors or its config.json changed.
  private func folder(
    _ name: String, config: (String, String)? = nil, _ edit: (inout SafetensorsBuilder) throws -> Void = { _ in }
  ) throws -> TemporaryFolder {
    let source = golden("quantised/\(name)")
    var weights = try SafetensorsBuilder(reading: source.appendingPathComponent("model.safetensors"))
    try edit(&weights)
    let folder = try TemporaryFolder()
    try folder.write("model.safetensors", weights.bytes)
    try folder.write("tokenizer.json", "{}")
    var text = try String(contentsOf: source.appendingPathComponent("config.json"), encoding: .utf8)
    if let config {
      #expect(text.contains(config.0), "\(config.0)")
      text = text.replacingOccurrences(of: config.0, with: config.1)
    }
    try folder.write("config.json", text)
    return folder
  }

  private func refuse(
    _ name: String, _ words: [String], config: (String, String)? = nil,
    sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout SafetensorsBuilder) throws -> Void = { _ in }
  ) throws {
    let path = try folder(name, config: config, edit).path
    for word in words {
      expectInputError(word, sourceLocation: sourceLocation) { _ = try Checkpoint.open(path) }
    }
  }

  private static let companions: [(String, String)] = [
    ("nf4", "weight.absmax"), ("nf4", "weight.quant_map"), ("nf4", "weight.quant_state.bitsandbytes__nf4"),
    ("nf4-double", "weight.nested_absmax"), ("nf4-double", "weight.nested_quant_map"), ("bnb-int8", "SCB"),
    ("fp8-block", "weight_scale_inv"), ("ct-fp8-channel", "weight_scale"), ("ct-int8", "weight_scale"),
    ("ct-w4a16", "weight_scale"), ("ct-w4a16", "weight_shape"), ("ct-w4a16-asymmetric", "weight_zero_point"),
    ("gptq-4bit", "scales"), ("gptq-4bit", "qzeros"), ("awq-4bit", "qzeros"), ("awq-4bit", "scales"),
    ("mlx-4bit", "biases"), ("mlx-4bit", "scales"),
  ]

  @Test("a companion that is missing, of another shape, or of another type", arguments: companions)
  func companion(folder: String, name: String) throws {
    let full = "\(Self.queries).\(name)"
    try refuse(folder, [Self.queries]) { try $0.remove(full) }
    try refuse(folder, [Self.queries]) { weights in
      try weights.change(full) { entry in
        entry.shape = entry.shape.isEmpty ? [2] : [entry.shape[0] + 1] + entry.shape.dropFirst()
        let bytes = entry.data.count / max(1, entry.elementCount)
        entry.data += [UInt8](repeating: 0, count: entry.shape.reduce(1, *) * bytes - entry.data.count)
      }
    }
    try refuse(folder, [Self.queries]) { weights in
      try weights.change(full) { entry in
        entry.dtype = "I64"
        entry.shape = [entry.shape.reduce(1, *)]
        entry.data = [UInt8](repeating: 0, count: entry.shape[0] * 8)
      }
    }
  }

  @Test("a weight without its codes, and a companion that belongs to none")
  func orphans() throws {
    for (folder, codes) in [
      ("nf4", "weight"), ("bnb-int8", "weight"), ("fp8-block", "weight"), ("ct-fp8-channel", "weight"),
      ("ct-w4a16", "weight_packed"), ("gptq-4bit", "qweight"), ("awq-4bit", "qweight"), ("mlx-4bit", "weight"),
    ] {
      try refuse(folder, [Self.queries]) { try $0.remove("\(Self.queries).\(codes)") }
    }
    try refuse("nf4", ["other.weight.absmax: belongs to a quantised weight that is not there"]) {
      $0.add("other.weight.absmax", [4])
    }
    try refuse("ct-w4a16", ["has type 'I32', and nothing beside it that gives its codes a value"]) {
      $0.entries.append(.init(name: "other.weight", dtype: "I32", shape: [1], data: [0, 0, 0, 0]))
    }
  }

  @Test("the state of a 4-bit weight")
  func state() throws {
    func edit(_ from: String, _ to: String) -> (inout SafetensorsBuilder) throws -> Void {
      { weights in
        try weights.change("\(Self.queries).weight.quant_state.bitsandbytes__nf4") { entry in
          let text = String(decoding: entry.data, as: UTF8.self)
          #expect(text.contains(from))
          entry.data = Array(text.replacingOccurrences(of: from, with: to).utf8)
          entry.shape = [entry.data.count]
        }
      }
    }
    let double = "nf4-double"
    try refuse(double, ["'nested_offset' is missing"], edit("nested_offset", "offset"))
    try refuse(double, ["'nested_blocksize' is missing"], edit("nested_blocksize", "blocks"))
    try refuse(double, ["nested_blocksize 0"], edit("\"nested_blocksize\": 256", "\"nested_blocksize\": 0"))
    try refuse(double, ["quant_type 'nf3', its name says nf4"], edit("nf4", "nf3"))
    try refuse(double, ["blocksize 63, which bitsandbytes"], edit("\"blocksize\": 64", "\"blocksize\": 63"))
    try refuse(double, ["has 2048 bytes of codes"], edit("[64, 64]", "[64, 63]"))
    try refuse(double, ["expected a matrix"], edit("[64, 64]", "[4096]"))
    try refuse(double, ["expected a matrix"], edit("[64, 64]", "[-64, -64]"))
    try refuse(double, ["'blocksize' is missing"], edit("\"blocksize\": 64", "\"blocksize\": \"64\""))
    try refuse(double, ["does not hold the JSON"], edit("{", "["))
    try refuse("nf4", ["'nested_blocksize' is missing"], edit("\"blocksize\"", "\"nested_offset\": 1, \"blocksize\""))
    try refuse(double, ["quant_map: is not the table of nf4"]) { weights in
      try weights.change("\(Self.queries).weight.quant_map") { $0.data[0] ^= 255 }
    }
  }

  @Test(
    "a scale that is not a number is found where the weights are decoded",
    arguments: [
      ("nf4", "weight.absmax"), ("nf4-double", "weight.nested_absmax"), ("bnb-int8", "SCB"),
    ])
  func notANumber(name: String, companion: String) throws {
    let path = try folder(name) { weights in
      try weights.change("\(Self.queries).\(companion)") { $0.data.replaceSubrange(0..<4, with: [0, 0, 0xC0, 0x7F]) }
    }.path
    let tensor = try #require(try Checkpoint.open(path).tensors.tensor("\(Self.queries).weight"))
    #expect(tensor.firstNonFinite() == 0)
  }

  @Test("group numbers beyond the scales, zero points that libraries read in two ways")
  func gptq() throws {
    for folder in ["gptq-4bit-sorted", "gptq-4bit"] {
      try refuse(folder, ["g_idx: names a group of scales that is not among the 2 there are"]) { weights in
        try weights.change("\(Self.queries).g_idx") { $0.data.replaceSubrange(0..<4, with: [2, 0, 0, 0]) }
      }
      try refuse(folder, ["not among the 2"]) { weights in
        try weights.change("\(Self.queries).g_idx") { $0.data.replaceSubrange(0..<4, with: [255, 255, 255, 255]) }
      }
    }
    try refuse("gptq-4bit", ["qzeros: has a zero point of 15", "gptq_v2"]) { weights in
      try weights.change("\(Self.queries).qzeros") { $0.data[5] = 0xF0 }
    }
    let format = ("\"checkpoint_format\": \"gptq\"", "\"checkpoint_format\": \"gptq_v2\"")
    let second = try folder("gptq-4bit", config: format) { weights in
      try weights.change("\(Self.queries).qzeros") { $0.data[5] = 0xF0 }
    }
    #expect(throws: Never.self) { try Checkpoint.open(second.path) }
  }

  @Test("a bias of zeros beside packed weights is AutoGPTQ's own, another is refused")
  func biases() throws {
    let name = "\(Self.queries).bias"
    let path = try folder("gptq-4bit") { $0.add(name, [64], [Float](repeating: 0, count: 64), dtype: "F16") }.path
    let checkpoint = try Checkpoint.open(path)
    #expect(
      checkpoint.tensors.tensor(name) == nil && checkpoint.notes.contains { $0.contains("1 biases that are zero") })
    try refuse("gptq-4bit", ["\(name): is a tensor that this model has no place for"]) { $0.add(name, [64]) }
    try refuse("awq-4bit", [name]) { $0.add(name, [64], [Float](repeating: 0, count: 64)) }
  }

  @Test("weights that a configuration of other sizes cannot have")
  func otherConfiguration() throws {
    try refuse(
      "fp8-block", ["weight_scale_inv: has shape", "blocks of [16, 32]"],
      config: ("\"weight_block_size\": [\n   32,", "\"weight_block_size\": [\n   16,"))
    try refuse("ct-w4a16", ["fit no group of quantization_config"], config: ("\"num_bits\": 4", "\"num_bits\": 3"))
    try refuse(
      "ct-w4a16", ["fit no group of quantization_config"], config: ("\"group_size\": 32", "\"group_size\": 16"))
    try refuse("gptq-4bit", ["scales: has shape"], config: ("\"group_size\": 32", "\"group_size\": 16"))
    try refuse("awq-4bit", ["scales: has shape"], config: ("\"group_size\": 32", "\"group_size\": -1"))
    try refuse("mlx-3bit", ["which 6 bits in groups of 64 cannot have"], config: ("\"bits\": 3", "\"bits\": 6"))
  }

  @Test(
    "what config.json asks for and is not read is refused by its key",
    arguments: [
      ("nf4", "\"quant_method\": \"bitsandbytes\"", "\"quant_method\": \"hqq\"", "quant_method: 'hqq' is not read"),
      ("nf4", "\"quant_method\": \"bitsandbytes\"", "\"quant_method\": \"torchao\"", "model.dequantize()"),
      ("nf4", "\"quant_method\": \"bitsandbytes\"", "\"quant_method\": \"mxfp4\"", "Mxfp4Config(dequantize=True)"),
      ("nf4", "\"bnb_4bit_quant_type\": \"nf4\"", "\"bnb_4bit_quant_type\": \"af4\"", "bnb_4bit_quant_type: 'af4'"),
      ("nf4", "\"llm_int8_skip_modules\": null", "\"llm_int8_skip_modules\": 3", "llm_int8_skip_modules"),
      ("fp8-block", "32,\n   32", "32,\n   0", "weight_block_size"),
      ("ct-w4a16", "\"format\": \"pack-quantized\"", "\"format\": \"marlin-24\"", "format: 'marlin-24' is not read"),
      ("ct-w4a16", "\"strategy\": \"group\"", "\"strategy\": \"token\"", "strategy: 'token' is not read"),
      ("ct-w4a16", "\"num_bits\": 4", "\"num_bits\": 64", "num_bits: 64 is not read"),
      ("gptq-4bit", "\"bits\": 4", "\"bits\": 5", "bits: 5 is not read"),
      ("gptq-4bit", "\"checkpoint_format\": \"gptq\"", "\"checkpoint_format\": \"marlin\"", "'marlin' is not read"),
      ("awq-4bit", "\"version\": \"gemm\"", "\"version\": \"gemv\"", "version: 'gemv' is not read"),
      ("awq-4bit", "\"zero_point\": true", "\"zero_point\": false", "zero_point: false is not read"),
      ("mlx-4bit", "\"mode\": \"affine\"", "\"mode\": \"mxfp4\"", "mode: 'mxfp4' is not read"),
      ("mlx-3bit", "\"group_size\": 64", "\"group_size\": 0", "group_size: 0 is not read"),
    ])
  func unsupported(name: String, from: String, to: String, words: String) throws {
    try refuse(name, [words, "quanti"], config: (from, to))
  }

  @Test("quantised tensors under a config.json that does not say so")
  func withoutConfiguration() throws {
    try refuse(
      "nf4", ["'U8', which is not supported", "quantization_config of the same save"],
      config: ("\"quantization_config\"", "\"other\""))
    try refuse(
      "fp8-block", ["'F8_E4M3', which is not supported", "quantization_config of the same save"],
      config: ("\"quantization_config\"", "\"other\""))
  }
}

extension SafetensorsBuilder {
  /// The tensors of a file, in their order.
  init(reading url: URL) throws {
    let data = try Data(contentsOf: url)
    let length = data.withUnsafeBytes { Int(UInt64(littleEndian: $0.loadUnaligned(as: UInt64.self))) }
    let header = try JSONSerialization.jsonObject(with: data[8..<8 + length]) as? [String: [String: Any]] ?? [:]
    var found: [(Int, Entry)] = []
    for (name, fields) in header where name != "__metadata__" {
      guard let dtype = fields["dtype"] as? String, let shape = fields["shape"] as? [Int],
        let offsets = fields["data_offsets"] as? [Int]
      else { throw CocoaError(.fileReadCorruptFile) }
      let bytes = Array(data[8 + length + offsets[0]..<8 + length + offsets[1]])
      found.append((offsets[0], Entry(name: name, dtype: dtype, shape: shape, data: bytes)))
    }
    self.init()
    entries = found.sorted { $0.0 < $1.0 }.map(\.1)
  }

  mutating func change(_ name: String, _ edit: (inout Entry) throws -> Void) throws {
    let index = try #require(entries.firstIndex { $0.name == name }, "\(name)")
    try edit(&entries[index])
  }

  mutating func remove(_ name: String) throws {
    entries.remove(at: try #require(entries.firstIndex { $0.name == name }, "\(name)"))
  }
}

extension SafetensorsBuilder.Entry {
  /// As many as the data were made for, before the shape was changed.
  fileprivate var elementCount: Int {
    let bytes = ["F32": 4, "I32": 4, "U32": 4, "F16": 2, "BF16": 2, "I64": 8][dtype] ?? 1
    return data.count / bytes
  }
}
