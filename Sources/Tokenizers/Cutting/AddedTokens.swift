/// A token that is looked for in the text itself before the model sees it: special tokens, and words added after
/// training.
package struct AddedToken: Sendable, Equatable {
  package let id: Int32
  /// UTF-8 of the token's text.
  package let content: [UInt8]
  /// A control token: left out of decoded text on request, and never part of an answer.
  package let isSpecial: Bool
  /// Only where no word character is next to it.
  package let isSingleWord: Bool
  /// Swallow the white space before it, after it.
  package let stripsLeft: Bool
  package let stripsRight: Bool
  /// Look for it in the normalized text rather than in the text as given.
  package let isNormalized: Bool
  /// Its content is spelled as normalized text is, and looked for as it stands.
  package let isSpelled: Bool

  package init(
    id: Int32, content: [UInt8], isSpecial: Bool, isSingleWord: Bool = false, stripsLeft: Bool = false,
    stripsRight: Bool = false, isNormalized: Bool = false, isSpelled: Bool = false
  ) {
    self.id = id
    self.content = content
    self.isSpecial = isSpecial
    self.isSingleWord = isSingleWord
    self.stripsLeft = stripsLeft
    self.stripsRight = stripsRight
    self.isNormalized = isNormalized
    self.isSpelled = isSpelled
  }
}

/// Finds added tokens in a text: at each place the longest one, from left to right.
struct AddedTokenMatcher: Sendable {
  /// A stretch of text, and the id of the added token that it is; nil where it goes on to the model.
  struct Part {
    let id: Int32?
    let range: Range<Int>
  }

  private let tokens: [AddedToken]
  private let lengths: [Int]
  /// The bytes that some token begins with.
  private var begins = [Bool](repeating: false, count: 256)
  /// A trie: `node << 8 | byte` to the node below. Node 0 is the root.
  private var edges: [Int: Int] = [:]
  /// The token that ends at each node.
  private var tokenAtNode: [Int?] = [nil]

  /// - Parameter tokens: each with the text to look for, which differs from its content where the text is normalized.
  init(_ tokens: [(token: AddedToken, text: [UInt8])]) {
    let tokens = tokens.filter { !$0.text.isEmpty }
    self.tokens = tokens.map(\.token)
    lengths = tokens.map(\.text.count)
    for (number, entry) in tokens.enumerated() {
      begins[Int(entry.text[0])] = true
      var node = 0
      for byte in entry.text {
        let edge = node << 8 | Int(byte)
        if let below = edges[edge] {
          node = below
        } else {
          node = tokenAtNode.count
          edges[edge] = node
          tokenAtNode.append(nil)
        }
      }
      if tokenAtNode[node] == nil { tokenAtNode[node] = number }
    }
  }

  /// Cuts a text around the tokens in it.
  ///
  /// The order of the steps is that of `tokenizers`: a token that fails its single-word test still uses up its text,
  /// and stripping may reach over text that a later token claims again.
  func split(_ text: UnsafeBufferPointer<UInt8>) -> [Part] {
    guard !tokens.isEmpty else { return [Part(id: nil, range: 0..<text.count)] }
    var parts: [Part] = []
    var copied = 0
    var place = 0
    while place < text.count {
      guard begins[Int(text[place])], let number = longest(in: text, at: place) else {
        place += 1
        continue
      }
      let token = tokens[number]
      var start = place
      var end = place + lengths[number]
      place = end
      if token.isSingleWord, WordBoundary.isWord(before: start, in: text) || WordBoundary.isWord(at: end, in: text) {
        continue
      }
      if token.stripsLeft { start = max(WordBoundary.startOfSpaces(before: start, in: text), copied) }
      if token.stripsRight { end = WordBoundary.endOfSpaces(from: end, in: text) }
      if copied < start { parts.append(Part(id: nil, range: copied..<start)) }
      parts.append(Part(id: token.id, range: start..<end))
      copied = end
    }
    if copied < text.count { parts.append(Part(id: nil, range: copied..<text.count)) }
    return parts
  }

  private func longest(in text: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    var node = 0
    var found: Int?
    for place in start..<text.count {
      guard let below = edges[node << 8 | Int(text[place])] else { break }
      node = below
      found = tokenAtNode[node] ?? found
    }
    return found
  }
}
