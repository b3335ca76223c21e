import Checkpoints
import Diagnostics
import Foundation
import Testing
import Transformer

/// The adapters of Scripts/goldens/adapter_kinds.py and adapter_gguf.py.
private enum KindGolden {
  static let folder = LogitsGolden.folder.appendingPathComponent("adapter-kinds")
  static let names = [
    "save-head", "save-embedding", "save-both", "save-tied", "save-many", "save-gpt2", "save-neox", "save-gemma",
    "larger", "larger-untied", "smaller", "larger-tokens", "embedding", "embedding-tied", "embedding-gemma",
    "embedding-gpt2", "head", "head-untied", "dora", "dora-embedding", "dora-gemma", "dora-gpt2", "dora-neox", "tokens",
    "tokens-apart", "tokens-untied", "tokens-gemma", "tokens-alone", "lora-bias", "bias-all", "bias-lora", "bias-norms",
    "replicated", "ia3", "ia3-head", "ia3-gpt2", "norms", "norms-gpt2", "pissa-converted",
  ]
  /// A file, its base's folder, and the adapter that it was converted from.
  static let files = [
    ("llama-bias", "llama-bias", "families/llama-bias/adapter"),
    ("llama-bias-f16", "llama-bias", "families/llama-bias/adapter"),
    ("llama-embedding", "llama-linear", "adapter-kinds/embedding"),
    ("qwen2-head", "qwen2-untied", "adapter-kinds/head-untied"),
    ("gpt_neox-all", "gpt_neox", "families/gpt_neox/adapter-all"),
    ("phi3", "phi3", "families/phi3/adapter"), ("gemma3", "gemma3", "families/gemma3/adapter"),
  ]

  static func open(_ path: String, on base: Checkpoint) throws -> Adapter {
    try Adapter.open(LogitsGolden.folder.appendingPathComponent(path).path, on: base)
  }
}

@Suite("Every kind of adapter gives peft's logits in fp32")
struct AdapterKindsTests {
  @Test("every folder of the goldens is tested")
  func complete() throws {
    let found = try FileManager.default.contentsOfDirectory(atPath: KindGolden.folder.path)
    #expect(Set(found) == Set(KindGolden.names + ["gguf"]))
  }

  @Test("on a Hugging Face folder and on a GGUF", arguments: KindGolden.names, ["", ".gguf"])
  func kind(name: String, format: String) throws {
    let golden = try LogitsGolden("adapter-kinds/\(name)/expected.json")
    let base = try FamilyGolden.open("families/\(try #require(golden.base))\(format)")
    let adapter = try KindGolden.open("adapter-kinds/\(name)", on: base)
    #expect(!adapter.isNil)
    // What is ignored would be seen.
    #expect(try #require(golden.ignored) > 0.1 || name == "pissa-converted")
    #expect(adapter.changesWeights == !["lora-bias", "pissa-converted"].contains(name))
    let off = try compare(adapter, golden)
    #expect(off <= 1e-4, "differs by \(off)")
  }

  @Test("a LoRA that llama.cpp's converter wrote", arguments: KindGolden.files, ["", ".gguf"])
  func file(_ file: (name: String, base: String, source: String), format: String) throws {
    let golden = try LogitsGolden("\(file.source)/expected.json")
    let base = try FamilyGolden.open("families/\(file.base)\(format)")
    let adapter = try KindGolden.open("adapter-kinds/gguf/\(file.name).gguf", on: base)
    let off = try compare(adapter, golden)
    #expect(off <= (file.name.hasSuffix("f16") ? 5e-3 : 1e-4), "differs by \(off)")
    #expect(throws: InputError.self) {
      _ = try KindGolden.open(
        "adapter-kinds/gguf/\(file.name).gguf", on: try FamilyGolden.open("families/arcee"))
    }
  }

  @Test("adapted weights have the same bits alone and in any batch")
  func invariance() throws {
    for name in ["dora", "embedding", "larger", "tokens-apart"] {
      let golden = try LogitsGolden("adapter-kinds/\(name)/expected.json")
      let base = try FamilyGolden.open("families/\(try #require(golden.base))")
      let adapter = try KindGolden.open("adapter-kinds/\(name)", on: base)
      let ids = golden.sequences[2].ids
      let last = ids.count - 1
      func logits(_ wave: Wave, threads: Int) throws -> [[Float]] {
        try Decoder(adapter.checkpoint, adapters: [adapter], threads: threads).logits(wave)
      }
      let alone = try logits(wave(ids, scoring: [last], adapter: 0), threads: 1)[0]
      var both = wave(ids, scoring: [3, last], adapter: 0)
      both.tokens += golden.sequences[3].ids
      both.positions += golden.sequences[3].ids.indices.map { Int32($0) }
      both.segments.append(
        Wave.Segment(firstRow: ids.count, count: golden.sequences[3].ids.count, startPosition: 0, parent: nil))
      both.adapterRanges = [Wave.AdapterRange(rows: 0..<both.tokens.count, adapter: 0)]
      #expect(try logits(both, threads: 3)[1] == alone, "\(name)")
    }
  }

  @Test("an adapter with weights of its own is not put on a model without them")
  func apart() throws {
    let base = try FamilyGolden.open("families/llama-linear")
    let adapter = try KindGolden.open("adapter-kinds/save-head", on: base)
    #expect(throws: InputError.self) { _ = try Decoder(base, adapters: [adapter], threads: 1) }
    #expect(throws: InputError.self) {
      _ = try Decoder(adapter.checkpoint, adapters: [], threads: 1).replaceAdapters([
        try KindGolden.open("adapter-kinds/pissa-converted", on: base)
      ])
    }
  }

  @Test("modules taken back leave the rest, and all of them the base")
  func keeping() throws {
    let base = try FamilyGolden.open("families/qwen2-untied")
    let adapter = try KindGolden.open("adapter-kinds/save-many", on: base)
    let none = try adapter.keeping { _ in false }
    #expect(!none.changesWeights && none.modules.isEmpty && none.isNil)
    let some = try adapter.keeping { !$0.contains("layers") }
    #expect(some.changesWeights && some.modules.isEmpty)
    for name in ["larger", "tokens-apart", "dora-embedding", "replicated", "embedding-tied"] {
      let golden = try LogitsGolden("adapter-kinds/\(name)/expected.json")
      let opened = try KindGolden.open(
        "adapter-kinds/\(name)", on: try FamilyGolden.open("families/\(try #require(golden.base))"))
      for part in [true, false] { _ = try opened.keeping { $0.contains("layers") == part } }
    }
  }

  /// The largest difference of a logit.
  private func compare(_ adapter: Adapter, _ golden: LogitsGolden) throws -> Float {
    let decoder = try Decoder(adapter.checkpoint, adapters: [adapter], threads: 2)
    var expected = golden.logits[...]
    var worst: Float = 0
    for sequence in golden.sequences {
      for row in try decoder.logits(wave(sequence.ids, scoring: sequence.positions, adapter: 0)) {
        let next = expected.popFirst()
        let reference = try #require(next)
        #expect(row.count == reference.count)
        worst = max(worst, zip(row, reference).map { abs($0 - $1) }.max() ?? .infinity)
      }
    }
    #expect(expected.isEmpty)
    return worst
  }
}
