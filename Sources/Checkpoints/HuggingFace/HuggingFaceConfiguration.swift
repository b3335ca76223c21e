import Diagnostics
import Foundation
import Reading

extension ModelConfiguration {
  /// Reads config.json, in the older spelling and the newer one. Defaults are those of the family's class in transformers.
  ///
  /// - Throws: `InputError` naming a field that is missing, wrong, or asks for something that is not supported.
  package init(configJSON url: URL) throws { try self.init(try JSONFile(url)) }

  /// - Parameter json: a config.json, or what GGUF metadata say as one.
  init(_ json: JSONFile) throws {
    let text = try json.textModel
    let family = try ModelFamily.of(text)
    self.init(
      modelType: family.type, decoder: try family.decoder(text),
      bosTokenID: try Self.tokenIDs(text, "bos_token_id").first,
      eosTokenIDs: try Self.tokenIDs(text, "eos_token_id"), document: text.members)
    isPartOfMultimodal = text.prefix != json.prefix
    quantisation = try Quantisation.read(json) ?? Quantisation.read(text)
  }

  /// Takes in the end tokens of generation_config.json that config.json has not.
  mutating func addEnds(generationConfiguration url: URL) throws {
    let ids = try Self.tokenIDs(try JSONFile(url), "eos_token_id")
    generationEndIDs = ids.filter { !eosTokenIDs.contains($0) }
  }

  private static func tokenIDs(_ json: JSONFile, _ key: String) throws -> [Int32] {
    try (json.integers(key) ?? []).map { id in
      guard let small = Int32(exactly: id) else {
        throw json.error(key, "\(id) is not a token id", remedy: "correct the value")
      }
      return small
    }
  }
}

extension JSONFile {
  /// The configuration of the text model: that of a model for text and pictures has it inside.
  fileprivate var textModel: JSONFile {
    get throws {
      guard try string("model_type") == "gemma3", let text = try object("text_config") else { return self }
      // The class of the whole takes these where it has them, whatever the part says.
      var members = text.members.setting("model_type", to: "gemma3_text")
      for key in ["tie_word_embeddings", "bos_token_id", "eos_token_id"] {
        if let value = self.members[key] { members = members.setting(key, to: value) }
      }
      return JSONFile(path: path, prefix: text.prefix, members: members)
    }
  }
}
