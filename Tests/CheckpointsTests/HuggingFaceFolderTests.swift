import Foundation
import Testing

import Checkpoints

@Suite("A Hugging Face folder is opened whole or refused")
struct HuggingFaceFolderTests {
  private func refuse(
    _ words: String, _ folder: TemporaryFolder, sourceLocation: SourceLocation = #_sourceLocation
  ) {
    expectInputError(words, sourceLocation: sourceLocation) { _ = try Checkpoint.open(folder.path) }
  }

  @Test("weights that are missing, left over or of another shape")
  func weights() throws {
    var weights = SafetensorsBuilder.tinyLlama
    weights.add("model.layers.0.self_attn.rotary_emb.inv_freq", [2])
    #expect(try Checkpoint.open(TemporaryFolder.tinyModel(weights: weights).path).tensors.names.count == 11)
    weights.add("model.layers.0.self_attn.q_proj.bias", [8])
    refuse("q_proj.bias: is a tensor that this model has no place for", try .tinyModel(weights: weights))
    weights = .tinyLlama
    weights.entries.removeLast()
    refuse("model.norm.weight: the model has no such tensor", try .tinyModel(weights: weights))
    refuse("has shape [10, 8], the configuration says [11, 8]", try .tinyModel(["vocab_size": "11"]))
    refuse("lm_head.weight: the model has no such tensor", try .tinyModel(["tie_word_embeddings": "false"]))
  }

  @Test("a head saved although tied counts only where it equals the embedding")
  func tiedHead() throws {
    var weights = SafetensorsBuilder.tinyLlama
    weights.add("lm_head.weight", [10, 8])
    #expect(try Checkpoint.open(TemporaryFolder.tinyModel(weights: weights).path).tensors.names.count == 11)
    let untied = try Checkpoint.open(
      TemporaryFolder.tinyModel(weights: weights, ["tie_word_embeddings": "false"]).path)
    #expect(untied.tensors.tensor("lm_head.weight") != nil)
    weights.entries[11].data[5] ^= 1
    refuse("lm_head.weight: differs from the embedding", try .tinyModel(weights: weights))
  }

  @Test("files that are missing or doubled")
  func files() throws {
    let folder = try TemporaryFolder.tinyModel()
    try folder.write("model.safetensors.index.json", "{}")
    refuse("has both model.safetensors and", folder)
    let withoutTokenizer = try TemporaryFolder.tinyModel()
    try FileManager.default.removeItem(at: withoutTokenizer.url.appendingPathComponent("tokenizer.json"))
    refuse("has no tokenizer.json", withoutTokenizer)
    let pickled = try TemporaryFolder()
    try pickled.write("config.json", json(tinyConfiguration))
    refuse("has neither model.safetensors nor", pickled)
    try pickled.write("pytorch_model.bin", "x")
    refuse("M.from_pretrained('\(pickled.path)', dtype='auto').save_pretrained('OUT')", pickled)
    refuse("cannot be opened", try TemporaryFolder.tinyModelWithoutReadableWeights())
  }

  @Test("shards: the index and the files must say the same, and stay in the folder")
  func shards() throws {
    var first = SafetensorsBuilder.tinyLlama
    var second = first
    second.entries.removeFirst(6)
    first.entries.removeLast(5)
    let names = [("one.safetensors", first), ("two.safetensors", second)]
    func folder(_ edit: (inout [String: String]) -> Void = { _ in }) throws -> TemporaryFolder {
      let folder = try TemporaryFolder()
      try folder.write("config.json", json(tinyConfiguration))
      try folder.write("tokenizer.json", "{}")
      var map: [String: String] = [:]
      for (name, shard) in names {
        try folder.write(name, shard.bytes)
        for entry in shard.entries { map[entry.name] = "\"\(name)\"" }
      }
      edit(&map)
      try folder.write(
        "model.safetensors.index.json", json(["metadata": "{\"total_size\": 1}", "weight_map": json(map)]))
      return folder
    }
    #expect(try Checkpoint.open(folder().path).tensors.names.count == 11)
    let norm = "model.norm.weight"
    for name in ["../../etc/passwd", "/etc/passwd", "sub/two.safetensors", "..", "", "a\\\\b.safetensors"] {
      refuse("is not a plain .safetensors file name", try folder { $0[norm] = "\"\(name)\"" })
    }
    refuse("three.safetensors", try folder { $0[norm] = "\"three.safetensors\"" })
    refuse("\(norm): is in this shard, but the index does not say so", try folder { $0[norm] = "\"one.safetensors\"" })
    refuse("\(norm): is in this shard, but the index does not say so", try folder { $0[norm] = nil })
    refuse("is not in the shard that the index names", try folder { $0["extra"] = "\"one.safetensors\"" })
  }
}

extension TemporaryFolder {
  /// A model whose weights are a link to nowhere, as an interrupted download leaves it.
  static func tinyModelWithoutReadableWeights() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.write("config.json", json(tinyConfiguration))
    try folder.write("tokenizer.json", "{}")
    try folder.write(
      "model.safetensors.index.json", "{\"weight_map\": {\"model.norm.weight\": \"gone.safetensors\"}}")
    return folder
  }
}
