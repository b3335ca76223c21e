import Diagnostics

/// Checks a vocabulary as a file spells it, and resolves the spellings to bytes and ids.
struct VocabularyBuilder {
  /// Ids above the number of tokens by more than this are a damaged file, not a vocabulary with holes.
  private static let mostHoles = 65_536
  /// In bytes as the file spells it: known vocabularies stay below 600.
  static let longestToken = 4_096

  private let file: String
  private let field: String
  /// By id, as spelled in the file.
  private var spellings: TokenTable
  private var isPresent: [Bool]

  /// - Parameters:
  ///   - tokens: spelling and id of every token, in any order.
  ///   - field: the vocabulary's place in the file, for messages.
  /// - Throws: `InputError` where ids are negative, repeat or leave large holes, or a spelling repeats.
  ///   - allowsTwins: whether two tokens may be spelled the same; the second is not found then.
  init(_ tokens: [(spelling: String, id: Int)], allowsTwins: Bool = false, file: String, field: String) throws {
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
      guard token.spelling.utf8.count <= Self.longestToken else {
        throw InputError(
          file, field: field,
          "the token \(token.id) has \(token.spelling.utf8.count) bytes, more than \(Self.longestToken)",
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
      if entry < 0 || tokens[entry].spelling.isEmpty {
        spellings.append([], findable: false)
      } else if let twin = spellings.append(tokens[entry].spelling.utf8, findable: true) {
        if allowsTwins {
          spellings.append(tokens[entry].spelling.utf8, findable: false)
          continue
        }
        throw InputError(
          file, field: field, "the tokens \(twin) and \(id) are spelled the same",
          remedy: "every token is spelled differently")
      }
    }
  }

  var count: Int { spellings.count }

  func id(of spelling: some Collection<UInt8>) -> Int32? { spellings.find(spelling).map { Int32($0) } }

  /// The tokens as the file spells them.
  var spelled: TokenTable { spellings }

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

  /// Resolves merges, given in the order of their ranks.
  ///
  /// - Parameter spelling: of the merge with a rank.
  /// - Throws: `InputError` where a part, or the token that it makes, is not in the vocabulary.
  func merges<Element>(
    _ elements: [Element], field: String, spelling: (_ element: Element, _ rank: Int) throws -> MergeSpelling
  ) throws -> [Merge] {
    var merges: [Merge] = []
    merges.reserveCapacity(elements.count)
    var joined: [UInt8] = []
    for (rank, element) in elements.enumerated() {
      func known(_ spelling: ArraySlice<UInt8>) throws -> Int32 {
        if let id = id(of: spelling) { return id }
        throw InputError(
          file, field: "\(field)[\(rank)]", "'\(String(decoding: spelling, as: UTF8.self))' is not in the vocabulary",
          remedy: "the vocabulary and the merges must come from the same tokenizer")
      }
      let parts = try spelling(element, rank)
      joined.removeAll(keepingCapacity: true)
      joined.append(contentsOf: parts.left)
      let middle = joined.count
      joined.append(contentsOf: parts.right)
      merges.append(
        try Merge(left: known(joined[..<middle]), right: known(joined[middle...]), result: known(joined[...])))
    }
    return merges
  }

  /// The two parts of a merge written as one string, `"a b"`.
  func parts(_ merge: String, field: String, rank: Int) throws -> MergeSpelling {
    let merge = merge.utf8
    let space = merge.firstIndex(of: UInt8(ascii: " ")) ?? merge.endIndex
    let right = merge[space...].dropFirst()
    guard space > merge.startIndex, !right.isEmpty, !right.contains(UInt8(ascii: " ")) else {
      throw InputError(
        file, field: "\(field)[\(rank)]", "a merge must be two tokens with one space between them",
        remedy: "export the tokenizer again")
    }
    return (merge[..<space], right)
  }
}

/// The tokens that a merge joins, as the file spells them.
typealias MergeSpelling = (left: Substring.UTF8View, right: Substring.UTF8View)
