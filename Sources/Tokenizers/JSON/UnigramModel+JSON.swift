import Diagnostics
import Reading

extension UnigramModel {
  /// The pieces of a `model`, `["▁the", -3.2]` each.
  fileprivate static func pieces(_ model: JSONFile) throws -> [(text: String, score: Double)] {
    try model.required("vocab", try model.array("vocab")).enumerated().map { id, element in
      guard case .array(let pair) = element, pair.count == 2, case .string(let text) = pair[0] else {
        throw model.error("vocab[\(id)]", "is not a piece and its score", remedy: "export the tokenizer again")
      }
      switch pair[1] {
      case .integer(let score): return (text, Double(score))
      case .number(let score): return (text, score)
      default: throw model.error("vocab[\(id)]", "has no score", remedy: "export the tokenizer again")
      }
    }
  }

  static func vocabulary(_ model: JSONFile) throws -> VocabularyBuilder {
    try VocabularyBuilder(
      pieces(model).enumerated().map { ($0.element.text, $0.offset) }, allowsTwins: true, file: model.path,
      field: model.place("vocab"))
  }

  /// - Parameter bytes: the vocabulary's tokens of single bytes.
  fileprivate init(json model: JSONFile, bytes: ByteTokens) throws {
    let pieces = try Self.pieces(model)
    let unknown = try model.required("unk_id", try model.integer("unk_id"))
    let fallsBack = try model.bool("byte_fallback") ?? false
    do throws(UnigramFault) {
      try self.init(
        pieces: pieces.map { (Array($0.text.utf8), $0.score) }, unknown: unknown, bytes: fallsBack ? bytes : nil)
    } catch {
      let place = error.piece.map { "vocab[\($0)]" } ?? "vocab"
      throw model.error(place, error.problem, remedy: "export the tokenizer again")
    }
  }
}

extension Tokenizer {
  static func unigram(
    _ root: JSONFile, _ model: JSONFile, _ vocabulary: VocabularyBuilder
  ) throws -> TokenizerDefinition {
    return TokenizerDefinition(
      tokens: vocabulary.spelled, model: .unigram(try UnigramModel(json: model, bytes: ByteTokens(vocabulary.spelled))),
      normalizer: try TextNormalizer(json: root.object("normalizer")),
      preTokenizer: try PreTokenizer(json: root.object("pre_tokenizer")),
      decoder: try TokenDecoder(json: root.required("decoder", try root.object("decoder"))))
  }
}
