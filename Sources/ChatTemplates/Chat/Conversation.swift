import Diagnostics
import Reading

/// What a template renders: messages, and what may go with them.
package struct Conversation: Sendable {
  /// Each with its `role` and whatever else it has, `content` most of the time.
  package var messages: [JSONObject]
  /// JSON schemas of functions; nil for none.
  package var tools: JSONValue?
  package var documents: JSONValue?

  package init(messages: [JSONObject], tools: JSONValue? = nil, documents: JSONValue? = nil) {
    self.messages = messages
    self.tools = tools
    self.documents = documents
  }

  /// Messages of a role and a text each.
  package init(_ turns: [(role: String, content: String)]) {
    messages = turns.map { turn in
      var message = JSONObject()
      _ = message.append("role", .string(turn.role))
      _ = message.append("content", .string(turn.content))
      return message
    }
  }

  /// The names that a message's reasoning goes by; templates read the first.
  private static let reasoningNames = ["reasoning_content", "thinking", "reasoning"]

  /// The messages as transformers gives them to a template: without keys that are null, their reasoning under every name of it.
  var plainMessages: [JSONObject] {
    messages.map { message in
      var plain = JSONObject()
      let kept = message.members.filter { $0.value != .null }
      let reasoning = Self.reasoningNames.lazy.compactMap { name in kept.first { $0.key == name }?.value }.first
      // `{"thinking": r, **message, "reasoning_content": r}`: the first name comes first, unless the message has it.
      if let reasoning { _ = plain.append("thinking", reasoning) }
      for member in kept {
        if !plain.append(member.key, member.value) { plain = plain.setting(member.key, to: member.value) }
      }
      if let reasoning { plain = plain.setting("reasoning_content", to: reasoning) }
      return plain
    }
  }
}

/// How a conversation is to be rendered.
package struct ChatSettings: Equatable, Sendable {
  /// Whether the header of the assistant's next turn is put behind the last message.
  package var addsGenerationPrompt = true
  /// Whether the last message is left open, to be gone on with.
  package var continuesLastMessage = false
  /// What else the template is told (`enable_thinking`), over the names of special tokens.
  package var arguments = JSONObject()
  /// The day that it is told is today.
  package var date = PinnedDate.usual

  package init() {}

  /// What a template is told by the conversation and by the settings above, and by no argument.
  package static let reserved: Set = [
    "messages", "tools", "documents", "add_generation_prompt", "continue_final_message",
  ]
}
