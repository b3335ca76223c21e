import Diagnostics
import Foundation
import Reading

/// The tokenizer files of a Hugging Face folder: those of the folder that the base came from, or made from a GGUF file's metadata.
package struct TokenizerExport: Sendable {
  /// Beside the vocabulary and tokenizer_config.json; whatever of these the base has goes along.
  private static let companions = [
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json", "vocab.json",
    "merges.txt", "generation_config.json", "tokenizer.model", "tekken.json",
  ]

  /// By name, in the order in which they are written.
  let files: [(name: String, data: Data)]
  /// `tokenizer.ggml.padding_token_id`; nil where the files are copied.
  let padTokenID: Int?

  /// Reads everything that `write` will need, so that a long training run does not find out at its end.
  ///
  /// - Parameter contextLength: positions the model was made for.
  /// - Throws: `InputError` for files that cannot be read, and for a GGUF vocabulary that tokenizer.json cannot hold.
  package init(_ tokenizer: TokenizerFiles, contextLength: Int) throws {
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
      let beside = Self.companions.filter { !names.contains($0) }.map(folder.appendingPathComponent)
      files = try (own + beside.filter(HuggingFaceWeights.exists)).map { url in
        let name = url.lastPathComponent
        let file = try MappedFile(url)
        return (name, withExtendedLifetime(file) { Data(file.bytes) })
      }
    }
  }

  /// Writes the files into a folder that is there. Throws `InputError` where that fails.
  package func write(into folder: URL) throws {
    for file in files { try StagedFolder.write(file.data, as: file.name, in: folder) }
  }
}
