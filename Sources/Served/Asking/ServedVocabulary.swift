import Checkpoints
import Diagnostics
import Foundation
import Reading
import Scoring
import Tokenizers

/// The tokenizer of a model that a server holds, from files here: ids are made here and compared with the server's.
package struct ServedVocabulary: Sendable {
  /// A .gguf file, or a folder with the tokenizer's files.
  package let path: String
  package let files: TokenizerFiles
  package let tokenizer: Tokenizer
  /// Tokens that end a text, by the folder's generation_config.json or config.json.
  private let endTokenIDs: [Int32]

  /// - Throws: `InputError` where there is no tokenizer, or it cannot be read.
  package init(path: String) throws {
    self.path = path
    let url = URL(fileURLWithPath: path)
    switch FileKind.of(path) {
    case .folder?:
      files = try TokenizerFiles(folder: url)
      endTokenIDs = try Self.endTokens(url)
    case .regular? where path.hasSuffix(".gguf"):
      files = .gguf(try GGUFFile.metadata(url))
      endTokenIDs = []
    default:
      throw InputError(
        path, FileManager.default.fileExists(atPath: path) ? "holds no tokenizer" : "no such file or folder",
        remedy: "give the model's folder with tokenizer.json, or a .gguf file of it, as tokenizer")
    }
    tokenizer = try Tokenizer(files)
  }

  package var answers: AnswerVocabulary { AnswerVocabulary(tokenizer, endTokenIDs: endTokenIDs) }

  /// Whether whole weights stand beside the tokenizer, so that they can be scored here too.
  package var hasWeights: Bool {
    // A part of a model has its vocabulary without the others.
    if case .gguf = files { return (try? GGUFFile(URL(fileURLWithPath: path))) != nil }
    let names = (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    return names.contains { $0.hasSuffix(".safetensors") } && names.contains("config.json")
      && !names.contains("adapter_config.json")
  }

  private static func endTokens(_ folder: URL) throws -> [Int32] {
    try ["generation_config.json", "config.json"].flatMap { name -> [Int32] in
      let url = folder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: url.path) else { return [] }
      switch try JSONFile(url).value("eos_token_id") {
      case .integer(let id)?: return [Int32(clamping: id)]
      case .array(let ids)?: return ids.compactMap(\.id)
      default: return []
      }
    }
  }
}
