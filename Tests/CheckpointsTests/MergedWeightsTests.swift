import Checkpoints
import Foundation
import Testing

@Suite("An adapter merged into its base is what peft's merge_and_unload makes of it")
struct MergedWeightsTests {
  @Test(
    "in fp32, within a rounding, and written under the names and in the form of the base's files",
    arguments: [
      ("checkpoints/llama-tied", "adapters/plain", "plain"),
      ("checkpoints/llama-tied", "adapters/patterns", "patterns"),
      ("checkpoints/llama-tied", "adapters/rslora", "rslora"), ("families/gpt2", "families/gpt2/adapter", "gpt2"),
      ("families/gpt_neox", "families/gpt_neox/adapter", "gpt_neox"),
      ("families/phi3", "families/phi3/adapter", "phi3"),
    ])
  func peft(base: String, adapter: String, name: String) throws {
    let folder = try TemporaryFolder()
    try Self.merged(base, adapter).write(to: folder.path("written"))
    let written = try SafetensorsFile(folder.url.appendingPathComponent("written/model.safetensors")).tensors
    let expected = try SafetensorsFile(golden("merged/\(name).safetensors")).tensors
    let original = try SafetensorsFile(golden("\(base)/model.safetensors")).tensors
    #expect(written.keys.sorted() == original.keys.sorted())
    for (name, tensor) in written {
      let peft = try #require(expected[name] ?? original[name])
      #expect(tensor.shape == peft.shape)
      let largest = zip(tensor.decodeAll(), peft.decodeAll()).map { abs($0 - $1) }.max() ?? 0
      #expect(largest <= (expected[name] == nil ? 0 : 1e-6), "\(name): \(largest)")
    }
    #expect(expected.keys.allSatisfy { written[$0] != nil })
  }

  @Test("in 16 bits every weight is the nearest to that", arguments: [ElementType.bf16, .f16])
  func rounded(type: ElementType) throws {
    let folder = try TemporaryFolder()
    let merged = try Self.merged("checkpoints/llama-tied", "adapters/plain")
    try merged.write(to: folder.path("written"), as: type)
    let written = try Checkpoint.open(folder.path("written"))
    for place in merged.places {
      let stored = try #require(written.tensors.tensor(place.name))
      #expect(stored.type == type)
      let nearest = try merged.values(of: place.name).map { type == .f16 ? Float(Float16($0)) : $0.nearestBFloat16 }
      #expect(stored.decodeAll() == nearest, "\(place.name)")
    }
    let config = try String(contentsOfFile: folder.path("written/config.json"), encoding: .utf8)
    #expect(config.contains("\"dtype\": \"\(type == .f16 ? "float16" : "bfloat16")\""))
  }

  static func merged(_ base: String, _ adapter: String?) throws -> MergedWeights {
    let base = try Checkpoint.open(golden(base).path)
    return MergedWeights(base, adapter: try adapter.map { try Adapter.open(golden($0).path, on: base) })
  }
}

extension MergedWeights {
  /// Writes a Hugging Face folder, one weight at a time.
  func write(to path: String, as type: ElementType = .f32) throws {
    let writer = try ModelWriter(
      configuration: checkpoint.configuration, tokenizer: checkpoint.tokenizer, type: type)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    try writer.writeFiles(
      places.map { place in
        StreamedWeight(name: place.name, shape: place.shape) { try self.values(of: place.name) }
      }, into: URL(fileURLWithPath: path))
  }
}

extension Float {
  /// By the definition: of the two around it the nearer, or the one whose last bit is 0.
  fileprivate var nearestBFloat16: Float {
    let low = Float(bitPattern: bitPattern & 0xffff_0000)
    let high = Float(bitPattern: (bitPattern & 0xffff_0000) + 0x1_0000)
    let (below, above) = (abs(self - low), abs(high - self))
    if below == above { return low.bitPattern >> 16 & 1 == 0 ? low : high }
    return below < above ? low : high
  }
}
