import Reading

/// A model as its configuration describes it, the same whether that came from config.json or from GGUF metadata.
///
/// A value of this type has been checked: sizes are positive and bounded, heads divide evenly, constants are finite and positive.
@dynamicMemberLookup
package struct ModelConfiguration: Sendable, Equatable {
  /// `model_type`, the family, e.g. "llama".
  package var modelType: String
  package var decoder: DecoderSpec
  package var bosTokenID: Int32?
  package var eosTokenIDs: [Int32]
  /// Other tokens at which generation_config.json says that an answer ends.
  package var generationEndIDs: [Int32] = []
  /// Whether it is the text part of a model for text and pictures, whose modules peft finds below `language_model`.
  package var isPartOfMultimodal = false
  /// How the folder's weights are quantised; what is computed with them does not depend on it.
  var quantisation: Quantisation?
  /// config.json, as it was read or as the GGUF metadata say it.
  package var document: JSONObject

  package init(
    modelType: String, decoder: DecoderSpec, bosTokenID: Int32?, eosTokenIDs: [Int32], document: JSONObject
  ) {
    self.modelType = modelType
    self.decoder = decoder
    self.bosTokenID = bosTokenID
    self.eosTokenIDs = eosTokenIDs
    self.document = document
  }

  package subscript<Value>(dynamicMember member: KeyPath<DecoderSpec, Value> & Sendable) -> Value {
    decoder[keyPath: member]
  }

  /// All tokens at which an answer ends, as far as the model's files say.
  package var endTokenIDs: [Int32] { eosTokenIDs + generationEndIDs }

  /// What whoever asks the model should know of how it is read.
  var notes: [String] {
    guard case .longRope? = decoder.rotaries.first?.scaling,
      case .integer(let context)? = document["max_position_embeddings"], context > decoder.contextLength
    else { return [] }
    // Beyond it all of a text's frequencies are others: the same beginning would not have the same scores.
    return ["its LongRoPE frequencies change beyond \(decoder.contextLength) tokens: longer prompts are not asked"]
  }

  /// Equal are models that compute the same: how it is written does not matter.
  package static func == (first: ModelConfiguration, second: ModelConfiguration) -> Bool {
    first.modelType == second.modelType && first.decoder == second.decoder && first.bosTokenID == second.bosTokenID
      && first.eosTokenIDs == second.eosTokenIDs && first.generationEndIDs == second.generationEndIDs
  }
}
