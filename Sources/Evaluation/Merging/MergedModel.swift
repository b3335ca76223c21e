import ChatTemplates
import Checkpoints
import Diagnostics
import Foundation
import Reading
import Tokenizers

/// A base with an adapter merged into it, to be written as one model. Its weights are there one at a time.
package struct MergedModel {
  private let base: Checkpoint
  private let adapter: Adapter
  private let weights: MergedWeights
  /// The adapter folder's own tokenizer, where it has a whole one.
  private let ownTokenizer: TokenizerFiles?
  /// The default chat template of the adapter's folder.
  private let ownTemplate: String?
  /// What whoever writes it should know, a line each.
  package let notes: [String]

  /// - Throws: `InputError` where the adapter is none or does not fit the base, and for files beside it that cannot be read.
  package init(adapter path: String, on base: Checkpoint) throws {
    adapter = try Adapter.open(path, on: base)
    self.base = base
    weights = MergedWeights(adapter.checkpoint, adapter: adapter)
    guard weights.checkpoint.configuration.decoder.layerCount == base.configuration.decoder.layerCount else {
      throw InputError(
        path, field: "layer_replication", "makes another number of layers, which config.json says in several places",
        remedy: "merge it with peft's merge_and_unload()")
    }
    if let bias = weights.homelessBias {
      throw InputError(
        path, field: bias, "is added by lora_bias, and the base's module has no bias to add it to",
        remedy: "ship the adapter as it is")
    }
    let folder = URL(fileURLWithPath: path, isDirectory: true)
    let files = try? TokenizerFiles(folder: folder)
    // The vocabulary with tokenizer_config.json.
    ownTokenizer = files.flatMap { $0.urls.contains { $0.lastPathComponent == "tokenizer_config.json" } ? $0 : nil }
    let templates = try ChatTemplateSet(folder: folder, path: path)
    ownTemplate = templates.hasDefault ? templates.entries.first?.source : nil
    notes =
      try base.noteLines + adapter.noteLines + Self.notes(onStorageOf: base)
      + Self.notes(on: ownTokenizer, beside: path, adapter.checkpoint)
  }

  /// The type that a folder's weights are written in where none is asked for: the base's own, or bf16.
  package var folderType: ElementType {
    ElementType(rawValue: base.storage).flatMap { Self.folderTypes.contains($0) ? $0 : nil } ?? .bf16
  }

  /// The types of a folder's weights.
  private static let folderTypes: [ElementType] = [.f32, .bf16, .f16]

  /// Why it is `folderType`.
  package var folderTypeNote: String {
    folderType.rawValue == base.storage
      ? "written as \(folderType.rawValue), as the base is" : "written as bf16: the base is stored as \(base.storage)"
  }

  /// Writes a Hugging Face folder that transformers loads, whole or not at all.
  ///
  /// - Throws: `InputError` where something is at `path`, a file cannot be written, or f16 cannot hold a weight.
  package func writeFolder(to path: String, type: ElementType) throws {
    let configuration = weights.checkpoint.configuration
    let writer = try ModelWriter(
      configuration: configuration, tokenizer: ownTokenizer ?? adapter.checkpoint.tokenizer, base: base.tokenizer,
      type: type)
    let streamed = weights.places.map { place in
      StreamedWeight(name: place.name, shape: place.shape) {
        try Interruption.check()
        return try weights.values(of: place.name)
      }
    }
    try StagedFolder.write(to: path) { folder in
      try Interruption.watching {
        try files.whileUnchanged { try writer.writeFiles(streamed, into: folder) }
      }
      if ownTokenizer == nil, let ownTemplate {
        try StagedFolder.write(Data(ownTemplate.utf8), as: ChatTemplateSet.mainFile, in: folder)
      }
      // What the adapter was trained on, the merged model was.
      try TrainingRecord.read(fromCheckpoint: adapter.path)?.write(into: folder)
    }
  }

  /// Writes a GGUF file that llama.cpp loads, whole or not at all.
  ///
  /// - Parameters:
  ///   - type: F32, F16, BF16 or Q8_0.
  ///   - like: a GGUF file of the same base, whose metadata are taken; nil for the base itself.
  /// - Throws: `InputError` where something is at `path` or it cannot be written, where neither the base nor `like` is a GGUF file, and for
  ///   one of another model.
  package func writeGGUF(to path: String, type: ElementType, like: String?) throws {
    guard let pattern = like ?? (base.format == .gguf ? base.path : nil) else {
      throw InputError(
        base.path, "is no GGUF file, and a GGUF's tokenizer and other metadata are taken from one",
        remedy: "give a GGUF file of the same base with --like")
    }
    guard try CheckpointKind.of(pattern) == .gguf else {
      throw InputError(pattern, "is not a GGUF file", remedy: "give a GGUF file of the same base with --like")
    }
    let (own, old) = (weights.checkpoint.configuration.decoder, base.configuration.decoder)
    guard own.vocabularySize == old.vocabularySize, own.tiesEmbeddings == old.tiesEmbeddings else {
      throw InputError(
        adapter.path, "changes the vocabulary's size or unties the head, and a GGUF's metadata are the base's",
        remedy: "write a folder, and convert that with llama.cpp")
    }
    let output = try GGUFOutput(weights, like: pattern, type: type, chatTemplate: ownTemplate)
    try Interruption.watching {
      try (files + output.files).whileUnchanged { try output.write(to: path) }
    }
  }

  private var files: [MappedFile] { base.files + [adapter.weightFile] }

  private static func notes(onStorageOf base: Checkpoint) -> [String] {
    if let type = ElementType(rawValue: base.storage), type.isFloat { return [] }
    return [
      "\(base.path): merged into the dequantised \(base.storage) base: an adapter trained on 16-bit weights belongs on those"
    ]
  }

  /// Candidates are asked with the base's tokenizer, unless the adapter changes the vocabulary: another one beside it is worth a word.
  private static func notes(on own: TokenizerFiles?, beside path: String, _ asked: Checkpoint) throws -> [String] {
    guard let own else { return [] }
    let (beside, ofBase) = (try Tokenizer(own), try Tokenizer(asked.tokenizer))
    let rows = asked.configuration.vocabularySize
    guard beside.vocabularySize <= rows else {
      throw InputError(
        path, "its tokenizer has \(beside.vocabularySize) tokens, the model \(rows) rows",
        remedy: "move the tokenizer out of its folder: the base's is written then")
    }
    let shared = min(beside.vocabularySize, ofBase.vocabularySize)
    guard (0..<Int32(shared)).allSatisfy({ beside.bytes(of: $0) == ofBase.bytes(of: $0) }) else {
      return ["\(path): its own tokenizer has other tokens than the base's, which candidates are asked with"]
    }
    return []
  }
}
