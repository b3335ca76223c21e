import Checkpoints
import Foundation
import Testing

@Suite("A model is written as a folder that says the same")
struct ModelWriterTests {
  @Test(
    "weights, to the bit, configuration and tokenizer",
    arguments: ["llama-tied", "llama-untied", "llama-f16"])
  func roundTrip(name: String) throws {
    let folder = try TemporaryFolder()
    let original = try Checkpoint.open(golden("checkpoints/\(name)").path)
    try original.write(to: folder.path("written"))
    try expectEqual(Checkpoint.open(folder.path("written")), original)
    #expect(
      try folder.names("written") == [
        "config.json", "generation_config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json",
      ])
    #expect(try folder.names == ["written"])
    for file in ["tokenizer.json", "tokenizer_config.json"] {
      #expect(
        try Data(contentsOf: folder.url.appendingPathComponent("written/\(file)"))
          == Data(contentsOf: golden("checkpoints/\(name)/\(file)")))
    }
  }

  @Test("a large model in shards, none larger than asked for unless it holds a single matrix")
  func sharded() throws {
    let folder = try TemporaryFolder()
    let original = try Checkpoint.open(golden("checkpoints/llama-tied").path)
    try original.write(to: folder.path("written"), maxShardBytes: 20_000)
    let written = try Checkpoint.open(folder.path("written"))
    try expectEqual(written, original)
    // One for the embedding's 46,080 bytes, five for the 74,368 of the rest, whose matrices stay whole.
    let sizes = written.weightFiles.map(\.bytes.count)
    #expect(sizes.count == 6)
    #expect(sizes[0] > 46_080)
    #expect(sizes.dropFirst().allSatisfy { $0 < 20_000 + 2_000 })
    #expect(written.weightFiles[0].url.lastPathComponent == "model-00001-of-00006.safetensors")
    #expect(!FileManager.default.fileExists(atPath: folder.path("written/model.safetensors")))
  }

  // PyTorch 2.13: torch.tensor([…]).bfloat16().view(torch.int16)
  private static let roundings: [(UInt32, UInt16)] = [
    (0x3f80_0000, 0x3f80), (0x3f80_8000, 0x3f80), (0x3f81_8000, 0x3f82), (0x3f80_8001, 0x3f81),
    (0x3f80_7fff, 0x3f80), (0xbf81_8000, 0xbf82), (0x7f7f_ffff, 0x7f80), (0x7f7f_7fff, 0x7f7f),
    (0x0000_0001, 0x0000), (0x0000_8000, 0x0000), (0x0001_8000, 0x0002), (0x8000_0000, 0x8000),
    (0x7f80_0000, 0x7f80), (0xff80_0000, 0xff80), (0x7f7f_8000, 0x7f80),
  ]

  @Test("in bf16 every weight is the nearest there is, and of two the even one")
  func rounded() throws {
    let folder = try TemporaryFolder()
    var weights = SafetensorsBuilder.tinyLlama
    let values = Self.roundings.map { Float(bitPattern: $0.0) } + [Float](repeating: 0, count: 65)
    weights.entries[0].data = littleEndian(values)
    let original = try Checkpoint.open(TemporaryFolder.tinyModel(weights: weights).path)
    try original.write(to: folder.path("written"), as: .bf16)
    let written = try Checkpoint.open(folder.path("written"))
    let embedding = try #require(written.tensors.tensor("model.embed_tokens.weight"))
    #expect(embedding.type == .bf16)
    for (index, rounding) in Self.roundings.enumerated() {
      let stored = embedding.storedBytes.loadUnaligned(fromByteOffset: 2 * index, as: UInt16.self)
      #expect(stored == rounding.1, "\(String(rounding.0, radix: 16))")
    }
    let config = try String(contentsOfFile: folder.path("written/config.json"), encoding: .utf8)
    #expect(config.contains("\"dtype\": \"bfloat16\""))
  }

  @Test("a bf16 model written in bf16 is the same, and a NaN stays one")
  func bfloat16() throws {
    let folder = try TemporaryFolder()
    let original = try Checkpoint.open(golden("checkpoints/llama-untied").path)
    try original.write(to: folder.path("written"), as: .bf16)
    try expectEqual(Checkpoint.open(folder.path("written")), original)
    var weights = SafetensorsBuilder.tinyLlama
    weights.entries[0].data.replaceSubrange(0..<4, with: littleEndian(UInt32(0x7f80_0001)))
    try Checkpoint.open(TemporaryFolder.tinyModel(weights: weights).path).write(to: folder.path("nan"), as: .bf16)
    let broken = try Checkpoint.open(folder.path("nan")).tensors.tensor("model.embed_tokens.weight")
    #expect(broken?.firstNonFinite() == 0)
  }

  @Test("a base's generation settings and chat template go along")
  func companions() throws {
    let folder = try TemporaryFolder()
    let base = try TemporaryFolder.tinyModel()
    try base.write("generation_config.json", "{\"eos_token_id\": [2, 3], \"temperature\": 0.6}")
    try base.write("chat_template.jinja", "{{ messages }}")
    try base.write("optimizer.bin", "x")
    try Checkpoint.open(base.path).write(to: folder.path("written"))
    #expect(
      try folder.names("written") == [
        "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors", "tokenizer.json",
      ])
    let settings = try String(contentsOfFile: folder.path("written/generation_config.json"), encoding: .utf8)
    #expect(settings.contains("temperature"))
  }

  private func expectEqual(_ written: Checkpoint, _ original: Checkpoint) throws {
    #expect(written.configuration == original.configuration)
    #expect(written.tensors.names == original.tensors.names)
    for name in original.tensors.names {
      let one = try #require(written.tensors.tensor(name))
      let other = try #require(original.tensors.tensor(name))
      #expect(one.shape == other.shape)
      #expect(one.decodeAll() == other.decodeAll(), "\(name)")
    }
  }
}
