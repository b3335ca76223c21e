import Checkpoints
import Foundation
import Testing

@Suite("Adapters written by peft")
struct GoldenAdapterTests {
  private func open(_ name: String, on base: String = "llama-tied") throws -> Adapter {
    try Adapter.open(
      golden("adapters/\(name)").path, on: try Checkpoint.open(golden("checkpoints/\(base)").path))
  }

  @Test("a plain one, on the folder and on the GGUF file", arguments: ["llama-tied", "llama-tied-q8_0.gguf"])
  func plain(base: String) throws {
    let adapter = try open("plain", on: base)
    #expect(
      adapter.modules.map(\.path)
        == (0..<2).flatMap { ["model.layers.\($0).self_attn.q_proj", "model.layers.\($0).self_attn.v_proj"] })
    #expect(adapter.rank == 4)
    #expect(adapter.modules.allSatisfy { $0.scale == 2 && $0.rank == 4 })
    #expect(adapter.modules[1].a.shape == [4, 32])
    #expect(adapter.modules[1].b.shape == [16, 4])
    #expect(!adapter.isNil)
  }

  @Test("ranks and scales by pattern, the first key that matches winning")
  func patterns() throws {
    let adapter = try open("patterns")
    #expect(adapter.modules.count == 14)
    // r 4 and alpha 8, but q rank 2, down rank 3 (layer 1: 6), v alpha 16, k of layer 0 alpha 3.
    let expected: [String: (Int, Float)] = [
      "model.layers.0.self_attn.q_proj": (2, 4), "model.layers.1.self_attn.q_proj": (2, 4),
      "model.layers.0.self_attn.k_proj": (4, 0.75), "model.layers.1.self_attn.k_proj": (4, 2),
      "model.layers.0.self_attn.v_proj": (4, 4), "model.layers.1.self_attn.v_proj": (4, 4),
      "model.layers.0.self_attn.o_proj": (4, 2), "model.layers.1.self_attn.o_proj": (4, 2),
      "model.layers.0.mlp.down_proj": (3, 8.0 / 3), "model.layers.1.mlp.down_proj": (6, 8.0 / 6),
    ]
    for module in adapter.modules {
      let (rank, scale) = expected[module.path] ?? (4, 2)
      #expect(module.rank == rank && module.scale == scale, "\(module.path)")
    }
  }

  @Test("rank-stabilised scale, targets by regular expression")
  func rankStabilised() throws {
    let adapter = try open("rslora")
    #expect(adapter.modules.map(\.path).allSatisfy { $0.hasSuffix("o_proj") || $0.hasSuffix("gate_proj") })
    #expect(adapter.modules.count == 4)
    // 16 / sqrt(8)
    #expect(adapter.modules.allSatisfy { $0.scale == 5.656854249 })
  }

  @Test("one whose B was never trained changes nothing, and says so")
  func untrained() throws {
    #expect(try open("nil").isNil)
  }

  @Test(
    "what is not applied is refused by name",
    arguments: [
      ("unknown-tensor", "lora_gate.weight"),
      ("other-model", "use the adapter with the base model that it was trained on"),
    ])
  func refused(name: String, words: String) {
    expectInputError(words) { _ = try open(name) }
  }
}

@Suite("An adapter is applied whole or not at all")
struct AdapterRefusalTests {
  private func open(
    _ changes: [String: String] = [:], _ edit: (inout SafetensorsBuilder) -> Void = { _ in }
  ) throws -> Adapter {
    var weights = SafetensorsBuilder.tinyAdapter
    edit(&weights)
    let folder = try TemporaryFolder.tinyAdapter(weights: weights, changes)
    return try Adapter.open(folder.path, on: try Checkpoint.open(TemporaryFolder.tinyModel().path))
  }

  private func refuse(
    _ words: String, _ changes: [String: String] = [:], sourceLocation: SourceLocation = #_sourceLocation,
    _ edit: (inout SafetensorsBuilder) -> Void = { _ in }
  ) {
    expectInputError(words, sourceLocation: sourceLocation) { _ = try open(changes, edit) }
  }

  private static let q = "base_model.model.model.layers.0.self_attn.q_proj"

  @Test("the tiny adapter itself opens, under either spelling of its names")
  func opens() throws {
    #expect(try open().modules.map(\.scale) == [2, 2])
    let named = try open { weights in
      for index in weights.entries.indices {
        weights.entries[index].name = weights.entries[index].name
          .replacingOccurrences(of: "lora_A.", with: "lora_A.default.")
      }
    }
    #expect(named.modules.count == 2)
    #expect(try open(["lora_alpha": "0"]).isNil)
  }

  @Test("tensors")
  func tensors() {
    refuse("model.layers.0.self_attn.q_proj: has lora_A without lora_B") { $0.entries.remove(at: 1) }
    refuse("model.layers.0.self_attn.q_proj: has lora_B without lora_A") { $0.entries.remove(at: 0) }
    refuse("holds no adapter tensors") { $0.entries = [] }
    refuse("has shape [3, 8], the base and the rank need [2, 8]") {
      $0.entries[0].shape = [3, 8]
      $0.entries[0].data += littleEndian([Float](repeating: 0, count: 8))
    }
    refuse("ZeRO-3") {
      $0.entries[0].shape = [0]
      $0.entries[0].data = []
    }
    refuse("has NaN or infinity at 5") { $0.entries[1].data.replaceSubrange(20..<24, with: littleEndian([.nan])) }
    refuse("has NaN or infinity at 0") { $0.entries[2].data.replaceSubrange(0..<4, with: littleEndian([.infinity])) }
    refuse("'I8', which is not supported") { $0.entries[0].dtype = "I8" }
    refuse("model.layers.7.self_attn.q_proj: is not a module of the base") {
      for index in 0..<2 {
        $0.entries[index].name = $0.entries[index].name.replacingOccurrences(of: "layers.0", with: "layers.7")
      }
    }
    refuse("is a second tensor for the same module") { $0.add("\(Self.q).lora_A.default.weight", [2, 8]) }
    refuse("nothing here consumes") { $0.add("model.layers.0.self_attn.q_proj.lora_C.weight", [1]) }
  }

  @Test("the configuration and the tensors must say the same")
  func targets() {
    refuse("model.layers.0.self_attn.v_proj: has tensors, but", ["target_modules": "[\"q_proj\"]"])
    refuse("o_proj: is targeted by", ["target_modules": "[\"q_proj\", \"v_proj\", \"o_proj\"]"])
    refuse("lm_head: is targeted by", ["target_modules": "[\"q_proj\", \"v_proj\", \"lm_head\"]"])
    refuse("embed_tokens: is targeted by", ["target_modules": "[\"q_proj\", \"v_proj\", \"embed_tokens\"]"])
    refuse("k_proj: is targeted by adapter_config.json", ["target_modules": "\".*_proj\""])
    refuse("has tensors, but", ["exclude_modules": "[\"v_proj\"]"])
    refuse("has tensors, but", ["layers_to_transform": "[1]"])
    #expect(throws: Never.self) {
      try open(["target_modules": "\"all-linear\"", "exclude_modules": "\".*(k_proj|o_proj|mlp.*)\""])
    }
    #expect(throws: Never.self) { try open(["layers_to_transform": "[]"]) }
    #expect(throws: Never.self) { try open(["layers_to_transform": "0", "layers_pattern": "\"layers\""]) }
  }

  @Test("targets that exclude_modules takes out, or that the base lacks, are said and change nothing")
  func unusedTargets() throws {
    let known = "\"q_proj\", \"v_proj\""
    let plain = try open()
    #expect(plain.notes.filter { $0.contains("target_modules") }.isEmpty)
    func notes(_ changes: [String: String]) throws -> [String] {
      let adapter = try open(changes)
      #expect(adapter.modules.map(\.path) == plain.modules.map(\.path))
      return adapter.notes.filter { $0.contains("target_modules") }
    }
    let generic = try notes(["target_modules": "[\(known), \"query_key_value\", \"Wqkv\"]"])
    #expect(generic.count == 1 && generic[0].contains("'Wqkv', 'query_key_value', which the base has no module for"))
    let excluded = try notes([
      "target_modules": "[\(known), \"down_proj\", \"lm_head\"]", "exclude_modules": "[\"down_proj\", \"lm_head\"]",
    ])
    #expect(excluded.count == 1 && excluded[0].contains("'down_proj', 'lm_head', which exclude_modules takes out"))
    let layers = try notes(["target_modules": "[\(known), \"lm_head\"]", "layers_to_transform": "[0]"])
    #expect(layers.count == 1 && layers[0].contains("'lm_head', of layers that layers_to_transform leaves out"))
    // Of what is excluded "all-linear" is a pattern, and one that nothing matches.
    #expect(try notes(["exclude_modules": "\"all-linear\""]).isEmpty)
  }

  @Test("another base's name is said; the same name by another path is not")
  func otherBase() throws {
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    let name = URL(fileURLWithPath: base.path).lastPathComponent
    func notes(_ named: String) throws -> [String] {
      let folder = try TemporaryFolder.tinyAdapter(["base_model_name_or_path": named])
      return try Adapter.open(folder.path, on: base).notes
    }
    #expect(
      try notes("\"some-org/another-model\"") == [
        "the adapter says it was trained on some-org/another-model; judged on \(base.path)"
      ])
    for same in [name, "org/\(name.lowercased())", "/elsewhere/\(name).gguf"] {
      #expect(try notes("\"\(same)\"").isEmpty, "\(same)")
    }
    for unsaid in ["null", "\"\"", "7"] { #expect(try notes(unsaid).isEmpty, "\(unsaid)") }
    #expect(modelName("/cache/models--Org--Some-Model/snapshots/0123abc") == "some-model")
  }

  @Test("a prefix that every tensor has is taken off and said; a LoRA on the head is called that")
  func prefixes() throws {
    func renamed(_ name: (String) -> String) throws -> Adapter {
      try open { weights in
        for index in weights.entries.indices { weights.entries[index].name = name(weights.entries[index].name) }
      }
    }
    let plain = try open()
    for prefix in ["base_model.model.base_model.model.", "base_model.model._orig_mod.", "module.base_model.model.", ""]
    {
      let adapter = try renamed { prefix + $0.dropFirst("base_model.model.".count) }
      #expect(adapter.modules.map(\.path) == plain.modules.map(\.path))
      #expect(
        adapter.notes.contains {
          $0.contains("saved \(prefix.isEmpty ? "without a prefix" : "under '\(prefix.dropLast())'")")
        }, "\(prefix)")
    }
    refuse("has not that prefix") { $0.entries[0].name = "base_model.model." + $0.entries[0].name }
    refuse("is saved under the name of a wrapper, _orig_mod", ["target_modules": "[\"q_proj\"]"]) { weights in
      for index in weights.entries.indices {
        weights.entries[index].name = weights.entries[index].name.replacingOccurrences(
          of: "layers", with: "_orig_mod.layers")
      }
    }
  }

  @Test("options")
  func options() {
    let on = [
      "target_parameters": "[\"x\"]", "megatron_config": "{\"a\": 1}", "use_qalora": "true", "use_bdlora": "true",
      "alora_invocation_tokens": "[1]", "arrow_config": "{\"a\": 1}", "kasa_config": "{\"a\": 1}",
      "something_of_next_year": "0.5",
    ]
    for (key, value) in on { refuse("adapter_config.json: \(key): is not supported", [key: value]) }
    for type in ["LOHA", "LOKR", "OFT", "BOFT", "VERA", "ADALORA", "HRA"] {
      refuse(
        "peft_type: '\(type)' is not supported; supported: LORA, IA3, LN_TUNING, TRAINABLE_TOKENS",
        ["peft_type": "\"\(type)\""])
      refuse("merge it with merge_and_unload()", ["peft_type": "\"\(type)\""])
    }
    for type in ["PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING", "XLORA"] {
      refuse("gate it through a server", ["peft_type": "\"\(type)\""])
    }
    refuse("bias: 'some'", ["bias": "\"some\""])
    refuse("path_initial_model_for_weight_conversion", ["init_lora_weights": "\"olora\""])
    refuse("init_lora_weights: 'loftq' changes", ["init_lora_weights": "\"loftq\""])
    for method in ["gaussian", "eva", "mica"] {
      #expect(throws: Never.self) { try open(["init_lora_weights": "\"\(method)\"", "corda_config": "{\"a\": 1}"]) }
    }
    refuse("init_lora_weights: 'pissa_niter_4'", ["init_lora_weights": "\"pissa_niter_4\""])
    refuse("r: is 0", ["r": "0"])
    refuse("r: is missing", ["r": absent])
    refuse("target_modules: is missing", ["target_modules": "null"])
    refuse("rank_pattern.(?i)q: uses '(?'", ["rank_pattern": "{\"(?i)q\": 2}"])
    refuse("rank_pattern: gives", ["rank_pattern": "{\"q_proj\": 1.5}"])
    refuse("rank_pattern.q_proj: is 'two', expected a number", ["rank_pattern": "{\"q_proj\": \"two\"}"])
    refuse("lora_alpha: gives", ["lora_alpha": "1e300"])
  }

  @Test("files")
  func files() throws {
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    let folder = try TemporaryFolder()
    expectInputError("has no adapter_config.json") { _ = try Adapter.open(folder.path, on: base) }
    try folder.write("adapter_config.json", json(tinyAdapterConfiguration))
    expectInputError("has no adapter_model.safetensors") { _ = try Adapter.open(folder.path, on: base) }
    try folder.folder("checkpoint-8")
    expectInputError("give one of its checkpoint-N folders") { _ = try Adapter.open(folder.path, on: base) }
    try folder.write("adapter_model.bin", "x")
    expectInputError("safe_serialization=True") { _ = try Adapter.open(folder.path, on: base) }
    expectInputError("is an adapter, not a whole model") { _ = try Checkpoint.open(folder.path) }
  }
}
