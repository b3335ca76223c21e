import Diagnostics
import Foundation
import Patterns
import Reading

extension Tokenizer {
  /// A tokenizer from Mistral's tekken.json: byte-level, the special tokens first and recognised where they are written out in a text.
  ///
  /// - Parameter configuration: the tokenizer_config.json beside it; BOS is added unless its `add_bos_token` declines it.
  package init(tekken file: URL, configuration: URL?) throws {
    let tekken = try TekkenFile(file)
    var tokens = TokenTable(minimumCapacity: tekken.specials.count + tekken.tokens.count)
    for special in tekken.specials { tokens.append(special.utf8, findable: false) }
    var bytes = [Int32](repeating: -1, count: 256)
    for rank in 0..<tekken.tokens.count {
      let token = tekken.tokens[rank]
      if token.count == 1, let byte = token.first { bytes[Int(byte)] = Int32(tokens.count) }
      tokens.append(token, findable: true)
    }
    let merges = RankedTokens(tekken.tokens).merges(firstID: tekken.specials.count)
    var model = BytePairModel(merges: merges, symbols: .bytes(bytes))
    model.ignoresMerges = true
    let split: TextSplit
    do throws(PatternFault) {
      split = TextSplit(try TextMatcher(expression: tekken.pattern))
    } catch {
      throw InputError(
        file.path, field: "config.pattern", "the expression cannot be followed: \(error.problem)",
        remedy: "use the base model's file")
    }
    var definition = TokenizerDefinition(
      tokens: tokens, model: .bytePairs(model), preTokenizer: PreTokenizer([.split(split)], name: "tekken"))
    definition.addedTokens = tekken.specials.enumerated().map { id, special in
      AddedToken(id: Int32(id), content: Array(special.utf8), isSpecial: true)
    }
    func id(_ name: String) -> Int32? { tekken.specials.firstIndex(of: name).map { Int32($0) } }
    (definition.bosTokenID, definition.eosTokenID) = (id("<s>"), id("</s>"))
    let settings = try configuration.map { try JSONFile($0) }
    if try settings?.bool("add_bos_token") ?? true { definition.prefix = definition.bosTokenID.map { [$0] } ?? [] }
    self.init(definition: definition)
  }
}
