import Checkpoints
import Foundation
import Reading
import Synchronization
import Testing

@Suite("A model's identity is its content")
struct ModelIdentityTests {
  private func identity(
    _ folder: TemporaryFolder, adapter: TemporaryFolder? = nil, hashes: any FileHashCache = NoHashCache()
  ) throws -> ModelIdentity {
    let checkpoint = try Checkpoint.open(folder.path)
    return try .of(
      checkpoint, adapter: try adapter.map { try Adapter.open($0.path, on: checkpoint) }, hashes: hashes)
  }

  @Test("a GGUF file's weights hash is the file's SHA-256")
  func gguf() throws {
    let path = golden("checkpoints/llama-tied.gguf").path
    let identity = try ModelIdentity.of(try Checkpoint.open(path), adapter: nil, hashes: NoHashCache())
    // sha256sum
    #expect(identity.weights == "57377ad39eddde5eb0b971170fc3f1f8e04c423ce6d2226f59b7bef3163c8bc6")
    #expect(identity.id.count == 64)
    #expect(identity.adapter == nil)
  }

  @Test("the same content elsewhere is the same model; another weight, token or constant is not")
  func content() throws {
    let original = try identity(.tinyModel())
    #expect(try identity(.tinyModel()) == original)
    var weights = SafetensorsBuilder.tinyLlama
    weights.entries[3].data[0] ^= 1
    let changed = try identity(.tinyModel(weights: weights))
    #expect(changed.weights != original.weights && changed.id != original.id)
    #expect(changed.configuration == original.configuration)
    let folder = try TemporaryFolder.tinyModel()
    try folder.write("tokenizer.json", "{ }")
    #expect(try identity(folder).tokenizer != original.tokenizer)
    try folder.write("tokenizer_config.json", "{}")
    #expect(try identity(folder).tokenizer != original.tokenizer)
    #expect(try identity(.tinyModel(["rope_theta": "20000.0"])).configuration != original.configuration)
    #expect(try identity(.tinyModel(["rope_theta": "10000"])) == original)
    #expect(try identity(.tinyModel(["torch_dtype": "\"float32\""])) == original)
  }

  @Test("tokenizer.model and tekken.json count where there is no tokenizer.json, with what is added to them")
  func otherTokenizers() throws {
    let folder = try TemporaryFolder.tinyModel()
    let json = try identity(folder).tokenizer
    try folder.write("tokenizer.model", "beside")
    #expect(try identity(folder).tokenizer == json)
    try FileManager.default.removeItem(at: folder.url.appendingPathComponent("tokenizer.json"))
    var seen: Set<String> = [json, try identity(folder).tokenizer]
    for (name, text) in [
      ("tokenizer.model", "another"), ("added_tokens.json", "{}"), ("added_tokens.json", #"{"<x>": 10}"#),
      ("tokenizer_config.json", "{}"), ("tekken.json", "{}"), ("tekken.json", "{ }"),
    ] {
      try folder.write(name, text)
      #expect(seen.insert(try identity(folder).tokenizer).inserted, "\(name) \(text)")
    }
    #expect(try Checkpoint.open(folder.path).tokenizerFiles.map(\.url.lastPathComponent).first == "tekken.json")
  }

  @Test("the adapter counts with its weights and its scales, not with the name of its base")
  func adapter() throws {
    let base = try TemporaryFolder.tinyModel()
    let one = try identity(base, adapter: .tinyAdapter())
    #expect(one.adapter != nil)
    #expect(one.id != (try identity(base)).id)
    #expect(try identity(base, adapter: .tinyAdapter(["base_model_name_or_path": "\"elsewhere\""])) == one)
    #expect(try identity(base, adapter: .tinyAdapter(["lora_alpha": "8"])).adapter != one.adapter)
    var weights = SafetensorsBuilder.tinyAdapter
    weights.entries[0].data[0] ^= 1
    #expect(try identity(base, adapter: .tinyAdapter(weights: weights)).adapter != one.adapter)
  }

  @Test("GGUF metadata: the vocabulary and the constants are told apart")
  func metadata() throws {
    func identity(_ edit: (inout GGUFBuilder) -> Void = { _ in }) throws -> ModelIdentity {
      var builder = GGUFBuilder.tinyLlama
      edit(&builder)
      let folder = try TemporaryFolder()
      return try .of(
        try Checkpoint.open(try folder.write("m.gguf", builder.bytes).path), adapter: nil, hashes: NoHashCache())
    }
    let original = try identity()
    let renamed = try identity { $0.set("general.name", "other") }
    #expect(renamed.weights != original.weights)
    #expect(renamed.tokenizer == original.tokenizer && renamed.configuration == original.configuration)
    let reordered = try identity { $0.pairs.reverse() }
    #expect(reordered.tokenizer == original.tokenizer && reordered.configuration == original.configuration)
    let tokens = try identity { $0.set("tokenizer.ggml.tokens", (0..<10).map { "u\($0)" }) }
    #expect(tokens.tokenizer != original.tokenizer && tokens.configuration == original.configuration)
    let constant = try identity { $0.set("llama.rope.freq_base", Float(5_000)) }
    #expect(constant.configuration != original.configuration && constant.tokenizer == original.tokenizer)
  }

  @Test("a cached hash is used for the same stamp, and a changed file has another")
  func cache() throws {
    let cache = MemoryCache()
    let folder = try TemporaryFolder.tinyModel()
    let first = try identity(folder, hashes: cache)
    #expect(cache.stored.withLock { $0.count } == 2)
    #expect(try identity(folder, hashes: cache) == first)
    #expect(cache.stored.withLock { $0.count } == 2)
    var weights = SafetensorsBuilder.tinyLlama
    weights.entries[3].data[0] ^= 1
    try folder.write("model.safetensors", weights.bytes)
    #expect(try identity(folder, hashes: cache).weights != first.weights)
  }
}

private final class MemoryCache: FileHashCache {
  let stored = Mutex<[FileStamp: String]>([:])

  func hash(for stamp: FileStamp) -> String? { stored.withLock { $0[stamp] } }
  func store(_ hash: String, for stamp: FileStamp) { stored.withLock { $0[stamp] = hash } }
}
