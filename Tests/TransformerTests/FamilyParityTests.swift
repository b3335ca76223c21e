import Checkpoints
import Diagnostics
import Foundation
import Testing
import Transformer

/// The tiny checkpoints of Scripts/goldens/families.py, by the folder's name.
enum FamilyGolden {
  /// Those that are computed here.
  static let folders = [
    "llama-bias", "llama-linear", "llama-llama3", "llama-yarn", "llama-yarn-mscale", "llama-dynamic", "mistral",
    "mistral-null", "ministral", "qwen2", "qwen2-older", "qwen2-untied", "qwen2-window", "qwen3", "qwen3-bias", "gemma",
    "gemma2", "gemma2-scale", "gemma3", "gemma3-older", "gemma3-scale", "gemma3-wrapper", "gemma3-wrapper-older", "phi",
    "phi-grouped", "phi3", "phi3-window", "phi3-longrope", "phi3-longrope-older", "olmo2", "olmo3", "olmo3-older",
    "granite",
    "granite-bias", "smollm3", "smollm3-window", "gpt2", "gpt2-bare", "gpt_neox", "gpt_neox-older", "gpt_neox-serial",
    "starcoder2", "starcoder2-full", "starcoder2-bare", "stablelm", "stablelm-parallel", "cohere2", "cohere2-older",
    "glm4", "exaone4", "exaone4-full", "arcee", "arcee-bias", "qwen3_moe", "qwen3_moe-fused", "qwen3_moe-mixed",
    "qwen2_moe", "qwen2_moe-fused", "qwen2_moe-mixed", "mixtral", "mixtral-fused", "mixtral-window", "olmoe",
    "olmoe-norm", "granitemoe", "granitemoe-fused", "granitemoeshared",
  ]
  static let files = folders.filter {
    FileManager.default.fileExists(atPath: LogitsGolden.folder.appendingPathComponent("families/\($0).gguf").path)
  }
  static let adapters = (folders + files.map { "\($0).gguf" }).flatMap { base -> [AdapterGolden] in
    let name = base.replacing(".gguf", with: "")
    let kinds = ["adapter", "adapter-all", "adapter-experts", "adapter-parameters", "adapter-parameters-older"]
    return kinds.compactMap { adapter in
      let path = "families/\(name)/\(adapter)"
      let url = LogitsGolden.folder.appendingPathComponent(path)
      return FileManager.default.fileExists(atPath: url.path)
        ? AdapterGolden(base: "families/\(base)", path: path) : nil
    }
  }

  struct AdapterGolden: Sendable, CustomTestStringConvertible {
    let base: String
    let path: String
    var testDescription: String { "\(path) on \(base)" }
  }

  static func open(_ path: String) throws -> Checkpoint {
    try Checkpoint.open(LogitsGolden.folder.appendingPathComponent(path).path)
  }
}

@Suite("Every family's logits equal transformers' in fp32")
struct FamilyParityTests {
  @Test("a Hugging Face folder", arguments: FamilyGolden.folders)
  func folder(name: String) throws { try compare("families/\(name)", golden: "families/\(name)/expected.json") }

  @Test("the GGUF that llama.cpp's converter makes of it", arguments: FamilyGolden.files)
  func file(name: String) throws { try compare("families/\(name).gguf", golden: "families/\(name)/expected.json") }

  @Test("an adapter of peft's on either", arguments: FamilyGolden.adapters)
  func adapter(_ golden: FamilyGolden.AdapterGolden) throws {
    try compare(golden.base, adapter: golden.path, golden: "\(golden.path)/expected.json")
  }

  private func compare(_ base: String, adapter: String? = nil, golden: String) throws {
    let checkpoint = try FamilyGolden.open(base)
    let adapters = try adapter.map {
      [try Adapter.open(LogitsGolden.folder.appendingPathComponent($0).path, on: checkpoint)]
    }
    let decoder = try Decoder(checkpoint, adapters: adapters ?? [], threads: 2)
    let golden = try LogitsGolden(golden)
    var expected = golden.logits[...]
    for sequence in golden.sequences {
      let reference = Array(expected.prefix(sequence.positions.count))
      expected = expected.dropFirst(sequence.positions.count)
      // What is longer than the model's frequencies hold for is refused before it gets here, and that is told.
      guard sequence.ids.count <= checkpoint.configuration.contextLength else {
        #expect(checkpoint.notes.contains { $0.contains("longer prompts are not asked") })
        continue
      }
      let logits = try decoder.logits(wave(sequence.ids, scoring: sequence.positions, adapter: adapter.map { _ in 0 }))
      for (row, other) in zip(logits, reference) {
        let worst = zip(row, other).map { abs($0 - $1) }.max() ?? .infinity
        #expect(row.count == other.count && worst <= 1e-4, "differs by \(worst) at \(sequence.ids.count) tokens")
      }
    }
    #expect(expected.isEmpty)
  }
}
