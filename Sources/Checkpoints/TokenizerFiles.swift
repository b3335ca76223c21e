import Diagnostics
import Foundation
import Reading

/// Where a checkpoint's vocabulary is.
package enum TokenizerFiles: Sendable {
  /// In the GGUF file's own metadata; of one in parts, the first's.
  case gguf(GGUFMetadata)
  /// In tokenizer.json, with tokenizer_config.json beside it where there is one.
  case json(tokenizer: URL, configuration: URL?)
  /// In SentencePiece's tokenizer.model, with tokenizer_config.json and added_tokens.json beside it where there are.
  case sentencePiece(model: URL, configuration: URL?, added: URL?)
  /// In Mistral's tekken.json, with tokenizer_config.json beside it where there is one.
  case tekken(vocabulary: URL, configuration: URL?)

  /// What is in a model's folder, the first of tokenizer.json, tekken.json and tokenizer.model.
  ///
  /// - Throws: `InputError` where there is none of them.
  package init(folder: URL) throws {
    func file(_ name: String) -> URL? {
      let url = folder.appendingPathComponent(name)
      return HuggingFaceWeights.exists(url) ? url : nil
    }
    let configuration = file("tokenizer_config.json")
    if let tokenizer = file("tokenizer.json") {
      self = .json(tokenizer: tokenizer, configuration: configuration)
    } else if let vocabulary = file("tekken.json") {
      self = .tekken(vocabulary: vocabulary, configuration: configuration)
    } else if let model = file("tokenizer.model") {
      self = .sentencePiece(model: model, configuration: configuration, added: file("added_tokens.json"))
    } else {
      throw InputError(
        folder.path, "has no tokenizer.json, tekken.json or tokenizer.model",
        remedy: "save the base model's tokenizer into the folder")
    }
  }

  /// Whether a folder has a vocabulary, be it whole or not.
  package static func areIn(_ folder: URL) -> Bool {
    vocabularyNames.contains { HuggingFaceWeights.exists(folder.appendingPathComponent($0)) }
  }

  private static let vocabularyNames = ["tokenizer.json", "tekken.json", "tokenizer.model"]

  /// The files that it is read from, the vocabulary first; none where it is in the GGUF file.
  package var urls: [URL] {
    switch self {
    case .gguf: []
    case .json(let tokenizer, let configuration): [tokenizer, configuration].compactMap { $0 }
    case .sentencePiece(let model, let configuration, let added): [model, configuration, added].compactMap { $0 }
    case .tekken(let vocabulary, let configuration): [vocabulary, configuration].compactMap { $0 }
    }
  }
}
