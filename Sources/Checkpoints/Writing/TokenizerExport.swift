import Diagnostics
import Foundation
import Reading

/// The tokenizer files of a Hugging Face folder: those of the folder that the base came from, or made from a GGUF file's metadata.
package struct TokenizerExport: Sendable {
  /// Beside tokenizer.json and tokenizer_config.json; whatever of these the base has goes along.
  private static let companions = [
    "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "chat_template.json", "vocab.json",
    "merges.txt", "generation_config.json",
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
    case .json(let tokenizer, let configuration):
      padTokenID = nil
      let folder = tokenizer.deletingLastPathComponent()
      var sources = [("tokenizer.json", tokenizer)]
      if let configuration { sources.append(("tokenizer_config.json", configuration)) }
      sources += Self.companions.map { ($0, folder.appendingPathComponent($0)) }.filter {
        HuggingFaceWeights.exists($0.1)
      }
      files = try sources.map { name, url in
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
