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
    let quantisation = configuration.quantisation
    let weights = try HuggingFaceWeights(
      folder, ignoring: configuration.family?.buffers ?? [], isQuantised: quantisation != nil)
    let joined = try quantisation?.weights(weights.arrays, path: path)
    var stored = try StoredNames(
      joined?.tensors ?? weights.arrays.compactMapValues(\.tensor), path: path, spec: configuration.decoder)
    if case .gptq? = quantisation { stored.dropEmptyBiases() }
    try stored.arrange()
    let named = NamedTensors(path: path, tensors: stored.tensors)
    try DecoderLayout(spec: configuration.decoder).check(named)
    // Opened before anything is read of them: what is hashed and what is used are then the same bytes, or do not count.
    let tokenizer = try TokenizerFiles(folder: folder)
    let tokenizerFiles = try tokenizer.urls.map { try MappedFile($0) }
    return Checkpoint(
      path: path, format: .huggingFace, configuration: configuration, tensors: named,
      tokenizer: tokenizer, weightFiles: weights.files, tokenizerFiles: tokenizerFiles,
      notes: stored.notes + (joined?.notes ?? []) + configuration.notes)
  }
}
