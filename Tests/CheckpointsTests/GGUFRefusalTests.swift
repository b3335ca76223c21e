import Foundation
import Testing

import Checkpoints

@Suite("A GGUF file that is damaged or unsupported is refused in one line")
struct GGUFRefusalTests {
  private func refuse(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout GGUFBuilder) -> Void
  ) throws {
    var builder = GGUFBuilder.tinyLlama
    edit(&builder)
    let folder = try TemporaryFolder()
    let file = try folder.write("m.gguf", builder.bytes)
    expectInputError(words, "m.gguf", sourceLocation: sourceLocation) { _ = try Checkpoint.open(file.path) }
  }

  @Test("the tiny llama itself opens")
  func opens() throws {
    let folder = try TemporaryFolder()
    let checkpoint = try Checkpoint.open(try folder.write("m.gguf", GGUFBuilder.tinyLlama.bytes).path)
    #expect(checkpoint.configuration.headDimension == 4)
    #expect(checkpoint.tensors.names.count == 11)
    #expect(checkpoint.tensors.byteCount == 4 * (80 + 8 + 64 + 32 + 32 + 64 + 8 + 96 + 96 + 96 + 8))
  }

  @Test("header")
  func header() throws {
    try refuse("not a GGUF file") { $0.magic = Array("GGML".utf8) }
    try refuse("version 1") { $0.version = 1 }
    try refuse("version 4") { $0.version = 4 }
    try refuse("big-endian") { $0.version = UInt32(3).byteSwapped }
    try refuse("tensor count") { $0.tensorCount = 1 << 60 }
    try refuse("key-value count") { $0.keyCount = .max }
  }

  @Test("a GGUF file that is no model is called what it is")
  func otherContents() throws {
    try refuse("is an adapter, not a whole model") {
      $0.set("general.type", "adapter")
      $0.set("adapter.type", "lora")
      $0.infos = []
      $0.add("blk.0.attn_q.weight.lora_a", [2, 8])
      $0.add("blk.0.attn_q.weight.lora_b", [8, 2])
    }
    try refuse("goes with --candidate or --adapter") {
      $0.infos = []
      $0.add("blk.0.attn_q.weight.lora_a", [2, 8])
    }
    try refuse("is 'mmproj', not a model") { $0.set("general.type", "mmproj") }
    try refuse("a vocabulary alone") { $0.infos = [] }
    try refuse("tensor count: is 65537, more than 65536") {
      for number in 0..<65_526 { $0.infos.append(.init(name: "t\(number)", shape: [1], offset: 0, data: [])) }
    }
  }

  @Test("truncated anywhere")
  func truncated() throws {
    let bytes = GGUFBuilder.tinyLlama.bytes
    let folder = try TemporaryFolder()
    for length in stride(from: 0, to: bytes.count, by: 37) {
      let file = try folder.write("m.gguf", Array(bytes[..<length]))
      expectInputError("m.gguf") { _ = try Checkpoint.open(file.path) }
    }
  }

  @Test("metadata")
  func metadata() throws {
    try refuse("general.architecture: architecture 'mamba' is not supported yet; supported: arcee, cohere2, exaone4") {
      $0.set("general.architecture", "mamba")
    }
    try refuse("general.architecture: is missing") { $0.pairs.removeAll { $0.key == "general.architecture" } }
    try refuse("llama.block_count: is missing") { $0.pairs.removeAll { $0.key == "llama.block_count" } }
    try refuse("expected an integer") { $0.set("llama.block_count", "two") }
    try refuse("llama.block_count: occurs twice") { $0.pairs.append(("llama.block_count", 4, littleEndian(UInt32(1)))) }
    try refuse("unknown value type 13") { $0.replace("x", 13, [0]) }
    try refuse("array of arrays") { $0.replace("x", 9, littleEndian(UInt32(9)) + littleEndian(UInt64(0))) }
    try refuse("x: has more elements") { $0.replace("x", 9, littleEndian(UInt32(4)) + littleEndian(UInt64(1 << 61))) }
    try refuse("x: needs") { $0.replace("x", 8, littleEndian(UInt64(1 << 60))) }
    try refuse("is not UTF-8") { $0.replace("general.architecture", 8, littleEndian(UInt64(1)) + [0xff]) }
    try refuse("general.alignment") { $0.set("general.alignment", UInt32(48)) }
    try refuse("llama.attention.some_new_scale: is not supported") {
      $0.set("llama.attention.some_new_scale", UInt32(2))
    }
    try refuse("llama.expert_used_count: is 9, expected 1 to 8") {
      $0.set("llama.expert_count", UInt32(8))
      $0.set("llama.expert_used_count", UInt32(9))
    }
    try refuse("block_sparse_moe.gate.weight: the model has no such tensor") {
      $0.set("llama.expert_count", UInt32(8))
    }
    try refuse("split.no: is missing from a part of 2") { $0.set("split.count", UInt32(2)) }
    try refuse("'ntk' is not supported") { $0.set("llama.rope.scaling.type", "ntk") }
    try refuse("llama.attention.sliding_window") { $0.set("llama.attention.sliding_window", UInt32(16)) }
    try refuse("llama.rope.dimension_count") { $0.set("llama.rope.dimension_count", UInt32(2)) }
    try refuse("llama.attention.head_count: is 0") { $0.set("llama.attention.head_count", UInt32(0)) }
    try refuse("llama.attention.head_count_kv") { $0.set("llama.attention.head_count_kv", UInt32(3)) }
    try refuse("llama.rope.freq_base") { $0.set("llama.rope.freq_base", Float.nan) }
    try refuse("tokenizer.ggml.tokens") { $0.set("tokenizer.ggml.tokens", (0..<11).map(String.init)) }
  }

  @Test("integers stored at another width are the same integers")
  func widths() throws {
    var builder = GGUFBuilder.tinyLlama
    builder.replace("llama.block_count", 10, littleEndian(UInt64(1)))
    builder.replace("llama.embedding_length", 5, littleEndian(Int32(8)))
    builder.replace("llama.context_length", 2, littleEndian(UInt16(64)))
    let folder = try TemporaryFolder()
    let configuration = try Checkpoint.open(try folder.write("m.gguf", builder.bytes).path).configuration
    #expect(configuration.layerCount == 1)
    #expect(configuration.hiddenSize == 8)
    builder.replace("llama.block_count", 10, littleEndian(UInt64.max))
    let file = try folder.write("m.gguf", builder.bytes)
    expectInputError("llama.block_count", "too large") { _ = try Checkpoint.open(file.path) }
  }

  @Test("one number beside a matrix multiplies it, and one for its input does not")
  func scales() throws {
    let folder = try TemporaryFolder()
    func query(_ edit: (inout GGUFBuilder) -> Void) throws -> [Float] {
      var builder = GGUFBuilder.tinyLlama
      edit(&builder)
      let checkpoint = try Checkpoint.open(try folder.write("m.gguf", builder.bytes).path)
      #expect(checkpoint.tensors.names.count == 11)
      return try #require(checkpoint.tensors.tensor("model.layers.0.self_attn.q_proj.weight")).decodeAll()
    }
    let plain = try query { _ in }
    #expect(try query { $0.add("blk.0.attn_q.scale", [1], [0.1]) } == plain.map { $0 * 0.1 })
    #expect(try query { $0.add("blk.0.attn_q.input_scale", [1], [0.1]) } == plain)
  }

  @Test("tensors")
  func tensors() throws {
    try refuse("past the end of the file") { $0.infos[10].offset = 1 << 20 }
    try refuse("past the end of the file") { $0.infos[10].offset = 1 << 62 }
    try refuse("blk.0.attn_q.weight: overlaps") { $0.infos[2].offset = $0.infos[1].offset }
    try refuse("not a multiple of the alignment") { $0.infos[2].offset += 4 }
    try refuse("blk.0.attn_norm.weight: occurs twice") { $0.infos[2].name = "blk.0.attn_norm.weight" }
    try refuse("impossible shape") { $0.infos[2].shape = [1 << 32, 1 << 32] }
    try refuse("impossible shape") { $0.infos[2].shape = [8, 0] }
    try refuse("has 5 axes") { $0.infos[2].shape = [8, 8, 1, 1, 1] }
    for (name, type) in [("q8_1", 9), ("q8_K", 15), ("i8", 24), ("f64", 28), ("q1_0", 41), ("number 77", 77)] {
      try refuse("has type \(name), which is not supported; quantise the model to another type, such as q8_0 or q4_K") {
        $0.infos[2].type = UInt32(type)
      }
    }
    try refuse("not a multiple of q8_0's 32") { $0.infos[2].type = 8 }
    try refuse("not a multiple of nvfp4's 64") { $0.infos[2].type = 40 }
    try refuse("not a multiple of iq2_xxs's 256") { $0.infos[2].type = 16 }
    try refuse("blk.0.attn_q.scale: is not one finite number") { $0.add("blk.0.attn_q.scale", [2]) }
    try refuse("blk.0.attn_q.scale: is not one finite number") { $0.add("blk.0.attn_q.scale", [1], [.infinity]) }
    for name in ["token_embd.scale", "output.scale", "blk.0.attn_norm.scale", "blk.1.attn_q.scale", "scale"] {
      try refuse("\(name): is a tensor that a llama model does not have") { $0.add(name, [1]) }
    }
    try refuse("has shape [4, 16], the configuration says [8, 8]") { $0.infos[2].shape = [16, 4] }
    try refuse("model.layers.0.self_attn.q_proj.weight: the model has no such tensor") { $0.infos.remove(at: 2) }
    try refuse("model.layers.0.self_attn.k_proj.bias: the model has no such tensor") {
      $0.add("blk.0.attn_q.bias", [8])
    }
    try refuse("blk.0.attn_sinks.weight: is a tensor that a llama model does not have") {
      $0.add("blk.0.attn_sinks.weight", [8])
    }
    try refuse("model.layers.1.mlp.up_proj.weight: is a tensor") { $0.add("blk.1.ffn_up.weight", [12, 8]) }
    try refuse("blk.00.ffn_up.weight") { $0.add("blk.00.ffn_up.weight", [12, 8]) }
    try refuse("rope_freqs.weight") { $0.add("rope_freqs.weight", [2], [1, -1]) }
    try refuse("rope_freqs.weight") { $0.add("rope_freqs.weight", [3]) }
  }
}
