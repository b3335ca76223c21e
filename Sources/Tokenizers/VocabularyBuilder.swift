import Diagnostics

/// Checks a vocabulary as a file spells it, and resolves the spellings to bytes and ids.
struct VocabularyBuilder {
  /// Ids above the number of tokens by more than this are a damaged file, not a vocabulary with holes.
  private static let mostHoles = 65_536
  /// In bytes as the file spells it: known vocabularies stay below 600.
  private static let longestToken = 4_096

  private let file: String
  private let field: String
  /// By id, as spelled in the file.
  private var spellings: TokenTable
  private var isPresent: [Bool]

  /// - Parameters:
  ///   - tokens: spelling (UTF-8) and id of every token, in any order.
  ///   - field: the vocabulary's place in the file, for messages.
  /// - Throws: `InputError` where ids are negative, repeat or leave large holes, or a spelling repeats.
  init(_ tokens: [(spelling: [UInt8], id: Int)], file: String, field: String) throws {
    self.file = file
    self.field = field
    guard !tokens.isEmpty else {
      throw InputError(file, field: field, "the vocabulary is empty", remedy: "use a complete tokenizer file")
    }
    let limit = min(tokens.count + Self.mostHoles, Int(Int32.max))
    var entryOfID: [Int] = []
    entryOfID.reserveCapacity(tokens.count)
    for (entry, token) in tokens.enumerated() {
      guard token.id >= 0, token.id < limit else {
        throw InputError(
          file, field: field, "token id \(token.id) is out of range for \(tokens.count) tokens",
          remedy: "ids run from 0 without large holes")
      }
      guard token.spelling.count <= Self.longestToken else {
        throw InputError(
          file, field: field, "the token \(token.id) has \(token.spelling.count) bytes, more than \(Self.longestToken)",
          remedy: "use the tokenizer file of the base model")
      }
      while entryOfID.count <= token.id { entryOfID.append(-1) }
      guard entryOfID[token.id] < 0 else {
        throw InputError(
          file, field: field, "two tokens have the id \(token.id)", remedy: "every id belongs to one token")
      }
      entryOfID[token.id] = entry
    }
    spellings = TokenTable(minimumCapacity: entryOfID.count)
    isPresent = entryOfID.map { $0 >= 0 }
    for (id, entry) in entryOfID.enumerated() {
      if entry < 0 {
        spellings.append([], findable: false)
      } else if let twin = spellings.append(tokens[entry].spelling, findable: true) {
        throw InputError(
          file, field: field, "the tokens \(twin) and \(id) are spelled the same",
          remedy: "every token is spelled differently")
      }
    }
  }

  var count: Int { spellings.count }

  func id(of spelling: some Collection<UInt8>) -> Int32? { spellings.find(spelling).map { Int32($0) } }

  /// The bytes of each token by id, and the token of each single byte (-1 for none).
  func resolved() -> (tokens: TokenTable, byteTokens: [Int32]) {
    var tokens = TokenTable(minimumCapacity: spellings.count)
    var byteTokens = [Int32](repeating: -1, count: 256)
    for id in 0..<spellings.count {
      if isPresent[id], let bytes = ByteAlphabet.bytes(of: spellings[id]), !bytes.isEmpty {
        tokens.append(bytes, findable: true)
        if bytes.count == 1 { byteTokens[Int(bytes[0])] = Int32(id) }
      } else {
        tokens.append(spellings[id], findable: false)
      }
    }
    return (tokens, byteTokens)
  }

  /// Resolves merges, each a pair of spellings.
  ///
  /// - Throws: `InputError` where a part, or the token that it makes, is not in the vocabulary.
  func merges(_ pairs: [(left: ArraySlice<UInt8>, right: ArraySlice<UInt8>)], field: String) throws -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(pairs.count)
    for (rank, pair) in pairs.enumerated() {
      func known(_ spelling: some Collection<UInt8>) throws -> Int32 {
        if let id = id(of: spelling) { return id }
        throw InputError(
          file, field: "\(field)[\(rank)]", "'\(String(decoding: spelling, as: UTF8.self))' is not in the vocabulary",
          remedy: "the vocabulary and the merges must come from the same tokenizer")
      }
      let merge = try Merge(left: known(pair.left), right: known(pair.right), result: known(pair.left + pair.right))
      merges.append(merge)
    }
    return merges
  }

  /// The two parts of a merge written as one string, `"a b"`.
  func parts(_ merge: ArraySlice<UInt8>, field: String) throws -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
    let parts = merge.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
      throw InputError(
        file, field: field, "a merge must be two tokens with one space between them",
        remedy: "export the tokenizer again")
    }
    return (parts[0], parts[1])
  }
}
