import Diagnostics
import Foundation
import Reading

extension Tokenizer {
  /// A tokenizer from SentencePiece's tokenizer.model, with the ids of SentencePiece.
  ///
  /// Control and unknown pieces are special tokens and are recognised where they are written out in a text, as `transformers` does
  /// with them; user-defined pieces are taken out of a text before anything else. Tokens that were added later come from
  /// added_tokens.json and `added_tokens_decoder`.
  ///
  /// - Parameters:
  ///   - configuration: the tokenizer_config.json beside it. BOS is added unless `add_bos_token` declines it, EOS where `add_eos_token`
  ///     asks for it.
  ///   - added: the added_tokens.json beside it.
  /// - Throws: `InputError` for what is no such model, and for models that are neither byte-pair nor Unigram.
  package init(sentencePiece file: URL, configuration: URL?, added: URL?) throws {
    let bytes = try MappedFile(file)
    guard withExtendedLifetime(bytes, { !bytes.bytes.starts(with: Self.firstRank) }) else {
      throw InputError(
        file.path, "holds tiktoken's ranks, as Llama 3's does, and no SentencePiece model",
        remedy: "save the model's fast tokenizer as tokenizer.json")
    }
    let model = try SentencePieceModel(file: file.path)
    var definition = try TokenizerDefinition(model, file: file.path)
    var taken = Set(definition.addedTokens.map(\.content))
    for token in try Self.addedTokens(configuration: configuration, added: added)
    where taken.insert(token.content).inserted {
      try definition.append(token, file: (configuration ?? added ?? file).path)
    }
    try definition.check(file: file.path, added: "pieces", merges: "pieces")
    definition.bosTokenID = model.beginID.map { Int32($0) }
    definition.eosTokenID = model.endID.map { Int32($0) }
    let settings = try configuration.map { try JSONFile($0) }
    if let settings {
      func find(_ text: [UInt8]) -> Int32? { definition.tokens.find(text).map { Int32($0) } }
      definition.bosTokenID = try definition.token("bos_token", settings, find) ?? definition.bosTokenID
      definition.eosTokenID = try definition.token("eos_token", settings, find) ?? definition.eosTokenID
    }
    if try settings?.bool("add_bos_token") ?? true { definition.prefix = definition.bosTokenID.map { [$0] } ?? [] }
    if try settings?.bool("add_eos_token") ?? false { definition.suffix = definition.eosTokenID.map { [$0] } ?? [] }
    self.init(definition: definition)
  }

  /// The first line of a list of ranks: a byte in base64, and its rank.
  private static let firstRank = Array("IQ== 0\n".utf8)

  private static func addedTokens(configuration: URL?, added: URL?) throws -> [AddedToken] {
    var tokens: [AddedToken] = []
    func id(_ text: String, _ file: JSONFile, _ key: String) throws -> Int32 {
      guard let id = Int32(text), id >= 0 else {
        throw file.error(key, "'\(text)' is not a token id", remedy: "save the tokenizer again")
      }
      return id
    }
    if let decoder = try configuration.flatMap({ try JSONFile($0).object("added_tokens_decoder") }) {
      for key in decoder.members.keys {
        let token = try decoder.required(key, try decoder.object(key))
        let content = try token.required("content", try token.string("content"))
        tokens.append(
          AddedToken(
            id: try id(key, decoder, key), content: Array(content.utf8), isSpecial: try token.bool("special") ?? false,
            isSingleWord: try token.bool("single_word") ?? false, stripsLeft: try token.bool("lstrip") ?? false,
            stripsRight: try token.bool("rstrip") ?? false))
      }
    }
    if let added {
      let file = try JSONFile(added)
      for key in file.members.keys {
        let number = try file.required(key, try file.integer(key))
        tokens.append(AddedToken(id: try id(String(number), file, key), content: Array(key.utf8), isSpecial: false))
      }
    }
    return tokens.filter { !$0.content.isEmpty }.sorted { $0.id < $1.id }
  }
}

extension TokenizerDefinition {
  /// What a model's own pieces make.
  fileprivate init(_ model: SentencePieceModel, file: String) throws {
    var table = TokenTable(minimumCapacity: model.pieces.count)
    for piece in model.pieces {
      if table.append(piece.text.utf8, findable: !piece.text.isEmpty) != nil {
        table.append(piece.text.utf8, findable: false)
      }
    }
    guard !model.spacesAreSuffixes, model.escapesSpaces else {
      throw InputError(
        file, field: "trainer_spec", "spaces behind words, or as they are, are not supported",
        remedy: "save the model's fast tokenizer as tokenizer.json")
    }
    self.init(
      tokens: table, model: try Self.model(model, table, file: file),
      normalizer: try Self.normalizer(model, file: file), preTokenizer: PreTokenizer([], name: ""),
      decoder: .sentencePiece(dropsPrefix: model.addsDummyPrefix))
    addedTokens = model.pieces.enumerated().compactMap { id, piece in
      guard [.control, .unknown, .userDefined].contains(piece.type), !piece.text.isEmpty else { return nil }
      // A user-defined piece is looked for in a text whose spaces have been replaced.
      return AddedToken(
        id: Int32(id), content: Array(piece.text.utf8), isSpecial: piece.type != .userDefined,
        isNormalized: piece.type == .userDefined, isSpelled: piece.type == .userDefined)
    }
  }

  private static func model(_ model: SentencePieceModel, _ table: TokenTable, file: String) throws -> TokenModel {
    let unknown = UnknownToken(id: Int32(model.unknownID), fuses: true)
    switch model.kind {
    case .bpe:
      var pairs = ScoredPairModel(scores: model.pieces.map(\.score), bytes: ByteTokens(table))
      pairs.unused = Set(model.pieces.indices.filter { model.pieces[$0].type == .unused }.map { Int32($0) })
      pairs.unknown = unknown
      pairs.fallsBack = model.fallsBackToBytes
      return .scoredPairs(pairs)
    case .unigram:
      let pieces = model.pieces.map { piece -> (text: [UInt8], score: Double) in
        // No text becomes any of the others.
        let isText = piece.type == .normal || piece.type == .userDefined
        return (isText ? Array(piece.text.utf8) : [], Double(piece.score))
      }
      do throws(UnigramFault) {
        return .unigram(
          try UnigramModel(
            pieces: pieces, unknown: model.unknownID, bytes: model.fallsBackToBytes ? ByteTokens(table) : nil,
            rules: .sentencePiece))
      } catch {
        throw InputError(file, field: "pieces", error.problem, remedy: "get the file again")
      }
    case .word, .character:
      throw InputError(
        file, field: "trainer_spec.model_type", "models of words or characters are not supported",
        remedy: "use a model with a byte-pair or Unigram vocabulary")
    }
  }

  private static func normalizer(_ model: SentencePieceModel, file: String) throws -> TextNormalizer {
    var steps: [TextNormalizer.Step] = []
    if !model.characterMap.isEmpty {
      do throws(PrecompiledCharacterMap.Fault) {
        steps.append(.mapped(try PrecompiledCharacterMap(model.characterMap, rules: .sentencePiece)))
      } catch {
        throw InputError(
          file, field: "normalizer_spec.precompiled_charsmap", error.problem, remedy: "get the file again")
      }
    }
    if model.removesExtraSpaces { steps.append(.collapseSpaces) }
    steps += TextNormalizer.sentencePiece(addsPrefix: model.addsDummyPrefix).steps
    // A mark that was written out at the end goes too.
    if model.removesExtraSpaces { steps.append(.dropTrailing(TextNormalizer.sentencePieceSpace)) }
    return TextNormalizer(steps)
  }

  /// Adds a token behind the vocabulary, or names one of it.
  fileprivate mutating func append(_ token: AddedToken, file: String) throws {
    let known = Int(token.id) < tokens.count
    guard known ? tokens[Int(token.id)].elementsEqual(token.content) : Int(token.id) == tokens.count else {
      throw InputError(
        file, field: "added_tokens_decoder", "the token \(token.id) is not one of \(tokens.count), nor the next",
        remedy: "save the tokenizer again, its files together")
    }
    if !known { tokens.append(token.content, findable: false) }
    addedTokens.append(token)
  }
}
