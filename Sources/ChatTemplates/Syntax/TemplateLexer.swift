import Reading

/// Cuts a template's source into text and tags, as jinja2 3.1's lexer does.
///
/// Line breaks become `\n`, one at the source's end goes. `-` inside a tag takes all white space on its side; without it `trimsBlocks` and
/// `stripsBlockIndent` have their say, which `+` refuses.
struct TemplateLexer {
  let source: [Unicode.Scalar]
  let options: TemplateOptions
  private(set) var tokens: [TemplateToken] = []
  var index = 0
  /// Where each line begins, to name places.
  private let lineStarts: [Int]
  /// Whether nothing stands on the line before the text that follows the last tag.
  private var lineStarting = true

  init(_ text: String, options: TemplateOptions) {
    var scalars: [Unicode.Scalar] = []
    scalars.reserveCapacity(text.utf8.count)
    var after: Unicode.Scalar = " "
    for scalar in text.unicodeScalars {
      if scalar == "\r" {
        scalars.append("\n")
      } else if scalar != "\n" || after != "\r" {
        scalars.append(scalar)
      }
      after = scalar
    }
    if scalars.last == "\n" { scalars.removeLast() }
    source = scalars
    lineStarts = [0] + scalars.indices.filter { scalars[$0] == "\n" }.map { $0 + 1 }
    self.options = options
  }

  /// All tokens, the last of which is `end`.
  static func tokens(of text: String, options: TemplateOptions) throws(TemplateFault) -> [TemplateToken] {
    var lexer = TemplateLexer(text, options: options)
    while lexer.index < lexer.source.count { try lexer.readTextAndTag() }
    lexer.append(.end, at: lexer.index)
    return lexer.tokens
  }

  mutating func append(_ kind: TemplateToken.Kind, at index: Int) {
    tokens.append(TemplateToken(kind: kind, place: place(index)))
  }

  func place(_ index: Int) -> TemplatePlace {
    // The last line that begins at or before the index.
    var low = 0
    var high = lineStarts.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if lineStarts[middle] <= index { low = middle } else { high = middle }
    }
    return TemplatePlace(line: low + 1, column: index - lineStarts[low] + 1)
  }

  func has(_ text: StaticString, at index: Int) -> Bool {
    var place = index
    return text.withUTF8Buffer { bytes in
      for byte in bytes {
        guard place < source.count, source[place].value == UInt32(byte) else { return false }
        place += 1
      }
      return true
    }
  }

  private mutating func readTextAndTag() throws(TemplateFault) {
    let start = index
    var tag = start
    while tag + 1 < source.count, source[tag] != "{" || !["{", "%", "#"].contains(source[tag + 1]) { tag += 1 }
    guard tag + 1 < source.count else {
      append(.text(string(start..<source.count)), at: start)
      index = source.count
      return
    }
    let sign = tag + 2 < source.count && (source[tag + 2] == "-" || source[tag + 2] == "+") ? source[tag + 2] : nil
    appendText(start..<tag, sign: sign, isPrint: source[tag + 1] == "{")
    index = tag + (sign == nil ? 2 : 3)
    switch source[tag + 1] {
    case "#": try skipComment(from: tag)
    case "{": try readTag(.printBegin, from: tag)
    default:
      if let body = rawBody(after: index) {
        try readRaw(from: tag, body: body)
      } else {
        try readTag(.blockBegin, from: tag)
      }
    }
  }

  private mutating func appendText(_ range: Range<Int>, sign: Unicode.Scalar?, isPrint: Bool) {
    var end = range.upperBound
    if sign == "-" {
      while end > range.lowerBound, source[end - 1].isPythonSpace { end -= 1 }
    } else if sign == nil, options.stripsBlockIndent, !isPrint {
      let line = (source[range].lastIndex(of: "\n") ?? range.lowerBound - 1) + 1
      if line > range.lowerBound || lineStarting, source[line..<end].allSatisfy(\.isPythonSpace) { end = line }
    }
    if end > range.lowerBound { append(.text(string(range.lowerBound..<end)), at: range.lowerBound) }
  }

  /// Goes past the white space that a tag's end takes, `index` being behind its last brace.
  private mutating func passEnd(sign: Unicode.Scalar?, isPrint: Bool) {
    let end = index
    if sign == "-" {
      while index < source.count, source[index].isPythonSpace { index += 1 }
    } else if sign == nil, options.trimsBlocks, !isPrint, index < source.count, source[index] == "\n" {
      index += 1
    }
    lineStarting = index > end && source[index - 1] == "\n"
  }

  private mutating func skipComment(from tag: Int) throws(TemplateFault) {
    // The sign of `{#-` is not that of the end: `{#-#}` is a whole comment.
    let begin = index
    while index + 1 < source.count, source[index] != "#" || source[index + 1] != "}" { index += 1 }
    guard index + 1 < source.count else {
      throw TemplateFault(.syntax, at: place(tag), "the comment has no end; '#}' is missing")
    }
    let before = index > begin ? source[index - 1] : " "
    index += 2
    passEnd(sign: before == "-" || before == "+" ? before : nil, isPrint: false)
  }

  /// Where the body of `{% raw %}` begins, if that is what stands here.
  private func rawBody(after index: Int) -> Int? {
    var place = index
    while place < source.count, source[place].isPythonSpace { place += 1 }
    guard has("raw", at: place) else { return nil }
    place += 3
    while place < source.count, source[place].isPythonSpace { place += 1 }
    if has("%}", at: place) { return place + 2 }
    guard has("-%}", at: place) else { return nil }
    place += 3
    while place < source.count, source[place].isPythonSpace { place += 1 }
    return place
  }

  private mutating func readRaw(from tag: Int, body: Int) throws(TemplateFault) {
    lineStarting = body > 0 && source[body - 1] == "\n"
    var end = body
    while end < source.count {
      defer { end += 1 }
      guard has("{%", at: end) else { continue }
      var place = end + 2
      let sign = place < source.count && (source[place] == "-" || source[place] == "+") ? source[place] : nil
      if sign != nil { place += 1 }
      while place < source.count, source[place].isPythonSpace { place += 1 }
      guard has("endraw", at: place) else { continue }
      place += 6
      while place < source.count, source[place].isPythonSpace { place += 1 }
      let endSign = place < source.count && (source[place] == "-" || source[place] == "+") ? source[place] : nil
      if endSign != nil { place += 1 }
      guard has("%}", at: place) else { continue }
      appendText(body..<end, sign: sign, isPrint: false)
      index = place + 2
      passEnd(sign: endSign, isPrint: false)
      return
    }
    throw TemplateFault(.syntax, at: place(tag), "the raw block has no end; '{% endraw %}' is missing")
  }

  private mutating func readTag(_ kind: TemplateToken.Kind, from tag: Int) throws(TemplateFault) {
    append(kind, at: tag)
    let isPrint = kind == .printBegin
    var open: [Unicode.Scalar] = []
    while true {
      while index < source.count, source[index].isPythonSpace, !endsTag(isPrint: isPrint) { index += 1 }
      guard index < source.count else {
        throw TemplateFault(.syntax, at: place(tag), "the tag has no end; \(isPrint ? "'}}'" : "'%}'") is missing")
      }
      if open.isEmpty, endsTag(isPrint: isPrint) {
        let sign = source[index] == "-" || source[index] == "+" ? source[index] : nil
        append(isPrint ? .printEnd : .blockEnd, at: index)
        index += sign == nil ? 2 : 3
        passEnd(sign: sign, isPrint: isPrint)
        return
      }
      try readToken(open: &open)
    }
  }

  private func endsTag(isPrint: Bool) -> Bool {
    if isPrint { return has("}}", at: index) || has("-}}", at: index) }
    return has("%}", at: index) || has("-%}", at: index) || has("+%}", at: index)
  }

  func string(_ range: Range<Int>) -> String {
    var text = String.UnicodeScalarView()
    text.append(contentsOf: source[range])
    return String(text)
  }
}
