/// What a web page's markup in a text is to its words: tags and entities are none.
enum Markup {
  /// Tags that stand between blocks of text, and so end a line.
  private static let blocks: Set<String> = [
    "p", "br", "div", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "li", "ul", "ol", "dl", "dt", "dd", "table", "thead",
    "tbody",
    "tr", "td", "th", "blockquote", "pre", "section", "article", "html", "body", "head",
  ]
  private static let inline: Set<String> = [
    "b", "i", "u", "em", "strong", "span", "code", "sup", "sub", "small", "mark", "a", "font", "tt", "kbd",
  ]
  /// Entities of what is no letter.
  private static let entities: Set<String> = [
    "nbsp", "amp", "lt", "gt", "quot", "apos", "#39", "#160", "#xa0", "#34", "#38",
  ]
  /// Bytes of the longest tag with its attributes.
  private static let longest = 200

  /// Behind the tag or entity at `start`, which is a '<' or a '&', and whether it ends a line; nil where none is.
  static func end(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> (end: Int, endsLine: Bool)? {
    text[start] == UInt8(ascii: "<") ? tag(text, start) : entity(text, start)
  }

  private static func tag(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> (end: Int, endsLine: Bool)? {
    var index = start + 1
    if index < text.count, text[index] == UInt8(ascii: "/") { index += 1 }
    let first = index
    while index < text.count, index - first < 12, isNameByte(text[index]) { index += 1 }
    guard index > first, index < text.count else { return nil }
    let name = String(decoding: text[first..<index], as: UTF8.self).lowercased()
    let isBlock = blocks.contains(name)
    guard isBlock || inline.contains(name) else { return nil }
    // What follows a name is the end, a space before attributes, or the slash of one that is empty.
    guard text[index] == UInt8(ascii: ">") || text[index] == UInt8(ascii: "/") || text[index] == 0x20 else {
      return nil
    }
    let last = min(text.count, start + longest)
    while index < last, text[index] != UInt8(ascii: ">") {
      guard text[index] != UInt8(ascii: "<"), text[index] != 0x0A else { return nil }
      index += 1
    }
    return index < last ? (index + 1, isBlock) : nil
  }

  private static func entity(_ text: UnsafeBufferPointer<UInt8>, _ start: Int) -> (end: Int, endsLine: Bool)? {
    let last = min(text.count, start + 8)
    guard let end = text[start..<last].firstIndex(of: UInt8(ascii: ";")),
      entities.contains(String(decoding: text[(start + 1)..<end], as: UTF8.self).lowercased())
    else { return nil }
    return (end + 1, false)
  }

  private static func isNameByte(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte &- 0x30 < 10 }
}
