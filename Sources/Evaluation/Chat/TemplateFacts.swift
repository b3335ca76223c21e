import Suites

/// What a chat template does to few-shot chats that one would not expect, found out by short chats.
struct TemplateFacts {
  /// A clause each: "it refuses a system message". Empty for a template that renders every message by itself, wherever it stands.
  let clauses: [String]

  /// Texts that no template writes of its own.
  private static let (system, first, second, answer) = ("SYSTEM-7141", "FIRST-5209", "SECOND-3386", "ANSWER-9473")
  /// Beyond so many characters a default text is worth a word.
  private static let shortText = 40

  /// A clause each, as one sentence; nil for none.
  var sentence: String? {
    clauses.isEmpty ? nil : "what the chat template does: \(clauses.joined(separator: "; "))"
  }

  init(_ turns: TemplateTurns) {
    /// Nil where the template refuses it.
    func text(_ messages: [Turn], prompted: Bool = true) -> String? {
      try? turns.text(messages, prompted: prompted).text
    }
    let (user, reply, next) = (Turn(.user, Self.first), Turn(.assistant, Self.answer), Turn(.user, Self.second))
    let chat = text([user, reply, next])
    let closed = text([user, reply, next], prompted: false)
    var clauses: [String] = []
    let prompt = text([user])
    if turns.description.system == nil, let start = prompt.flatMap({ $0.firstRange(of: Self.first) })?.lowerBound {
      let own = prompt?[..<start].unicodeScalars.count ?? 0
      if own > Self.shortText + (turns.description.tokens["bos_token"]?.count ?? 0) {
        clauses.append("it writes \(own) characters of its own before the first message")
      }
    }
    clauses += Self.ofSystem(text([Turn(.system, Self.system), user, reply, next]), without: chat)
    if let prompt, let whole = closed, !whole.hasPrefix(prompt) {
      clauses.append("it renders a prompt's end otherwise once it is answered")
    }
    if let last = text([user, reply], prompted: false), let whole = closed, !whole.hasPrefix(last) {
      clauses.append("it ends the last answer otherwise than those before")
    }
    let said = [("questions", "  \(Self.first)  "), ("answers", "  \(Self.answer)  ")]
    if let padded = text([Turn(.user, said[0].1), Turn(.assistant, said[1].1), next], prompted: false) {
      let trimmed = said.filter { !padded.contains($0.1) }.map(\.0)
      if !trimmed.isEmpty { clauses.append("it trims \(trimmed.joined(separator: " and "))") }
    }
    if (try? turns.text([user], prompted: true))?.readsDate ?? false {
      clauses.append("it is told that today is \(turns.description.date)")
    }
    self.clauses = clauses
  }

  /// What becomes of a system message before three turns.
  private static func ofSystem(_ text: String?, without plain: String?) -> [String] {
    guard let plain else { return [] }
    guard let text else { return ["it refuses a system message"] }
    guard let place = text.firstRange(of: system) else { return ["it drops a system message"] }
    guard let first = text.firstRange(of: first), let second = text.firstRange(of: second) else { return [] }
    if place.lowerBound > first.lowerBound { return ["it moves a system message to the last question"] }
    // What stands before every question: a system message that is a turn of its own has it behind itself.
    let before = plain.firstRange(of: self.first).map { plain[..<$0.lowerBound] } ?? ""
    let header = String(
      zip(before.reversed(), text[..<second.lowerBound].reversed()).prefix { $0 == $1 }.map(\.0).reversed())
    let between = text[place.upperBound..<first.lowerBound]
    return header.isEmpty || between.hasSuffix(header) ? [] : ["it puts a system message into the first question"]
  }
}

extension ChatDescription {
  /// What its template does to few-shot chats that one would not expect, in a sentence; nil for nothing.
  ///
  /// - Parameter path: what messages call the place of the template.
  /// - Throws: `InputError` where the description is damaged.
  package func templateNote(path: String) throws -> String? {
    sendsMessages ? nil : try TemplateFacts(TemplateTurns(self, path: path)).sentence
  }
}
