import Diagnostics
import Foundation
import Reading

extension Checkpoint {
  /// Opens a folder as `save_pretrained` writes it.
  static func openHuggingFace(_ path: String) throws -> Checkpoint {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let configuration = try ModelConfiguration(configJSON: folder.appendingPathComponent("config.json"))
    let weights = try HuggingFaceWeights(folder)
    var stored = try StoredNames(weights.tensors, path: path, tiesEmbeddings: configuration.tiesEmbeddings)
    // Old exports carry these buffers; the configuration says the same.
    stored.drop(["model.rotary_emb.inv_freq"])
    stored.drop((0..<configuration.layerCount).map { "model.layers.\($0).self_attn.rotary_emb.inv_freq" })
    let named = NamedTensors(path: path, tensors: stored.tensors)
    try LlamaLayout(configuration: configuration).check(named)
    // Opened before anything is read of them: what is hashed and what is used are then the same bytes, or do not count.
    let tokenizer = try tokenizerFiles(folder)
    return Checkpoint(
      path: path, format: .huggingFace, configuration: configuration, tensors: named,
      tokenizer: .json(tokenizer: tokenizer[0].url, configuration: tokenizer.dropFirst().first?.url),
      weightFiles: weights.files, tokenizerFiles: tokenizer, notes: stored.notes)
  }

  /// tokenizer.json, and tokenizer_config.json where there is one.
  private static func tokenizerFiles(_ folder: URL) throws -> [MappedFile] {
    let tokenizer = folder.appendingPathComponent("tokenizer.json")
    guard HuggingFaceWeights.exists(tokenizer) else {
      throw InputError(
        folder.path, "has no tokenizer.json", remedy: "save the base model's fast tokenizer into the folder")
    }
    let configuration = folder.appendingPathComponent("tokenizer_config.json")
    return try [tokenizer, configuration].filter(HuggingFaceWeights.exists).map { try MappedFile($0) }
  }
}
