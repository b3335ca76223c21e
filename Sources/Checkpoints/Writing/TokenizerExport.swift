import Diagnostics
import Foundation
import Reading

/// The tokenizer files of a Hugging Face folder: those of the folder that a model or its adapter came from, or made from a GGUF file's metadata.
package struct TokenizerExport: Sendable {
  /// Beside the vocabulary and tokenizer_config.json; whatever of these the base has goes along.
  private static let companions = [
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json", "vocab.json",
    "merges.txt", generationFile, "tokenizer.model", "tekken.json",
  ]
  static let generationFile = "generation_config.json"

  /// By name, in the order in which they are written.
  let files: [(name: String, data: Data)]
  /// `tokenizer.ggml.padding_token_id`; nil where the files are copied.
  let padTokenID: Int?

  /// Reads everything that `write` will need, so that a long training run does not find out at its end.
  ///
  /// - Parameters:
  ///   - base: the base's, whose generation settings go along where an adapter's own tokenizer has none beside it.
  ///   - contextLength: positions the model was made for.
  /// - Throws: `InputError` for files that cannot be read, and for a GGUF vocabulary that tokenizer.json cannot hold.
  package init(_ tokenizer: TokenizerFiles, base: TokenizerFiles? = nil, contextLength: Int) throws {
    switch tokenizer {
    case .gguf(let metadata):
      let vocabulary = try GGUFVocabulary(metadata)
      padTokenID = vocabulary.padTokenID
      files = [
        ("tokenizer.json", Data(vocabulary.tokenizerJSON())),
        ("tokenizer_config.json", Data(JSONText.document(try vocabulary.configuration(contextLength: contextLength)))),
      ]
    case .json, .sentencePiece, .tekken:
      padTokenID = nil
      let own = tokenizer.urls
      let folder = own[0].deletingLastPathComponent()
      let names = Set(own.map(\.lastPathComponent))
      let beside = Self.companions.filter { !names.contains($0) }.map(folder.appendingPathComponent).filter(
        HuggingFaceWeights.exists)
      let settings = base?.urls.first?.deletingLastPathComponent().appendingPathComponent(Self.generationFile)
      let hasOwn = beside.contains { $0.lastPathComponent == Self.generationFile }
      files = try (own + beside + [settings].compactMap { hasOwn ? nil : $0 }.filter(HuggingFaceWeights.exists)).map {
        let file = try MappedFile($0)
        return ($0.lastPathComponent, withExtendedLifetime(file) { Data(file.bytes) })
      }
    }
  }

  /// Writes the files into a folder that is there. Throws `InputError` where that fails.
  package func write(into folder: URL) throws {
    for file in files { try StagedFolder.write(file.data, as: file.name, in: folder) }
  }
}
