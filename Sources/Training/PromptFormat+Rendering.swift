import Diagnostics
import Mustache
import Reading

extension PromptFormat {
  /// - Throws: `RenderingFault` where the format has no place for the content, or a template is not one.
  package func render(_ content: SampleContent) throws -> RenderedSample {
    switch style {
    case .plain:
      guard case .pair(let prompt, let completion) = content else {
        throw RenderingFault(
          problem: "'messages' have no plain form", remedy: "write format: chatml or llama3, or a mustache template")
      }
      return RenderedSample(
        prompt: prompt, completion: completion, specialTokens: true, movesSpace: true, endsWithEOS: endsWithEOS)
    case .chatml:
      return render(content, ChatMarkup(beforeRole: "<|im_start|>", afterRole: "\n", end: "<|im_end|>", between: "\n"))
    case .llama3:
      let markup = ChatMarkup(
        start: "<|begin_of_text|>", beforeRole: "<|start_header_id|>", afterRole: "<|end_header_id|>\n\n",
        end: "<|eot_id|>", trims: true)
      return render(content, markup)
    case .mustache(let template): return try render(content, template)
    }
  }

  private func render(_ content: SampleContent, _ markup: ChatMarkup) -> RenderedSample {
    let messages = content.messages
    let before = messages.dropLast().map { markup.header($0.role) + markup.body($0.content) + markup.between }.joined()
    let answer = messages.last?.content ?? ""
    return RenderedSample(
      prompt: markup.start + before + markup.header(.assistant),
      completion: endsWithEOS ? markup.body(answer) : markup.text(answer), specialTokens: false, movesSpace: false,
      endsWithEOS: false)
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
    let prompt: String
    switch content {
    case .pair(let text, _): prompt = text
    case .messages(let messages): prompt = messages.last { $0.role == .user }?.content ?? ""
    }
    let messages: [[String: Any]] = content.messages.dropLast().map {
      [
        "role": $0.role.rawValue, "content": $0.content, "system": $0.role == .system, "user": $0.role == .user,
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
    return RenderedSample(
      prompt: String(parts[0]), completion: content.completion + parts[1], specialTokens: true, movesSpace: true,
      endsWithEOS: endsWithEOS)
  }
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

  func header(_ role: ChatMessage.Role) -> String { beforeRole + role.rawValue + afterRole }

  func text(_ content: String) -> String { trims ? content.stripped() : content }

  func body(_ content: String) -> String { text(content) + end }
}
