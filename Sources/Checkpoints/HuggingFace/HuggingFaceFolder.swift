import Diagnostics
import Foundation
import Reading

extension Checkpoint {
  /// Opens a folder as `save_pretrained` writes it.
  static func openHuggingFace(_ path: String) throws -> Checkpoint {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let configuration = try ModelConfiguration(configJSON: folder.appendingPathComponent("config.json"))
    let weights = try HuggingFaceWeights(folder)
    var tensors = weights.tensors
    for layer in 0..<configuration.layerCount {
      // Old exports carry these buffers; the configuration says the same.
      tensors["model.layers.\(layer).self_attn.rotary_emb.inv_freq"] = nil
    }
    if configuration.tiesEmbeddings { try dropTiedHead(&tensors, path) }
    let named = NamedTensors(path: path, tensors: tensors)
    try LlamaLayout(configuration: configuration).check(named)
    // Opened before anything is read of them: what is hashed and what is used are then the same bytes, or do not count.
    let tokenizer = try tokenizerFiles(folder)
    return Checkpoint(
      path: path, format: .huggingFace, configuration: configuration, tensors: named,
      tokenizer: .json(tokenizer: tokenizer[0].url, configuration: tokenizer.dropFirst().first?.url),
      weightFiles: weights.files, tokenizerFiles: tokenizer)
  }

  /// Some writers save the tied head as well. Dropping it is right only where it says the same.
  private static func dropTiedHead(_ tensors: inout [String: Tensor], _ path: String) throws {
    guard let head = tensors.removeValue(forKey: "lm_head.weight") else { return }
    guard let embedding = tensors["model.embed_tokens.weight"], embedding.type == head.type,
      embedding.shape == head.shape, embedding.hasSameBytes(as: head)
    else {
      throw InputError(
        path, field: "lm_head.weight", "differs from the embedding although tie_word_embeddings is true",
        remedy: "set tie_word_embeddings to false in config.json, or save the model again")
    }
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
