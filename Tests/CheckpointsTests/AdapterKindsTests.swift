import Checkpoints
import Foundation
import Testing

@Suite("What an adapter replaces is checked as all else")
struct AdapterKindRefusalTests {
  private static let prefix = "base_model.model."
  private static let q = "\(prefix)model.layers.0.self_attn.q_proj"
  private static let embedding = "\(prefix)model.embed_tokens"
  private static let head = "\(prefix)lm_head"

  private func open(
    _ changes: [String: String] = [:], untied: Bool = false, _ edit: (inout SafetensorsBuilder) -> Void = { _ in }
  ) throws -> Adapter {
    var weights = SafetensorsBuilder.tinyAdapter
    edit(&weights)
    var base = SafetensorsBuilder.tinyLlama
    if untied { base.add("lm_head.weight", [10, 8]) }
    let model = try TemporaryFolder.tinyModel(weights: base, ["tie_word_embeddings": untied ? "false" : "true"])
    let folder = try TemporaryFolder.tinyAdapter(weights: weights, changes)
    return try Adapter.open(folder.path, on: try Checkpoint.open(model.path))
  }

  private func refuse(
    _ words: String, _ changes: [String: String] = [:], untied: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout SafetensorsBuilder) -> Void = { _ in }
  ) {
    expectInputError(words, sourceLocation: sourceLocation) { _ = try open(changes, untied: untied, edit) }
  }

  private func values(_ count: Int) -> [Float] { (0..<count).map { Float($0) * 0.125 } }

  @Test("whole weights")
  func wholeWeights() throws {
    let saved = ["modules_to_save": "[\"model.norm\"]"]
    let opened = try open(saved) { $0.add("\(Self.prefix)model.norm.weight", [8], values(8)) }
    #expect(opened.changesWeights && opened.checkpoint.tensors.tensor("model.norm.weight")?.decodeAll() == values(8))
    #expect(opened.base.tensors.tensor("model.norm.weight")?.decodeAll() != values(8))
    #expect(!opened.isPlain && !opened.isNil && opened.checkpoint.path == opened.base.path)
    refuse("model.norm.weight: is named by modules_to_save in", saved)
    refuse("has shape [9], the base needs [8]", saved) { $0.add("\(Self.prefix)model.norm.weight", [9]) }
    refuse("has NaN or infinity at 7", saved) {
      $0.add("\(Self.prefix)model.norm.weight", [8], [0, 0, 0, 0, 0, 0, 0, .nan])
    }
    refuse("is a bias that the base's module does not have") { $0.add("\(Self.q).base_layer.bias", [8]) }
    refuse("is the head of a classifier", ["modules_to_save": "[\"score\"]"]) {
      $0.add("\(Self.prefix)score.weight", [2, 8])
    }
    refuse("is a second tensor for the same module", saved) {
      $0.add("\(Self.prefix)model.norm.weight", [8], values(8))
      $0.add("\(Self.prefix)model.norm.modules_to_save.weight", [8])
    }
    let twice = try open(saved) {
      $0.add("\(Self.prefix)model.norm.weight", [8], values(8))
      $0.add("\(Self.prefix)model.norm.modules_to_save.default.weight", [8], values(8))
    }
    #expect(twice.checkpoint.tensors.tensor("model.norm.weight")?.decodeAll() == values(8))
    #expect(
      try open(["modules_to_save": "[\"visual\"]"]).notes.contains {
        $0.contains("modules_to_save names 'visual', which the base has no module for")
      })
  }

  @Test("embedding and head, tied or not")
  func vocabulary() throws {
    let both = ["modules_to_save": "[\"embed_tokens\", \"lm_head\"]"]
    func rows(_ embedding: Int, _ head: Int) -> (inout SafetensorsBuilder) -> Void {
      {
        $0.add("\(Self.embedding).weight", [embedding, 8], values(8 * embedding))
        $0.add("\(Self.head).weight", [head, 8])
      }
    }
    let larger = try open(both, rows(12, 12))
    #expect(larger.checkpoint.configuration.vocabularySize == 12 && !larger.checkpoint.configuration.tiesEmbeddings)
    #expect(larger.base.configuration.vocabularySize == 10)
    #expect(larger.notes.contains { $0.contains("has 12 rows, the base's 10, and no tokenizer is beside it") })
    #expect(try open(both, rows(9, 9)).checkpoint.configuration.vocabularySize == 9)
    refuse("the embedding has 12 rows and the head 11", both, rows(12, 11))
    refuse("the embedding has 12 rows and the head 10", ["modules_to_save": "[\"embed_tokens\"]"], rows(12, 10))
    refuse("has shape [12, 7], the base needs rows of 8", both) {
      $0.add("\(Self.embedding).weight", [12, 7])
      $0.add("\(Self.head).weight", [12, 8])
    }
    refuse("lm_head: is named by modules_to_save in", ["modules_to_save": "[\"lm_head\"]"])
    refuse("differs from the embedding, to which the base ties its head") {
      $0.add("\(Self.head).weight", [10, 8], values(80))
    }
    let alone = try open(["modules_to_save": "[\"lm_head\"]"]) { $0.add("\(Self.head).weight", [10, 8], values(80)) }
    #expect(!alone.checkpoint.configuration.tiesEmbeddings)
    #expect(alone.checkpoint.tensors.tensor("lm_head.weight")?.decodeAll() == values(80))
    // What was resized and saved with its head is one weight under two names.
    let resized = try open { weights in
      for name in [Self.embedding, Self.head] { weights.add("\(name).weight", [12, 8], values(96)) }
    }
    #expect(resized.checkpoint.configuration.tiesEmbeddings && resized.checkpoint.configuration.vocabularySize == 12)
    #expect(try open(untied: true, rows(10, 10)).checkpoint.tensors.tensor("lm_head.weight") != nil)
  }

  @Test("low-rank additions to embedding and head")
  func lowRank() throws {
    let targets = ["target_modules": "[\"q_proj\", \"v_proj\", \"embed_tokens\"]"]
    func embedding(_ a: [Int], _ b: [Int]) -> (inout SafetensorsBuilder) -> Void {
      {
        $0.add("\(Self.embedding).lora_embedding_A", a)
        $0.add("\(Self.embedding).lora_embedding_B", b)
      }
    }
    let opened = try open(targets, embedding([2, 10], [8, 2]))
    #expect(opened.changesWeights && !opened.checkpoint.configuration.tiesEmbeddings)
    #expect(
      try open(targets.merging(["ensure_weight_tying": "true"]) { $1 }, embedding([2, 10], [8, 2])).checkpoint
        .configuration.tiesEmbeddings)
    refuse("has shape [2, 11], the base and the rank need [2, 10]", targets, embedding([2, 11], [8, 2]))
    refuse("has shape [3, 10], the base and the rank need [2, 10]", targets, embedding([3, 10], [8, 3]))
    refuse("has shape [7, 2], the base and the rank need [8, 2]", targets, embedding([2, 10], [7, 2]))
    refuse("has lora_embedding_A without lora_embedding_B", targets) {
      $0.add("\(Self.embedding).lora_embedding_A", [2, 10])
    }
    refuse(
      "model.embed_tokens: has tensors, but adapter_config.json does not target it", [:], embedding([2, 10], [8, 2]))
    refuse("has lora_A, and is an embedding", targets) {
      $0.add("\(Self.embedding).lora_A.weight", [2, 8])
      $0.add("\(Self.embedding).lora_B.weight", [10, 2])
    }
    let head = ["target_modules": "[\"q_proj\", \"v_proj\", \"lm_head\"]"]
    func onHead(_ b: [Int]) -> (inout SafetensorsBuilder) -> Void {
      {
        $0.add("\(Self.head).lora_A.weight", [2, 8])
        $0.add("\(Self.head).lora_B.weight", b)
      }
    }
    #expect(!(try open(head, onHead([10, 2])).checkpoint.configuration.tiesEmbeddings))
    refuse("has shape [9, 2], the base and the rank need [10, 2]", head, onHead([9, 2]))
    refuse(
      "lm_head: has tensors, but", ["target_modules": "\"all-linear\"", "exclude_modules": "\".*(k|o)_proj|.*mlp.*\""],
      onHead([10, 2]))
  }

  @Test("magnitudes")
  func dora() throws {
    let uses = ["use_dora": "true"]
    func magnitudes(_ q: Int, _ value: Float = 1) -> (inout SafetensorsBuilder) -> Void {
      {
        $0.add("\(Self.q).lora_magnitude_vector", [q], [Float](repeating: value, count: q))
        $0.add("\(Self.prefix)model.layers.0.self_attn.v_proj.lora_magnitude_vector", [4])
      }
    }
    #expect(try open(uses, magnitudes(8)).changesWeights)
    refuse("is a tensor that nothing consumes with adapter_config.json's use_dora", [:], magnitudes(8))
    refuse("has shape [7], the base and the rank need [8]", uses, magnitudes(7))
    refuse("has NaN or infinity at 0", uses, magnitudes(8, .infinity))
    refuse("model.layers.0.self_attn.q_proj: has no lora_magnitude_vector, and use_dora is true", uses)
    refuse("has lora_magnitude_vector without lora_A", uses) {
      $0.add("\(Self.prefix)model.layers.0.mlp.up_proj.lora_magnitude_vector", [12])
    }
  }

  @Test("rows of tokens")
  func tokens() throws {
    func open(_ indices: String, _ shape: [Int]) throws -> Adapter {
      try self.open(["trainable_token_indices": indices]) {
        $0.add("\(Self.embedding).token_adapter.trainable_tokens_delta", shape)
      }
    }
    let opened = try open("[3, 9]", [2, 8])
    #expect(opened.checkpoint.configuration.tiesEmbeddings)
    let row = Array((opened.checkpoint.tensors.tensor("model.embed_tokens.weight")?.decodeAll() ?? [])[24..<32])
    #expect(row == [-0.5, -0.25, 0, 0.25, 0.5, 0.75, 1, -0.5])
    expectInputError("names token 10, the vocabulary has 10") { _ = try open("[3, 10]", [2, 8]) }
    expectInputError("names token -1, the vocabulary has 10") { _ = try open("[3, -1]", [2, 8]) }
    expectInputError("names a token twice") { _ = try open("[3, 3]", [2, 8]) }
    expectInputError("has shape [3, 8], 2 token indices need [2, 8]") { _ = try open("[3, 4]", [3, 8]) }
    expectInputError("has no token indices in adapter_config.json") { _ = try open("null", [2, 8]) }
    refuse(
      "model.embed_tokens: has trained tokens in adapter_config.json, but has no tensors",
      [
        "trainable_token_indices": "[3]"
      ])
    refuse(
      "stands beside another change of model.embed_tokens",
      [
        "trainable_token_indices": "[3]", "modules_to_save": "[\"embed_tokens\"]",
      ]
    ) {
      $0.add("\(Self.embedding).token_adapter.trainable_tokens_delta", [1, 8])
      $0.add("\(Self.embedding).weight", [10, 8])
    }
  }

  @Test("biases")
  func biases() throws {
    let opened = try open(["lora_bias": "true"]) {
      $0.add("\(Self.q).lora_B.bias", [8], values(8))
      $0.add("\(Self.prefix)model.layers.0.self_attn.v_proj.lora_B.bias", [4])
    }
    #expect(opened.modules[0].bias == values(8) && !opened.changesWeights && !opened.isPlain)
    refuse("q_proj.lora_B.bias: is asked for by lora_bias in", ["lora_bias": "true"])
    refuse("adapter_config.json's lora_bias") { $0.add("\(Self.q).lora_B.bias", [8]) }
    for bias in ["all", "lora_only"] { #expect(throws: Never.self) { try open(["bias": "\"\(bias)\""]) } }
  }

  @Test("layers that are repeated")
  func replication() throws {
    let twice = ["layer_replication": "[[0, 1], [0, 1]]"]
    let opened = try open(twice) { weights in
      for entry in weights.entries {
        weights.entries.append(entry)
        weights.entries[weights.entries.count - 1].name = entry.name.replacingOccurrences(
          of: "layers.0", with: "layers.1")
      }
    }
    #expect(opened.checkpoint.configuration.layerCount == 2 && opened.modules.count == 4)
    refuse("model.layers.1.self_attn.q_proj: is targeted by", twice)
    refuse("names layers up to 2, the base has 1", ["layer_replication": "[[0, 2]]"])
    refuse("has a range that is not [first, end]", ["layer_replication": "[[1, 0]]"])
    refuse("has a range that is not [first, end]", ["layer_replication": "[[0, 1, 2]]"])
    refuse("makes 0 layers", ["layer_replication": "[[0, 0]]"])
    refuse(
      "makes 5000 layers",
      ["layer_replication": "[\([String](repeating: "[0, 1]", count: 5000).joined(separator: ","))]"])
  }

  @Test("IA3 and norms")
  func otherMethods() throws {
    let ia3 = [
      "peft_type": "\"IA3\"", "target_modules": "[\"k_proj\", \"down_proj\"]", "feedforward_modules": "[\"down_proj\"]",
      "r": absent, "lora_alpha": absent, "init_lora_weights": absent, "bias": absent, "use_dora": absent,
      "rank_pattern": absent,
    ]
    func vectors(_ k: [Int], _ down: [Int]) -> (inout SafetensorsBuilder) -> Void {
      {
        $0.entries = []
        $0.add("\(Self.prefix)model.layers.0.self_attn.k_proj.ia3_l", k)
        $0.add("\(Self.prefix)model.layers.0.mlp.down_proj.ia3_l", down)
      }
    }
    #expect(try open(ia3, vectors([4, 1], [1, 12])).changesWeights)
    refuse("has shape [5, 1], the base and the rank need [4, 1]", ia3, vectors([5, 1], [1, 12]))
    refuse("has shape [8, 1], the base and the rank need [1, 12]", ia3, vectors([4, 1], [8, 1]))
    refuse("is a tensor that nothing consumes with adapter_config.json's peft_type", ia3)
    refuse("r: is not supported", ia3.merging(["r": "2"]) { $1 }, vectors([4, 1], [1, 12]))
    let norms = [
      "peft_type": "\"LN_TUNING\"", "target_modules": "[\"norm\"]", "r": absent, "lora_alpha": absent,
      "init_lora_weights": absent, "bias": absent, "use_dora": absent, "rank_pattern": absent,
    ]
    let tuned = try open(norms) {
      $0.entries = []
      $0.add("\(Self.prefix)model.norm.ln_tuning_layers.weight", [8], values(8))
    }
    #expect(tuned.checkpoint.tensors.tensor("model.norm.weight")?.decodeAll() == values(8))
    refuse(
      "model.layers.0.input_layernorm.weight: is targeted by",
      norms.merging(["target_modules": "[\"norm\", \"input_layernorm\"]"]) { $1 }
    ) {
      $0.entries = []
      $0.add("\(Self.prefix)model.norm.ln_tuning_layers.weight", [8], values(8))
    }
  }

  @Test("the tokenizer beside an adapter counts where it changes the vocabulary")
  func tokenizer() throws {
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    func open(_ weights: SafetensorsBuilder, _ changes: [String: String]) throws -> Adapter {
      let folder = try TemporaryFolder.tinyAdapter(weights: weights, changes)
      try folder.write("tokenizer.json", "{\"own\": true}")
      return try Adapter.open(folder.path, on: base)
    }
    #expect(try open(.tinyAdapter, [:]).checkpoint.tokenizer.urls == base.tokenizer.urls)
    var weights = SafetensorsBuilder.tinyAdapter
    weights.add("\(Self.embedding).weight", [10, 8], values(80))
    let own = try open(weights, ["modules_to_save": "[\"embed_tokens\"]"])
    #expect(own.checkpoint.tokenizer.urls != base.tokenizer.urls && own.checkpoint.tokenizerFiles.count == 1)
    #expect(own.notes.contains { $0.contains("the tokenizer beside it is used") })
  }

  @Test("identity: what the configuration says of the same tensors is part of it")
  func identity() throws {
    let model = try TemporaryFolder.tinyModel()
    let base = try Checkpoint.open(model.path)
    func id(_ changes: [String: String]) throws -> String {
      var weights = SafetensorsBuilder.tinyAdapter
      weights.add("\(Self.embedding).token_adapter.trainable_tokens_delta", [2, 8])
      let adapter = try Adapter.open(TemporaryFolder.tinyAdapter(weights: weights, changes).path, on: base)
      return try ModelIdentity.of(adapter.checkpoint, adapter: adapter, hashes: NoHashCache()).id
    }
    let one = try id(["trainable_token_indices": "[3, 4]"])
    #expect(try id(["trainable_token_indices": "[3, 4]"]) == one)
    #expect(try id(["trainable_token_indices": "[4, 3]"]) != one)
  }
}

@Suite("A LoRA in GGUF is applied whole or not at all")
struct GGUFAdapterTests {
  private func open(_ edit: (inout GGUFBuilder) -> Void = { _ in }) throws -> Adapter {
    var builder = GGUFBuilder()
    builder.set("general.architecture", "llama")
    builder.set("general.type", "adapter")
    builder.set("adapter.type", "lora")
    builder.set("adapter.lora.alpha", Float(4))
    builder.add("blk.0.attn_q.weight.lora_a", [2, 8])
    builder.add("blk.0.attn_q.weight.lora_b", [8, 2])
    edit(&builder)
    let folder = try TemporaryFolder()
    let file = try folder.write("lora.gguf", builder.bytes)
    return try Adapter.open(file.path, on: try Checkpoint.open(TemporaryFolder.tinyModel().path))
  }

  private func refuse(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout GGUFBuilder) -> Void
  ) {
    expectInputError(words, "lora.gguf", sourceLocation: sourceLocation) { _ = try open(edit) }
  }

  @Test("q's rows are put back into Hugging Face's order; a missing alpha is a scale of 1")
  func opens() throws {
    let adapter = try open { $0.infos[1].data = littleEndian((0..<16).map { Float($0 / 2) }) }
    #expect(adapter.modules.map(\.path) == ["model.layers.0.self_attn.q_proj"] && adapter.modules[0].scale == 2)
    // Heads of 4: stored row 2p is row p, stored row 2p + 1 is row p + 2.
    #expect(adapter.modules[0].b.decodeAll() == [0, 0, 2, 2, 1, 1, 3, 3, 4, 4, 6, 6, 5, 5, 7, 7])
    #expect(!adapter.changesWeights && !adapter.isPlain)
    #expect(try open { $0.set("adapter.lora.alpha", Float(0)) }.modules[0].scale == 1)
  }

  @Test("one in several files is refused, whole as they are")
  func parts() throws {
    let folder = try TemporaryFolder()
    let files = try (0..<2).map { part in
      var builder = GGUFBuilder()
      if part == 0 {
        builder.set("general.architecture", "llama")
        builder.set("general.type", "adapter")
        builder.set("adapter.type", "lora")
      }
      builder.set("split.count", UInt32(2))
      builder.set("split.no", UInt32(part))
      builder.set("split.tensors.count", UInt32(2))
      builder.add("blk.0.attn_q.weight.lora_\(part == 0 ? "a" : "b")", part == 0 ? [2, 8] : [8, 2])
      return try folder.write("lora-0000\(part + 1)-of-00002.gguf", builder.bytes)
    }
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    expectInputError("split.count: is a LoRA in 2 files") { _ = try Adapter.open(files[0].path, on: base) }
  }

  @Test("what is wrong is named")
  func refused() {
    refuse("adapter.type: 'control_vector' is not supported") { $0.set("adapter.type", "control_vector") }
    refuse("general.architecture: is 'gemma', the base") { $0.set("general.architecture", "gemma") }
    refuse("adapter.alora.invocation_tokens: is not supported") { $0.set("adapter.alora.invocation_tokens", UInt32(1)) }
    refuse("adapter.lora.alpha: is nan") { $0.set("adapter.lora.alpha", Float.nan) }
    refuse("blk.0.attn_norm.weight: is no half of a LoRA") { $0.add("blk.0.attn_norm.weight", [8]) }
    refuse("blk.0.attn_z.weight: is a tensor that a llama model does not have") {
      $0.add("blk.0.attn_z.weight.lora_a", [2, 8])
    }
    refuse("is not a module of the base") {
      $0.add("blk.7.attn_v.weight.lora_a", [2, 8])
      $0.add("blk.7.attn_v.weight.lora_b", [4, 2])
    }
    refuse("has lora_A without lora_B") { $0.infos.removeLast() }
    refuse("has shape [2, 9], the base and the rank need [2, 8]") {
      $0.infos = []
      $0.add("blk.0.attn_q.weight.lora_a", [2, 9])
      $0.add("blk.0.attn_q.weight.lora_b", [8, 2])
    }
    refuse("not whole heads of 4") {
      $0.infos.removeLast()
      $0.add("blk.0.attn_q.weight.lora_b", [6, 2])
    }
    refuse("expected a matrix") {
      $0.infos.removeLast()
      $0.add("blk.0.attn_q.weight.lora_b", [2, 8, 2])
    }
    refuse("has NaN or infinity at 0") { $0.infos[0].data.replaceSubrange(0..<4, with: littleEndian([Float.nan])) }
    refuse("holds no adapter tensors") { $0.infos = [] }
  }

  @Test("matrices that a family stores the other way round are refused: their halves are exchanged")
  func exchanged() throws {
    let base = try Checkpoint.open(golden("families/gpt2").path)
    expectInputError("the wrong way round") {
      _ = try Adapter.open(golden("adapter-kinds/gguf/gpt2.gguf").path, on: base)
    }
  }
}
