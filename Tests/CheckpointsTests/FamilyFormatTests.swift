import Checkpoints
import Foundation
import Testing

/// The tiny checkpoints of Scripts/goldens/families.py.
@Suite("Every family is the same model from either format, and is written as it was read")
struct FamilyFormatTests {
  private static let folder = golden("families")
  private static let supported = Set(modelFamilies.map(\.type))
  /// Model types that are in the goldens and not computed here, and variants that are refused by name.
  private static let refused: [String: String] = [
    "apertus": "model_type", "cohere": "model_type",
    "cohere-plain": "model_type", "ernie4_5": "model_type", "glm": "model_type",
    "gpt2-inverse": "scale_attn_by_inverse_layer_idx", "granitemoehybrid": "model_type",
    "granitemoehybrid-nope": "model_type", "helium": "model_type", "hunyuan_v1_dense": "model_type",
    "ministral3": "model_type", "nemotron": "model_type", "olmo": "model_type", "opt": "model_type",
    "seed_oss": "model_type", "stablelm-qk": "qk_layernorm",
  ]
  private static let names: [String] =
    ((try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []).filter {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0)/config.json").path)
    }.sorted()
  private static let read = names.filter { refused[$0] == nil }
  private static let files = read.filter {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent("\($0).gguf").path)
  }

  @Test("what is not computed here is refused by the key that asks for it", arguments: refused.keys.sorted())
  func refusal(name: String) throws {
    expectInputError("config.json: \(Self.refused[name] ?? "")") {
      _ = try Checkpoint.open(Self.folder.appendingPathComponent(name).path)
    }
  }

  @Test("GGUF and folder describe the same decoder, and hold the same weights", arguments: files)
  func formats(name: String) throws {
    let folder = try Checkpoint.open(Self.folder.appendingPathComponent(name).path)
    let file = try Checkpoint.open(Self.folder.appendingPathComponent("\(name).gguf").path)
    var (one, other) = (folder.configuration.decoder, file.configuration.decoder)
    // GGUF has the factors, config.json the formula that gives them.
    if case .frequencyFactors = other.rotaries.first?.scaling {
      one.rotaries[0].scaling = .none
      other.rotaries[0].scaling = .none
    }
    #expect(one == other)
    #expect(file.configuration.modelType == folder.configuration.modelType || name.hasPrefix("mistral"))
    try expectEqualWeights(file, folder)
  }

  @Test("written in f32, a folder is the same model", arguments: read + files.map { "\($0).gguf" })
  func writing(name: String) throws {
    let original = try Checkpoint.open(Self.folder.appendingPathComponent(name).path)
    let folder = try TemporaryFolder()
    try original.write(to: folder.path("written"))
    let written = try Checkpoint.open(folder.path("written"))
    var (one, other) = (written.configuration, original.configuration)
    if case .frequencyFactors = other.decoder.rotaries.first?.scaling {
      one.decoder.rotaries[0].scaling = .none
      other.decoder.rotaries[0].scaling = .none
    }
    #expect(one == other)
    try expectEqualWeights(written, original)
  }

  private func expectEqualWeights(_ one: Checkpoint, _ other: Checkpoint) throws {
    #expect(one.tensors.names == other.tensors.names)
    for name in other.tensors.names {
      let (mine, theirs) = (try #require(one.tensors.tensor(name)), try #require(other.tensors.tensor(name)))
      #expect(mine.shape == theirs.shape, "\(name)")
      // A norm that was stored with 1 added has lost the bits below 1's.
      let worst = zip(mine.decodeAll(), theirs.decodeAll()).map { abs($0 - $1) }.max() ?? .infinity
      #expect(worst <= (name.hasSuffix("norm.weight") ? 1.2e-7 : 0), "\(name): \(worst)")
    }
  }
}
