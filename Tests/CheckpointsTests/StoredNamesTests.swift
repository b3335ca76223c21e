import Checkpoints
import Foundation
import Testing

@Suite("A model's tensors are read under the names that trainers leave, or refused with the step that mends them")
struct StoredNamesTests {
  private func renamed(_ name: (String) -> String, _ changes: [String: String] = [:]) throws -> TemporaryFolder {
    var weights = SafetensorsBuilder.tinyLlama
    for index in weights.entries.indices { weights.entries[index].name = name(weights.entries[index].name) }
    return try .tinyModel(weights: weights, changes)
  }

  private func refuse(
    _ words: [String], sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout SafetensorsBuilder) -> Void
  ) throws {
    var weights = SafetensorsBuilder.tinyLlama
    edit(&weights)
    let folder = try TemporaryFolder.tinyModel(weights: weights)
    for word in words {
      expectInputError(word, sourceLocation: sourceLocation) { _ = try Checkpoint.open(folder.path) }
    }
  }

  private func expectTheModel(_ checkpoint: Checkpoint) throws {
    let plain = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    #expect(checkpoint.tensors.names == plain.tensors.names)
    for name in plain.tensors.names {
      let (own, expected) = (checkpoint.tensors.tensor(name), plain.tensors.tensor(name))
      #expect(own?.name == name && own?.decodeAll() == expected?.decodeAll(), "\(name)")
    }
  }

  @Test("saved without its head, as AutoModel does: nothing is said, transformers reads it too")
  func withoutHead() throws {
    let checkpoint = try Checkpoint.open(renamed { String($0.dropFirst("model.".count)) }.path)
    try expectTheModel(checkpoint)
    #expect(checkpoint.notes.isEmpty)
    let untied = try renamed({ String($0.dropFirst("model.".count)) }, ["tie_word_embeddings": "false"])
    expectInputError("lm_head.weight", "was saved without its head", "AutoModelForCausalLM") {
      _ = try Checkpoint.open(untied.path)
    }
  }

  @Test(
    "a prefix of every tensor is taken off, and said",
    arguments: ["_orig_mod.", "module.", "module._orig_mod.", "_fsdp_wrapped_module.", "model.", "pretrained_model."])
  func prefix(_ prefix: String) throws {
    let checkpoint = try Checkpoint.open(renamed { prefix + $0 }.path)
    try expectTheModel(checkpoint)
    #expect(checkpoint.notes.count == 1 && checkpoint.notes[0].contains("'\(prefix.dropLast())'"))
    let headless = try Checkpoint.open(renamed { prefix + $0.dropFirst("model.".count) }.path)
    try expectTheModel(headless)
  }

  @Test("a prefix of some tensors is refused, with the line that mends it")
  func mixed() throws {
    try refuse(["under '_orig_mod'", "model._orig_mod.save_pretrained"]) { weights in
      for index in weights.entries.indices.dropLast() {
        weights.entries[index].name.insert(contentsOf: "_orig_mod.", at: weights.entries[index].name.startIndex)
      }
    }
    try refuse(["module (DataParallel", "model.module.save_pretrained"]) { weights in
      weights.entries[2].name = "model.layers.0.module.self_attn.q_proj.weight"
    }
  }

  @Test("the names decide before the types do: quantised weights are called that")
  func quantised() throws {
    try refuse(["quantised (GPTQ or AWQ)", "model.dequantize()"]) { weights in
      weights.entries[2].name = "model.layers.0.self_attn.q_proj.qweight"
    }
    try refuse(["'U8', which is not supported", "model.dequantize()"]) { weights in
      weights.entries[2].dtype = "U8"
      weights.entries[2].data = Array(weights.entries[2].data.prefix(64))
      weights.add("model.layers.0.self_attn.q_proj.weight.absmax", [4])
    }
    try refuse(["'I32', which is not supported", "model.dequantize()"]) { weights in
      weights.entries[2].name = "model.layers.0.self_attn.q_proj.qweight"
      weights.entries[2].dtype = "I32"
    }
  }

  @Test(
    "what belongs to no plain model is called by what left it",
    arguments: [
      ("model.layers.0.self_attn.q_proj.lora_A.default.weight", "was not merged", "merge_and_unload()"),
      ("model.layers.0.self_attn.q_proj.base_layer.weight", "was not merged", "merge_and_unload()"),
      ("model.embed_tokens.modules_to_save.default.weight", "PEFT adapter", "merge_and_unload()"),
      ("model.layers.0._flat_param", "FSDP", "FULL_STATE_DICT"),
      ("v_head.summary.weight", "value head", "pretrained_model"),
      ("score.weight", "head of a classifier", "AutoModelForCausalLM"),
      ("model.layers.0.self_attn.q_proj.weight_scale", "quantised (fp8 or int8)", "model.dequantize()"),
      ("model.layers.0.self_attn.q_proj.SCB", "quantised (bitsandbytes)", "model.dequantize()"),
      ("model.layers.0.self_attn.q_proj.bias", "has no place for", "supported architecture"),
    ])
  func leftover(_ name: String, _ problem: String, _ remedy: String) throws {
    try refuse([name, problem, remedy]) { $0.add(name, [8]) }
    // In the place of the weight, it is what the weight is missed for.
    try refuse([problem]) {
      $0.entries.remove(at: 2)
      $0.add(name, [8])
    }
  }

  @Test("a weight without elements is ZeRO-3's, whatever its configuration says")
  func empty() throws {
    try refuse(["model.layers.0.self_attn.q_proj.weight", "ZeRO-3", "zero_to_fp32.py"]) {
      $0.entries[2].shape = [0]
      $0.entries[2].data = []
    }
  }

  @Test("of a tied pair the head alone is enough")
  func headOfTiedPair() throws {
    let folder = try renamed { $0 == "model.embed_tokens.weight" ? "lm_head.weight" : $0 }
    try expectTheModel(try Checkpoint.open(folder.path))
    let untied = try renamed(
      { $0 == "model.embed_tokens.weight" ? "lm_head.weight" : $0 }, ["tie_word_embeddings": "false"])
    expectInputError("model.embed_tokens.weight: the model has no such tensor") { _ = try Checkpoint.open(untied.path) }
  }

  @Test("a tensor that is missing is looked for")
  func missing() throws {
    let short = try TemporaryFolder.tinyModel(["num_hidden_layers": "3"])
    expectInputError("model.layers.1.input_layernorm.weight", "of 1 layers, the configuration's of 3") {
      _ = try Checkpoint.open(short.path)
    }
    try refuse(["q_proj.weight", "'model.layers.0.self_attn.qkv_proj.weight' is there"]) {
      $0.entries[2].name = "model.layers.0.self_attn.qkv_proj.weight"
    }
    try refuse(["model.norm.weight", "all of its files"]) { $0.entries.removeLast() }
  }

  @Test("more tensors than a model has are not looked through")
  func tooMany() throws {
    try refuse(["more than 65536"]) { weights in
      for number in 0..<65_536 { weights.entries.append(.init(name: "t\(number)", shape: [0], data: [])) }
    }
  }
}
