import Checkpoints
import Diagnostics
import Foundation
import Testing
import Transformer

/// Qwen 3 with six experts a layer, two of which a row goes through, with some of its weights otherwise.
@Suite("A mixture of experts")
struct MixtureTests {
  private let ids: [Int32] = [5, 17, 96, 3, 44, 61, 8]

  @Test("of equal logits the router chooses the lowest experts, and an expert that no row chose is not decoded")
  func ties() throws {
    let tied = try logits { $0.fill("mlp.gate.weight", 0) }
    // A quiet NaN, which would show wherever it is decoded.
    let broken = try logits { weights in
      weights.fill("mlp.gate.weight", 0)
      for expert in 2..<6 { weights.fill("mlp.experts.\(expert).down_proj.weight", 0x7FC0) }
    }
    #expect(tied == broken)
    let other = try logits { weights in
      weights.fill("mlp.gate.weight", 0)
      weights.fill("mlp.experts.1.down_proj.weight", 0)
    }
    #expect(tied != other)
  }

  @Test("a weight that is not finite stops the run with the tensor's name, once a row chooses its expert")
  func nonFiniteExpert() throws {
    let error = #expect(throws: InputError.self) {
      try logits { weights in
        weights.fill("mlp.gate.weight", 0)
        weights.fill("layers.1.mlp.experts.1.up_proj.weight", 0x7F80)
      }
    }
    #expect(
      error?.description.contains("model.layers.1.mlp.experts.1.up_proj.weight: a weight is not a finite") == true)
  }

  @Test("a router's logit that is not finite stops the run with the layer's name")
  func nonFiniteRouter() throws {
    // The largest finite number of bfloat16.
    let error = #expect(throws: InputError.self) { try logits { $0.fill("layers.1.mlp.gate.weight", 0x7F7F) } }
    #expect(error?.description.contains("the router of layer 1: an activation is not a finite number") == true)
  }

  @Test("its cost a row counts the experts that a row goes through, and no others")
  func activeParameters() throws {
    let spec = try FamilyGolden.open("families/qwen2_moe").configuration.decoder
    // q, k, v, o; router; two of six experts; the MLP for all rows and its gate.
    let layer = 32 * 32 * 2 + 32 * 16 * 2 + 6 * 32 + 2 * 3 * 24 * 32 + 3 * 20 * 32 + 32
    #expect(spec.blockParameters == 2 * layer)
    let mixed = try FamilyGolden.open("families/qwen3_moe-mixed").configuration.decoder
    // Three dense layers of four.
    let attention = 32 * 32 * 2 + 32 * 16 * 2
    #expect(mixed.blockParameters == 4 * attention + 3 * 3 * 28 * 32 + 6 * 32 + 2 * 3 * 24 * 32)
  }

  private func logits(_ change: (inout EditedWeights) -> Void) throws -> [[Float]] {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try FileManager.default.copyItem(
      at: LogitsGolden.folder.appendingPathComponent("families/qwen3_moe"), to: folder)
    let file = folder.appendingPathComponent("model.safetensors")
    var weights = try EditedWeights(try Data(contentsOf: file))
    change(&weights)
    try weights.data.write(to: file)
    let decoder = try Decoder(try Checkpoint.open(folder.path), threads: 2)
    return try decoder.logits(wave(ids, scoring: Array(ids.indices)))
  }
}

/// A safetensors file in bfloat16 whose weights are set to numbers by their bits.
private struct EditedWeights {
  private(set) var data: Data
  private let header: [String: Any]
  private let start: Int

  init(_ data: Data) throws {
    self.data = data
    let length = Int(data.prefix(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) })
    header = try #require(
      JSONSerialization.jsonObject(with: data.subdata(in: 8..<8 + length)) as? [String: Any])
    start = 8 + length
  }

  /// Sets every weight of the tensors whose names end so.
  mutating func fill(_ ending: String, _ bits: UInt16) {
    for (name, entry) in header where name.hasSuffix(ending) {
      guard let offsets = (entry as? [String: Any])?["data_offsets"] as? [Int] else { continue }
      for index in stride(from: start + offsets[0], to: start + offsets[1], by: 2) {
        data[index] = UInt8(bits & 0xFF)
        data[index + 1] = UInt8(bits >> 8)
      }
    }
  }
}
