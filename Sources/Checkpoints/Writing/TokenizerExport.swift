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
  /// Named chat templates besides the default, a file each.
  package static let moreTemplates = "additional_chat_templates"

  /// By name, which may lie in a folder, in the order in which they are written.
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
      files =
        [
          ("tokenizer.json", Data(vocabulary.tokenizerJSON())),
          (
            "tokenizer_config.json", Data(JSONText.document(try vocabulary.configuration(contextLength: contextLength)))
          ),
        ] + (try Self.namedTemplates(metadata))
    case .json, .sentencePiece, .tekken:
      padTokenID = nil
      let own = tokenizer.urls
      let folder = own[0].deletingLastPathComponent()
      let names = Set(own.map(\.lastPathComponent))
      let beside = Self.companions.filter { !names.contains($0) }.map(folder.appendingPathComponent).filter(
        HuggingFaceWeights.exists)
      let settings = base?.urls.first?.deletingLastPathComponent().appendingPathComponent(Self.generationFile)
      let hasOwn = beside.contains { $0.lastPathComponent == Self.generationFile }
      let templates = folder.appendingPathComponent(Self.moreTemplates)
      let named = ((try? FileManager.default.contentsOfDirectory(atPath: templates.path)) ?? []).sorted()
        .filter { $0.hasSuffix(".jinja") }.map { ("\(Self.moreTemplates)/\($0)", templates.appendingPathComponent($0)) }
      let others = own + beside + [settings].compactMap { hasOwn ? nil : $0 }.filter(HuggingFaceWeights.exists)
      files = try (others.map { ($0.lastPathComponent, $0) } + named).map { name, url in
        let file = try MappedFile(url)
        return (name, withExtendedLifetime(file) { Data(file.bytes) })
      }
    }
  }

  /// The chat templates of a GGUF file besides its default, as files; with them the default is one too, without which transformers would have none.
  private static func namedTemplates(_ metadata: GGUFMetadata) throws -> [(name: String, data: Data)] {
    let templates = try metadata.chatTemplates()
    guard templates.contains(where: { $0.name != "default" }) else { return [] }
    return try templates.map { template in
      guard template.name != "default" else { return ("chat_template.jinja", Data(template.source.utf8)) }
      guard isPlainName(template.name, most: 100) else {
        throw InputError(
          metadata.path, field: "tokenizer.chat_templates", "'\(template.name)' is no name for a file",
          remedy: "convert the model again")
      }
      return ("\(moreTemplates)/\(template.name).jinja", Data(template.source.utf8))
    }
  }

  /// Writes the files into a folder that is there. Throws `InputError` where that fails.
  package func write(into folder: URL) throws {
    for file in files {
      if file.name.contains("/") { try StagedFolder.makeFolder(Self.moreTemplates, in: folder) }
      try StagedFolder.write(file.data, as: file.name, in: folder)
    }
  }
}
