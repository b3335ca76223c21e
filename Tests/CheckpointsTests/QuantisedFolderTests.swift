import Digests
import Foundation
import Testing

import Checkpoints

/// Folders that quantisation libraries packed: Scripts/goldens/quantised_folders.py made them.
let quantisedFolders: [(name: String, storage: String)] = [
  ("nf4", "nf4"), ("nf4-double", "nf4"), ("nf4-bf16-storage", "nf4"), ("fp4", "fp4"), ("bnb-int8", "int8"),
  ("fp8-block", "fp8"), ("ct-fp8-channel", "fp8"), ("ct-fp8-tensor", "fp8"), ("ct-int8", "int8"),
  ("ct-w4a16", "w4a16"), ("ct-w4a16-asymmetric", "w4a16"), ("ct-w4a16-sorted", "w4a16"), ("ct-w8a16", "w8a16"),
  ("gptq-4bit", "gptq-4bit"), ("gptq-4bit-sorted", "gptq-4bit"), ("gptq-3bit", "gptq-3bit"),
  ("gptq-8bit", "gptq-8bit"), ("awq-4bit", "awq-4bit"), ("mlx-4bit", "mlx-4bit"), ("mlx-3bit", "mlx-3bit"),
]

@Suite("Quantised folders have the weights that their own libraries dequantise in fp32")
struct QuantisedFolderTests {
  private struct Expected: Decodable {
    let weights: [String: String]
  }

  private func opened(_ name: String) throws -> Checkpoint {
    try Checkpoint.open(golden("quantised/\(name)").path)
  }

  @Test("every weight, to the bit", arguments: quantisedFolders)
  func weights(name: String, storage: String) throws {
    let checkpoint = try opened(name)
    let file = golden("quantised/\(name)/expected.json")
    let expected = try JSONDecoder().decode(Expected.self, from: Data(contentsOf: file)).weights
    #expect(expected.count >= 7)
    for (name, hash) in expected {
      let tensor = try #require(checkpoint.tensors.tensor(name))
      // A negative zero is a library's kernel's own, by processor.
      let values = tensor.decodeAll().map { $0 + 0 }
      var hasher = SHA256()
      hasher.update(data: Data(littleEndian(values)))
      #expect(hasher.finalize().hexadecimal == hash, "\(name): \(values.prefix(4))")
      #expect(tensor.storage.hasPrefix(storage) || name.contains("down_proj"), "\(name): \(tensor.storage)")
      #expect(tensor.type == nil && tensor.firstNonFinite() == nil)
    }
  }

  @Test("any range of rows is decoded as the whole is", arguments: quantisedFolders.map(\.name))
  func rowRanges(name: String) throws {
    let checkpoint = try opened(name)
    var random = SeededGenerator(state: 5)
    for weight in ["self_attn.k_proj", "mlp.down_proj", "mlp.up_proj"] {
      let tensor = try #require(checkpoint.tensors.tensor("model.layers.0.\(weight).weight"))
      let (whole, columns) = (tensor.decodeAll(), tensor.columns)
      for _ in 0..<12 {
        let first = Int.random(in: 0..<tensor.rows, using: &random)
        let rows = first..<Int.random(in: first...tensor.rows, using: &random)
        var part = [Float](repeating: 9, count: rows.count * columns + 1)
        part.withUnsafeMutableBufferPointer { buffer in
          if let start = buffer.baseAddress { tensor.decode(rows: rows, into: start) }
        }
        #expect(part == whole[rows.lowerBound * columns..<rows.upperBound * columns] + [9])
      }
    }
  }

  @Test("what says something of activations alone is left out, and said")
  func activations() throws {
    #expect(try opened("ct-int8").notes.contains { $0.contains("1 tensors that say how a server quantises") })
    #expect(try opened("fp8-block").notes.contains { $0.contains("activations of 8 bits") })
    #expect(try opened("nf4-double").notes.isEmpty)
  }

  @Test(
    "what is written of it is decoded, and its config.json says nothing of quantisation",
    arguments: ["nf4-double", "mlx-4bit"])
  func written(name: String) throws {
    let base = try opened(name)
    let folder = try TemporaryFolder()
    try base.write(to: folder.path("out"))
    let written = try Checkpoint.open(folder.path("out"))
    for key in ["quantization_config", "quantization"] { #expect(written.configuration.document[key] == nil) }
    #expect(base.tensors.names == written.tensors.names)
    for name in base.tensors.names {
      #expect(written.tensors.tensor(name)?.decodeAll() == base.tensors.tensor(name)?.decodeAll(), "\(name)")
    }
  }

  @Test("the same bytes under another quantisation are another model")
  func identity() throws {
    let checkpoint = try opened("gptq-4bit")
    let folder = try TemporaryFolder()
    let source = golden("quantised/gptq-4bit")
    for name in ["model.safetensors", "tokenizer.json", "tokenizer_config.json"] {
      try folder.write(name, Array(Data(contentsOf: source.appendingPathComponent(name))))
    }
    let text = try String(contentsOf: source.appendingPathComponent("config.json"), encoding: .utf8)
    try folder.write(
      "config.json", text.replacingOccurrences(of: "\"gptq\",\n  \"damp", with: "\"gptq_v2\",\n  \"damp"))
    let other = try Checkpoint.open(folder.path)
    let name = "model.layers.0.mlp.up_proj.weight"
    #expect(other.tensors.tensor(name)?.decodeAll() != checkpoint.tensors.tensor(name)?.decodeAll())
    let identities = try [checkpoint, other].map { try ModelIdentity.of($0, adapter: nil, hashes: NoHashCache()) }
    #expect(identities[0].weights != identities[1].weights)
    #expect(identities[0].configuration == identities[1].configuration)
  }
}
