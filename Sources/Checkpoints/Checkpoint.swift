import Diagnostics
import Foundation
import Reading

/// A base model or a whole fine-tuned one, opened and checked: every tensor present, of the right shape, and none left over.
package struct Checkpoint: Sendable {
  package enum Format: String, Sendable {
    case gguf, huggingFace
  }

  /// The path as the user gave it.
  package let path: String
  package let format: Format
  package let configuration: ModelConfiguration
  package let tensors: any TensorSource
  package let tokenizer: TokenizerFiles
  /// The files that hold the weights, sorted by name; of a GGUF file in parts these in order.
  package let weightFiles: [MappedFile]
  /// The tokenizer's own files, where they are beside the weights.
  package let tokenizerFiles: [MappedFile]
  /// What whoever opened it should know: how it was read where that is not plain.
  package let notes: [String]
  /// The adapter whose own weights are among these, by its path; nil for a checkpoint as its files have it.
  package let adaptedBy: String?

  package init(
    path: String, format: Format, configuration: ModelConfiguration, tensors: any TensorSource,
    tokenizer: TokenizerFiles, weightFiles: [MappedFile], tokenizerFiles: [MappedFile] = [], notes: [String] = [],
    adaptedBy: String? = nil
  ) {
    self.path = path
    self.format = format
    self.configuration = configuration
    self.tensors = tensors
    self.tokenizer = tokenizer
    self.weightFiles = weightFiles
    self.tokenizerFiles = tokenizerFiles
    self.notes = notes
    self.adaptedBy = adaptedBy
  }

  /// All that it is read from while it is in use: what comes of it counts as long as these are as they were when they were opened, and
  /// would else stand under another model's hash.
  package var files: [MappedFile] { weightFiles + tokenizerFiles }

  /// `notes` with the path before each.
  package var noteLines: [String] { notes.map { "\(path): \($0)" } }

  /// Opens a .gguf file, or a part of one with the others beside it, or a folder with config.json.
  ///
  /// Nothing is decoded: the weights stay mapped. Throws `InputError` for anything missing, damaged or unsupported.
  package static func open(_ path: String) throws -> Checkpoint {
    switch try CheckpointKind.of(path) {
    case .gguf: return try openGGUF(path)
    case .huggingFace: return try openHuggingFace(path)
    case .adapter:
      throw InputError(
        path, "is an adapter, not a whole model",
        remedy: "give a whole model here; an adapter goes with --candidate or --adapter")
    case .series:
      throw InputError(path, "is a folder of several checkpoints", remedy: "give one of its checkpoint-* folders")
    }
  }

  private static func openGGUF(_ path: String) throws -> Checkpoint {
    let gguf = try GGUFFile(URL(fileURLWithPath: path))
    let (configuration, layout) = try gguf.configuration()
    let tensors = try gguf.canonicalTensors(configuration, layout)
    try DecoderLayout(spec: configuration.decoder).check(tensors)
    return Checkpoint(
      path: path, format: .gguf, configuration: configuration, tensors: tensors, tokenizer: .gguf(gguf.metadata),
      weightFiles: gguf.files, notes: configuration.notes)
  }
}
