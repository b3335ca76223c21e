import Diagnostics
import Mustache
import Reading

extension PromptFormat {
  /// The text of what does not go through a chat template.
  ///
  /// - Throws: `RenderingFault` where the format has no place for the content, or a template is not one.
  package func render(_ content: SampleContent) throws -> RenderedSample {
    switch style {
    case .automatic, .template, .plain:
      guard case .pair(let prompt, let completion) = content else {
        throw RenderingFault(
          problem: "a conversation has no plain form",
          remedy: "write template: model, format: chatml or llama3, or a mustache template")
      }
      return RenderedSample(
        prompt: prompt, completion: completion, specialTokens: true, movesSpace: true, endsWithEOS: endsWithEOS)
    case .chatml:
      let markup = ChatMarkup(beforeRole: "<|im_start|>", afterRole: "\n", end: "<|im_end|>", between: "\n")
      return try render(try messages(content, "chatml"), markup)
    case .llama3:
      let markup = ChatMarkup(
        start: "<|begin_of_text|>", beforeRole: "<|start_header_id|>", afterRole: "<|end_header_id|>\n\n",
        end: "<|eot_id|>", trims: true)
      return try render(try messages(content, "llama3"), markup)
    case .mustache(let template): return try render(content, template)
    }
  }

  /// A conversation up to its last answer that is learnt, of the roles and texts that a fixed format has a place for.
  private func messages(_ content: SampleContent, _ format: ShownText) throws -> [FormatMessage] {
    let model: ShownText = "write template: model, if the model's chat template has a place for it"
    guard let chat = content.chat, let last = chat.lastLearnt else {
      throw RenderingFault(
        problem: "a text or its segments are no conversation", remedy: "leave the format out for such data")
    }
    if let tools = chat.tools, !tools.isOff {
      throw RenderingFault(problem: "has tools, for which \(format) has no place", remedy: model)
    }
    return try (0...last).map { place in
      guard let role = ChatSample.Role(rawValue: chat.role(of: place)) else {
        throw RenderingFault(
          problem: "the role '\(chat.role(of: place))' has no place in \(format)",
          remedy: "write system, user or assistant, or \(model)")
      }
      if let calls = chat.messages[place]["tool_calls"], !calls.isOff {
        throw RenderingFault(problem: "calls tools, for which \(format) has no place", remedy: model)
      }
      return FormatMessage(role: role, content: chat.text(of: place), isLearnt: chat.answers.contains(place))
    }
  }

  private func render(_ messages: [FormatMessage], _ markup: ChatMarkup) throws -> RenderedSample {
    var prompt = markup.start
    var earlier: [Range<Int>] = []
    for message in messages.dropLast() {
      prompt += markup.header(message.role)
      let start = prompt.utf8.count
      prompt += endsWithEOS ? markup.body(message.content) : markup.text(message.content)
      if message.isLearnt { earlier.append(start..<prompt.utf8.count) }
      prompt += (endsWithEOS ? "" : markup.end) + markup.between
    }
    let answer = messages.last?.content ?? ""
    return RenderedSample(
      prompt: prompt + markup.header(.assistant),
      completion: endsWithEOS ? markup.body(answer) : markup.text(answer), earlierAnswers: earlier,
      specialTokens: false, movesSpace: false, endsWithEOS: false)
  }

  /// The place of the completion while a template is rendered: private-use characters that no data holds by accident.
  private static let mark = "\u{F8FF}\u{E000}completion\u{E000}\u{F8FF}"

  private func render(_ content: SampleContent, _ text: String) throws -> RenderedSample {
    let remedy: ShownText = "write a template such as \"Q: {{prompt}}\\nA: {{completion}}\""
    let template: MustacheTemplate
    do {
      // The contents are text, not HTML: nothing is escaped.
      template = try MustacheTemplate(string: "{{% CONTENT_TYPE:TEXT}}" + text)
    } catch {
      throw RenderingFault(problem: "the mustache template cannot be parsed", remedy: remedy)
    }
    let given = try messages(content, "a mustache template").dropLast()
    let isConversation = if case .chat = content { true } else { false }
    var prompt = given.last { $0.role == .user }?.content ?? ""
    if case .pair(let text, _) = content { prompt = text }
    let messages: [[String: Any]] = given.map {
      [
        "role": $0.role.rawValue, "content": $0.isLearnt && isConversation ? Self.marked($0.content) : $0.content,
        "system": $0.role == .system, "user": $0.role == .user,
        "assistant": $0.role == .assistant,
      ]
    }
    let context: [String: Any] = ["prompt": prompt, "messages": messages, "completion": Self.mark]
    let whole = template.render(context)
    let parts = whole.split(separator: Self.mark, maxSplits: 2, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw RenderingFault(
        problem: "the mustache template must render {{completion}} exactly once", remedy: remedy)
    }
    let (front, earlier) = Self.unmarked(parts[0])
    return RenderedSample(
      prompt: front, completion: content.completion + Self.unmarked(parts[1]).text, earlierAnswers: earlier,
      specialTokens: true, movesSpace: true, endsWithEOS: endsWithEOS)
  }

  /// Around an earlier answer that is learnt, while a template is rendered.
  private static let (answerStart, answerEnd) = ("\u{F8FF}\u{E001}", "\u{E001}\u{F8FF}")

  private static func marked(_ answer: String) -> String { answerStart + answer + answerEnd }

  /// A text without those marks, and where in its UTF-8 the answers between them stand.
  private static func unmarked(_ rendered: Substring) -> (text: String, answers: [Range<Int>]) {
    var (text, answers) = ("", [Range<Int>]())
    for (index, piece) in rendered.split(separator: answerStart, omittingEmptySubsequences: false).enumerated() {
      let halves = piece.split(separator: answerEnd, maxSplits: 1, omittingEmptySubsequences: false)
      if index > 0, halves.count == 2 {
        let start = text.utf8.count
        answers.append(start..<start + halves[0].utf8.count)
      }
      text += halves.joined()
    }
    return (text, answers.filter { !$0.isEmpty })
  }
}

private struct FormatMessage {
  let role: ChatSample.Role
  let content: String
  let isLearnt: Bool
}

/// What a chat format writes around roles and contents.
private struct ChatMarkup {
  var start = ""
  let beforeRole: String
  let afterRole: String
  /// Ends a message.
  let end: String
  /// Stands between messages.
  var between = ""
  /// Whether contents lose the white space around them.
  var trims = false

  func header(_ role: ChatSample.Role) -> String { beforeRole + role.rawValue + afterRole }

  func text(_ content: String) -> String { trims ? content.stripped() : content }

  func body(_ content: String) -> String { text(content) + end }
}
