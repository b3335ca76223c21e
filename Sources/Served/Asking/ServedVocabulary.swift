import Checkpoints
import Diagnostics
import Foundation
import Reading
import Scoring
import Suites
import Tokenizers

/// The tokenizer of a model that a server holds: from files here, whose ids are compared with the server's, or the server's own.
package struct ServedVocabulary: Sendable {
  private enum Source: Sendable {
    case files(TokenizerFiles, Tokenizer)
    case server(ServerTokenizer)
  }

  /// A .gguf file, or a folder with the tokenizer's files; of the server's own where it is.
  package let path: String
  private let source: Source
  /// Tokens that end a text, by the folder's generation_config.json or config.json.
  private let endTokenIDs: [Int32]

  /// - Throws: `InputError` where there is no tokenizer, or it cannot be read.
  package init(path: String) throws {
    self.path = path
    let url = URL(fileURLWithPath: path)
    let files: TokenizerFiles
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
    source = .files(files, try Tokenizer(files))
  }

  init(_ tokenizer: ServerTokenizer, at address: ServerAddress) {
    path = "\(address)/tokenize"
    source = .server(tokenizer)
    endTokenIDs = []
  }

  package var tokenizer: any TextTokenizer {
    switch source {
    case .files(_, let tokenizer): tokenizer
    case .server(let tokenizer): tokenizer
    }
  }

  /// Nil where the server has the only tokenizer.
  package var files: TokenizerFiles? { if case .files(let files, _) = source { files } else { nil } }

  /// Nil where files here are the tokenizer.
  package var ofServer: ServerTokenizer? { if case .server(let tokenizer) = source { tokenizer } else { nil } }

  /// Of files here, which has what a server does not tell.
  package var local: Tokenizer? { if case .files(_, let tokenizer) = source { tokenizer } else { nil } }

  /// What generated tokens are as text; nil where the server has the only tokenizer, and its text has to do.
  package var answers: AnswerVocabulary? { local.map { AnswerVocabulary($0, endTokenIDs: endTokenIDs) } }

  /// The ids of the text that ends an answer, of which the first one's logprob is kept.
  func terminators(of rule: ExactMatchRule?) throws(UnreadText) -> [Int32] {
    guard let rule else { return [] }
    let own = try tokenizer.encodeContinuation(rule.stop)
    return own.isEmpty ? [tokenizer.eosTokenID ?? 0] : own
  }

  /// Whether whole weights stand beside the tokenizer, so that they can be scored here too.
  package var hasWeights: Bool {
    // A part of a model has its vocabulary without the others.
    if case .gguf? = files { return (try? GGUFFile(URL(fileURLWithPath: path))) != nil }
    guard files != nil else { return false }
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
