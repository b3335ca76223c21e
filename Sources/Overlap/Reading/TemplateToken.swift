/// A special token of a chat template, or a tag of a prompt: `<|im_end|>`, `<｜User｜>`, `</s>`, `[/INST]`, `<answer>`.
struct TemplateToken {
  /// Nil where it says nothing of turns (`<|image|>`).
  let meaning: TurnMarks.Meaning?
  /// Where what it marks begins: behind the token, and behind the speaker that it announces.
  let end: Int
  /// Whether it may also end what somebody says, where another family's ends who says it (`<|role_end|>`).
  let mayEndTurn: Bool

  /// Bytes of the longest name.
  private static let longest = 40

  /// Followed by the speaker.
  private static let headers: Set<String> = [
    "im_start", "start_header_id", "header_start", "start_of_turn", "start_of_role", "start", "role_start", "turn",
    "role",
    "begin", "seed:bos", "beginning_of_sentence",
  ]
  private static let headerEnds: Set<String> = [
    "end_header_id", "header_end", "message", "im_sep", "im_middle", "end_of_role", "role_sep", "role_end", "content",
  ]
  private static let ends: Set<String> = [
    "return", "call", "sep", "pad", "bos", "sop", "startoftext", "begin_of_text", "s", "im_end", "turn_end", "eod",
    "message_sep", "seed:eos",
  ]
  /// Names that count without bars around them; others are a web page's tags.
  private static let plain: Set<String> = [
    "s", "bos", "eos", "sep", "pad", "eoh", "eoa", "eot", "start_of_turn", "end_of_turn", "user", "human", "bot",
    "assistant", "model", "gpt", "ai", "system", "question", "answer", "instruction", "input", "output", "response",
    "prompt", "completion", "query", "think", "thinking", "reasoning", "thought", "inst", "sys", "system_prompt",
    "role",
    "seed:bos", "seed:eos", "beginning_of_sentence", "end_of_sentence",
  ]
  /// Baichuan's numbers for who speaks.
  private static let numbered: [String: FieldRole] = [
    "reserved_102": .input, "reserved_103": .output, "reserved_106": .input, "reserved_107": .output,
  ]
  /// What a model says to itself before it answers.
  private static let thoughts: Set<String> = ["think", "thinking", "reasoning", "thought"]

  /// Nil where none begins at `start`, which is a '<' or a '['.
  init?(_ text: UnsafeBufferPointer<UInt8>, at start: Int) {
    let isSquare = text[start] == UInt8(ascii: "[")
    let closing = isSquare ? UInt8(ascii: "]") : UInt8(ascii: ">")
    var index = start + 1
    // Llama 2's <<SYS>>.
    let isDouble = !isSquare && index < text.count && text[index] == UInt8(ascii: "<")
    if isDouble { index += 1 }
    var isClosing = false
    if index < text.count, text[index] == UInt8(ascii: "/") {
      isClosing = true
      index += 1
    }
    let bar = Self.bar(text, index)
    index += bar
    if index < text.count, bar > 0, text[index] == UInt8(ascii: "/") {
      isClosing = true
      index += 1
    }
    let first = index
    while index < text.count, index - first <= Self.longest, Self.isName(text[index]), Self.bar(text, index) == 0 {
      index += 1
    }
    guard index > first else { return nil }
    let name = text[first..<index]
    let lastBar = Self.bar(text, index)
    index += lastBar
    // Gemma 4 opens with <|turn> and closes with <turn|>.
    guard !isSquare || (bar == 0) == (lastBar == 0) else { return nil }
    if bar == 0, lastBar > 0 { isClosing = true }
    guard index < text.count, text[index] == closing else { return nil }
    index += 1
    if isDouble {
      guard index < text.count, text[index] == closing else { return nil }
      index += 1
    }
    let hasBar = bar > 0 || lastBar > 0
    guard hasBar || name.count <= 24 else { return nil }
    let word = Self.folded(name)
    mayEndTurn = word == "role_end"
    // Nemotron's and T5's numbered tokens are headers where a speaker's name follows.
    let isNumbered = !hasBar && ["special_", "extra_id_"].contains(where: word.hasPrefix)
    if isNumbered || !isClosing && Self.headers.contains(word) && (hasBar || Self.plain.contains(word)) {
      let (role, behind) = Self.speaker(text, behind: index)
      if isNumbered {
        guard FieldNames.knownSpeaker(text[index..<behind]) != nil else { return nil }
      }
      (meaning, end) = (role.map { .begin($0) } ?? .end, behind)
      return
    }
    if !hasBar, let role = Self.numbered[word] {
      (meaning, end) = (.begin(role), index)
      return
    }
    guard hasBar || Self.plain.contains(word) else { return nil }
    // A channel that is opened by one bar is closed by one: what stands between is not what is said.
    let isChannel = word == "channel" && (bar == 0) != (lastBar == 0)
    (meaning, end) = (isChannel ? (isClosing ? .resume : .end) : Self.meaning(word, isClosing: isClosing), index)
  }

  private static func meaning(_ word: String, isClosing: Bool) -> TurnMarks.Meaning? {
    // "start_thinking", "begin_user", "user_start", "end_thinking": what is begun, or ended.
    for (mark, closes) in [("start_", false), ("begin_", false), ("end_", true)] where word.hasPrefix(mark) {
      if let known = part(String(word.dropFirst(mark.count)), isClosing: closes) { return known }
    }
    if word.hasSuffix("_start"), let known = part(String(word.dropLast(6)), isClosing: false) { return known }
    switch word {
    case "role" where isClosing: return .resume
    case "inst": return .begin(isClosing ? .output : .input)
    // A system prompt within an instruction, which then goes on.
    case "sys": return .begin(isClosing ? .input : .other)
    case _ where thoughts.contains(word): return isClosing ? .begin(.output) : .end
    case _ where isClosing: return .end
    case _ where headerEnds.contains(word): return .resume
    case _ where ends.contains(word) || word.hasPrefix("end") || word.hasPrefix("eo") || word.hasSuffix("_end"):
      return .end
    case _ where word.hasPrefix("begin"): return .end
    default: return FieldNames.label(word.utf8).map { .begin($0) } ?? prefixed(word).map { .begin($0) } ?? .skip
    }
  }

  /// What a part of somebody's turn, or of a turn's name, means where it begins or ends; nil where that says nothing.
  private static func part(_ word: String, isClosing: Bool) -> TurnMarks.Meaning? {
    if thoughts.contains(word) { return isClosing ? .begin(.output) : .end }
    guard !isClosing, word != "text" else { return nil }
    return FieldNames.label(word.utf8).map { .begin($0) }
  }

  /// The speaker behind a family's own prefix: "hy_user".
  private static func prefixed(_ word: String) -> FieldRole? {
    guard let last = word.lastIndex(of: "_") else { return nil }
    return FieldNames.knownSpeaker(word[word.index(after: last)...].utf8)
  }

  /// The speaker after a header's token, up to the next token, the end of the line or a colon; nil where another token follows.
  private static func speaker(_ text: UnsafeBufferPointer<UInt8>, behind start: Int) -> (role: FieldRole?, end: Int) {
    var end = start
    while end < text.count, end - start <= longest, isLetter(text[end]) || text[end] == UInt8(ascii: "_") { end += 1 }
    guard end > start else { return (nil, start) }
    let role = FieldNames.label(text[start..<end]) ?? .other
    // MiniMax says who it is: "user name=user".
    if text[end...].starts(with: " name=".utf8) { end = text[end...].firstIndex(of: 0x0A) ?? end }
    return (role, end)
  }

  /// Lower case, words joined by '_', without what only says that it is a token.
  private static func folded(_ name: Slice<UnsafeBufferPointer<UInt8>>) -> String {
    var word = String(decoding: name, as: UTF8.self).lowercased().replacing("▁", with: "_").replacing("-", with: "_")
    if word.hasSuffix("_token") { word.removeLast(6) }
    if word.hasPrefix("im_"), FieldNames.label(word.utf8.dropFirst(3)) != nil { word.removeFirst(3) }
    return word
  }

  /// Bytes of the bar at `index`: 1 of an ASCII one, 3 of a full-width one, 0 of none.
  private static func bar(_ text: UnsafeBufferPointer<UInt8>, _ index: Int) -> Int {
    guard index < text.count else { return 0 }
    if text[index] == UInt8(ascii: "|") { return 1 }
    let isWide =
      text.count - index >= 3 && text[index] == 0xEF && text[index + 1] == 0xBD && text[index + 2] == 0x9C
    return isWide ? 3 : 0
  }

  private static func isName(_ byte: UInt8) -> Bool {
    isLetter(byte) || byte &- 0x30 < 10 || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-") || byte == 0x20
      || byte == UInt8(ascii: ":")
  }

  /// ASCII letters, and all of what is beyond ASCII.
  static func isLetter(_ byte: UInt8) -> Bool { (byte | 0x20) &- 0x61 < 26 || byte >= 0x80 }
}
