import Checkpoints
import Diagnostics
import Foundation
import Testing

@Suite("Damaged files end in a message, never in a crash")
struct FuzzTests {
  private static let rounds = 2_000

  /// Flips, overwrites, repeats, removes or cuts a few bytes, mostly in the first `header`.
  private func damaged(_ bytes: [UInt8], header: Int, _ random: inout SeededGenerator) -> [UInt8] {
    var bytes = bytes
    for _ in 0..<Int.random(in: 1...3, using: &random) where !bytes.isEmpty {
      let limit = Bool.random(using: &random) ? bytes.count : min(header, bytes.count)
      let position = Int.random(in: 0..<limit, using: &random)
      switch Int.random(in: 0..<6, using: &random) {
      case 0: bytes[position] ^= 1 << UInt8.random(in: 0..<8, using: &random)
      case 1: bytes[position] = UInt8.random(in: 0...255, using: &random)
      case 2: bytes[position] = [0, 0x7f, 0x80, 0xff].randomElement(using: &random) ?? 0
      case 3: bytes.removeSubrange(position..<min(bytes.count, position + Int.random(in: 1...9, using: &random)))
      case 4: bytes.insert(contentsOf: bytes[position..<min(bytes.count, position + 8)], at: position)
      default: bytes.removeSubrange(position...)
      }
    }
    return bytes
  }

  /// Runs `open` on every damaged version; what opens is decoded to its last weight.
  private func run(seed: UInt64, _ bytes: [UInt8], header: Int, open: ([UInt8]) throws -> [Tensor]) throws {
    var random = SeededGenerator(state: seed)
    var opened = 0
    for _ in 0..<Self.rounds {
      do {
        for tensor in try open(damaged(bytes, header: header, &random)) { _ = tensor.firstNonFinite() }
        opened += 1
      } catch is InputError {
        continue
      }
    }
    // Both outcomes must occur, or the damage is of the wrong size.
    #expect(opened > 0 && opened < Self.rounds)
  }

  @Test("GGUF")
  func gguf() throws {
    let folder = try TemporaryFolder()
    try run(seed: 1, GGUFBuilder.tinyLlama.bytes, header: 1_400) { bytes in
      let checkpoint = try Checkpoint.open(try folder.write("m.gguf", bytes).path)
      if case .gguf(let metadata) = checkpoint.tokenizer { _ = try metadata.strings("tokenizer.ggml.tokens") }
      return checkpoint.tensors.names.compactMap(checkpoint.tensors.tensor)
    }
  }

  @Test("safetensors")
  func safetensors() throws {
    let folder = try TemporaryFolder.tinyModel()
    try run(seed: 2, SafetensorsBuilder.tinyLlama.bytes, header: 1_200) { bytes in
      try folder.write("model.safetensors", bytes)
      let checkpoint = try Checkpoint.open(folder.path)
      return checkpoint.tensors.names.compactMap(checkpoint.tensors.tensor)
    }
  }

  @Test("config.json and adapter_config.json")
  func configurations() throws {
    let base = try TemporaryFolder.tinyModel()
    try run(seed: 3, Array(json(tinyConfiguration).utf8), header: 400) { bytes in
      try base.write("config.json", bytes)
      let checkpoint = try Checkpoint.open(base.path)
      return checkpoint.tensors.names.compactMap(checkpoint.tensors.tensor)
    }
    let checkpoint = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    let adapter = try TemporaryFolder.tinyAdapter()
    let text = json(tinyAdapterConfiguration, ["rank_pattern": "{\"layers.[0-9]+.*q_proj\": 2, \"(a|b)*c{1,3}\": 3}"])
    try run(seed: 4, Array(text.utf8), header: 400) { bytes in
      try adapter.write("adapter_config.json", bytes)
      return try Adapter.open(adapter.path, on: checkpoint).modules.flatMap { [$0.a, $0.b] }
    }
  }

  @Test("adapters")
  func adapters() throws {
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    let folder = try TemporaryFolder.tinyAdapter()
    try run(seed: 5, SafetensorsBuilder.tinyAdapter.bytes, header: 700) { bytes in
      try folder.write("adapter_model.safetensors", bytes)
      return try Adapter.open(folder.path, on: base).modules.flatMap { [$0.a, $0.b] }
    }
  }
}
