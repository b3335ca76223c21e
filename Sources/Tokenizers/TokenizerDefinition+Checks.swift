import Diagnostics

extension TokenizerDefinition {
  /// More added tokens, and longer ones, than any model has: known ones come to some 7,000, and to some 300 bytes.
  private static let mostAddedTokens = 65_536
  private static let longestAddedToken = 1_024
  private static let mostAddedBytes = 2 << 20

  /// Refuses a vocabulary that text would not be encoded with as in training.
  ///
  /// - Parameters:
  ///   - added: the place of the added tokens in the file, for messages.
  ///   - merges: that of the merges.
  func check(file: String, added: String, merges: String) throws {
    try checkAddedTokens(file: file, field: added)
    try checkMerges(file: file, field: merges)
  }

  private func checkAddedTokens(file: String, field: String) throws {
    func refuse(_ problem: ShownText) -> InputError {
      InputError(file, field: field, problem, remedy: "use the tokenizer file of the base model")
    }
    guard addedTokens.count <= Self.mostAddedTokens else {
      throw refuse("there are \(addedTokens.count) added tokens, more than \(Self.mostAddedTokens)")
    }
    if let long = addedTokens.first(where: { $0.content.count > Self.longestAddedToken }) {
      throw refuse("the token \(long.id) has \(long.content.count) bytes, more than \(Self.longestAddedToken)")
    }
    let bytes = addedTokens.reduce(0) { $0 + $1.content.count }
    guard bytes <= Self.mostAddedBytes else {
      throw refuse("the added tokens have \(bytes) bytes together, more than \(Self.mostAddedBytes)")
    }
  }

  /// Every token of several bytes, or characters, is the result of a merge in a vocabulary that byte-pair encoding was trained with. Without the merges
  /// (a GGUF file that was converted without them; llama.cpp refuses it too) text falls into single bytes and nothing says so.
  private func checkMerges(file: String, field: String) throws {
    guard case .bytePairs(let model) = model else { return }
    let merges = model.merges
    var counts = [Bool](repeating: true, count: tokens.count)
    for token in addedTokens { counts[Int(token.id)] = false }
    func isLong(_ token: ArraySlice<UInt8>) -> Bool {
      guard token.count > 1, case .characters = model.symbols else { return token.count > 1 }
      return UTF8.length(leading: token[token.startIndex]) < token.count && TokenDecoder.byte(token) == nil
    }
    let long = counts.indices.count { counts[$0] && isLong(tokens[$0]) }
    var made = 0
    for merge in merges where counts[Int(merge.result)] {
      made += 1
      counts[Int(merge.result)] = false
    }
    guard made * 2 < long else { return }
    let problem: ShownText =
      merges.isEmpty
      ? "there are none, and without them text would be read byte by byte"
      : "they make only \(made) of the vocabulary's \(long) longer tokens, so that text would fall into smaller pieces"
    throw InputError(
      file, field: field, problem,
      remedy: "convert or export the model again together with its tokenizer's merges")
  }
}
