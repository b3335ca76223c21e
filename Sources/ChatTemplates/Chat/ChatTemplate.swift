import Diagnostics
import Reading

/// A model's chat template: its text, where it came from, and the special tokens that it is told of.
package struct ChatTemplate: Sendable {
  /// The file that it came from.
  package let path: String
  /// What it is called among the model's templates: "default", "tool_use".
  package let name: String
  package let source: String
  /// The model's special tokens by name (`bos_token`), those that it has.
  package let specialTokens: [SpecialTokenText]
  private let compiled: CompiledTemplate

  package struct SpecialTokenText: Equatable, Sendable {
    package let name: String
    package let text: String

    package init(name: String, text: String) {
      self.name = name
      self.text = text
    }
  }

  /// - Throws: `InputError` that names file, line and column where the template cannot be parsed.
  package init(
    path: String, name: String = "default", source: String, specialTokens: [SpecialTokenText] = []
  ) throws {
    self.path = path
    self.name = name
    self.source = source
    self.specialTokens = specialTokens
    do {
      compiled = try CompiledTemplate(source)
    } catch {
      throw Self.error(error, path: path)
    }
  }

  /// What a template breaks: where, what, and what to do.
  private static func error(_ fault: TemplateFault, path: String) -> InputError {
    let remedy: ShownText =
      switch fault.kind {
      case .syntax: "mend the template, or give another with --chat-template"
      case .raised: "send messages that the template takes"
      case .evaluation: "send messages that the template takes, or give another template with --chat-template"
      case .limit: "give a smaller template or fewer messages"
      }
    let place = fault.place.map { "line \($0.line), column \($0.column)" } ?? "chat template"
    return InputError(path, field: "chat template, \(place)", fault.problem, remedy: remedy)
  }

  /// The text that a conversation becomes, as transformers' `apply_chat_template` makes it.
  ///
  /// - Throws: `InputError` where there are no messages, or the template refuses them.
  package func render(
    _ conversation: Conversation, _ settings: ChatSettings = ChatSettings()
  ) throws -> CompiledTemplate.Rendering {
    guard !conversation.messages.isEmpty else {
      throw InputError(path, "there are no messages to render", remedy: "send at least one")
    }
    guard !(settings.addsGenerationPrompt && settings.continuesLastMessage) else {
      throw InputError(
        path, "the last message cannot be continued behind a generation prompt", remedy: "choose one of the two")
    }
    var messages = conversation.plainMessages
    let opened = settings.continuesLastMessage ? try open(&messages) : nil
    var variables = JSONObject()
    _ = variables.append("messages", .array(messages.map { .object($0) }))
    _ = variables.append("tools", conversation.tools ?? .null)
    _ = variables.append("documents", conversation.documents ?? .null)
    _ = variables.append("add_generation_prompt", .bool(settings.addsGenerationPrompt))
    for token in specialTokens { variables = variables.setting(token.name, to: .string(token.text)) }
    for argument in settings.arguments.members { variables = variables.setting(argument.key, to: argument.value) }
    let rendering: CompiledTemplate.Rendering
    do {
      rendering = try compiled.render(variables, date: settings.date)
    } catch {
      throw Self.error(error, path: path)
    }
    return try opened.map { try cut(rendering, behind: $0) } ?? rendering
  }

  /// What transformers marks the end of a message with that is to be continued.
  private static let mark = "CONTINUE_FINAL_MESSAGE_TAG "

  /// Marks the end of the last message's text; gives the text.
  private func open(_ messages: inout [JSONObject]) throws -> String {
    let last = messages[messages.count - 1]
    switch last["content"] {
    case .string(let text):
      messages[messages.count - 1] = last.setting("content", to: .string(text + Self.mark))
      return text
    case .array(var blocks):
      for place in blocks.indices.reversed() {
        guard case .object(let block) = blocks[place], case .string(let text) = block["text"] else { continue }
        blocks[place] = .object(block.setting("text", to: .string(text + Self.mark)))
        messages[messages.count - 1] = last.setting("content", to: .array(blocks))
        return text
      }
    default: break
    }
    throw InputError(path, "the last message has no text to go on with", remedy: "give its 'content'")
  }

  private func cut(_ rendering: CompiledTemplate.Rendering, behind text: String) throws -> CompiledTemplate.Rendering {
    let rendered = rendering.text
    let bare = Self.mark.stripped()
    let pieces = rendered.splitFromEnd(at: bare, limit: 1)
    guard pieces.count == 2, rendered.hasExactly(text.stripped()) else {
      throw InputError(
        path, "the template does not keep the text of the last message, which is to be continued",
        remedy: "leave it out, or give another template with --chat-template")
    }
    // Where the template trimmed the message, the blank of the mark went too, and with it those at the text's end.
    let keepsEnd = pieces[1].begins(with: " ")
    return CompiledTemplate.Rendering(
      text: keepsEnd ? pieces[0] : pieces[0].stripped(.end), spans: [], hasUnplacedSpans: false,
      readsDate: rendering.readsDate)
  }
}
