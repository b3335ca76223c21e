import Diagnostics
import Foundation
import Reading

extension Checkpoint {
  /// Opens a folder as `save_pretrained` writes it.
  static func openHuggingFace(_ path: String) throws -> Checkpoint {
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    var configuration = try ModelConfiguration(configJSON: folder.appendingPathComponent("config.json"))
    let generation = folder.appendingPathComponent("generation_config.json")
    if HuggingFaceWeights.exists(generation) { try configuration.addEnds(generationConfiguration: generation) }
    let weights = try HuggingFaceWeights(folder, ignoring: configuration.family?.buffers ?? [])
    var stored = try StoredNames(weights.tensors, path: path, spec: configuration.decoder)
    try stored.arrange()
    let named = NamedTensors(path: path, tensors: stored.tensors)
    try DecoderLayout(spec: configuration.decoder).check(named)
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
