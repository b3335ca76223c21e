/// A GGUF file in bytes, for cases that no writer would produce.
struct GGUFBuilder {
  struct Info {
    var name: String
    /// GGUF's order: the fastest axis first.
    var shape: [UInt64]
    var type: UInt32 = 0
    var offset: UInt64
    var data: [UInt8]
  }

  var magic = Array("GGUF".utf8)
  var version: UInt32 = 3
  var tensorCount: UInt64?
  var keyCount: UInt64?
  var alignment = 32
  /// Key, type and value bytes.
  var pairs: [(key: String, type: UInt32, value: [UInt8])] = []
  var infos: [Info] = []

  static func text(_ string: String) -> [UInt8] { littleEndian(UInt64(string.utf8.count)) + Array(string.utf8) }

  mutating func set(_ key: String, _ value: String) { replace(key, 8, Self.text(value)) }
  mutating func set(_ key: String, _ value: UInt32) { replace(key, 4, littleEndian(value)) }
  mutating func set(_ key: String, _ value: Float) { replace(key, 6, littleEndian(value.bitPattern)) }
  mutating func set(_ key: String, _ values: [String]) {
    replace(key, 9, littleEndian(UInt32(8)) + littleEndian(UInt64(values.count)) + values.flatMap(Self.text))
  }

  mutating func replace(_ key: String, _ type: UInt32, _ value: [UInt8]) {
    pairs.removeAll { $0.key == key }
    pairs.append((key, type, value))
  }

  /// Adds an F32 tensor after the ones that are there. `shape` in PyTorch's order.
  mutating func add(_ name: String, _ shape: [Int], _ values: [Float]? = nil) {
    let end = infos.last.map { Int($0.offset) + $0.data.count } ?? 0
    let count = shape.reduce(1, *)
    let floats = values ?? (0..<count).map { Float($0 % 7) * 0.25 - 0.5 }
    infos.append(
      Info(
        name: name, shape: shape.reversed().map(UInt64.init),
        offset: UInt64((end + alignment - 1) / alignment * alignment), data: littleEndian(floats)))
  }

  var bytes: [UInt8] {
    var bytes = magic + littleEndian(version)
    bytes += littleEndian(tensorCount ?? UInt64(infos.count)) + littleEndian(keyCount ?? UInt64(pairs.count))
    for pair in pairs { bytes += Self.text(pair.key) + littleEndian(pair.type) + pair.value }
    for info in infos {
      bytes += Self.text(info.name) + littleEndian(UInt32(info.shape.count)) + info.shape.flatMap { littleEndian($0) }
      bytes += littleEndian(info.type) + littleEndian(info.offset)
    }
    while bytes.count % alignment != 0 { bytes.append(0) }
    let start = bytes.count
    for info in infos where info.offset < 1 << 20 {
      let end = start + Int(info.offset) + info.data.count
      if bytes.count < end { bytes += [UInt8](repeating: 0, count: end - bytes.count) }
      bytes.replaceSubrange(end - info.data.count..<end, with: info.data)
    }
    return bytes
  }

  /// A llama of one layer: hidden 8, two heads of 4, one key-value head, intermediate 12, 10 tokens, tied.
  static var tinyLlama: GGUFBuilder {
    var builder = GGUFBuilder()
    builder.set("general.architecture", "llama")
    let sizes: [(String, UInt32)] = [
      ("context_length", 64), ("embedding_length", 8), ("block_count", 1), ("feed_forward_length", 12),
      ("attention.head_count", 2), ("attention.head_count_kv", 1), ("rope.dimension_count", 4), ("vocab_size", 10),
    ]
    for (key, value) in sizes { builder.set("llama.\(key)", value) }
    builder.set("llama.attention.layer_norm_rms_epsilon", Float(1e-5))
    builder.set("llama.rope.freq_base", Float(10_000))
    builder.set("tokenizer.ggml.model", "gpt2")
    builder.set("tokenizer.ggml.tokens", (0..<10).map { "t\($0)" })
    builder.set("tokenizer.ggml.bos_token_id", UInt32(1))
    builder.set("tokenizer.ggml.eos_token_id", UInt32(2))
    let shapes: [(String, [Int])] = [
      ("token_embd", [10, 8]), ("blk.0.attn_norm", [8]), ("blk.0.attn_q", [8, 8]), ("blk.0.attn_k", [4, 8]),
      ("blk.0.attn_v", [4, 8]), ("blk.0.attn_output", [8, 8]), ("blk.0.ffn_norm", [8]), ("blk.0.ffn_gate", [12, 8]),
      ("blk.0.ffn_up", [12, 8]), ("blk.0.ffn_down", [8, 12]), ("output_norm", [8]),
    ]
    for (name, shape) in shapes { builder.add("\(name).weight", shape) }
    return builder
  }
}
