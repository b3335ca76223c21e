/// How a suite's questions are put to a model.
package enum PromptForm: String, Sendable, Hashable, Codable, CaseIterable {
  /// As one text, demonstrations before the question.
  case raw
  /// As a chat, each demonstration a question of the user and an answer of the assistant.
  case chat
  /// As a chat of one message of the user, which has the demonstrations and the question.
  case chatSingle = "chat-single"
}

/// One message of a chat.
package struct Turn: Sendable, Equatable {
  package enum Role: String, Sendable {
    case system, user, assistant
  }

  package let role: Role
  package let content: String

  package init(_ role: Role, _ content: String) {
    self.role = role
    self.content = content
  }
}

/// What makes a prompt of turns: a model's chat template.
package protocol TurnRenderer: Sendable {
  /// All that its texts depend on beside the turns.
  var description: ChatDescription { get }

  /// The text up to where the assistant's answer begins; where its turn is the last, up to where that goes on.
  ///
  /// - Throws: `InputError` where the template refuses the turns.
  func prompt(_ turns: [Turn]) throws -> String
}

/// How a suite is asked as a chat.
package struct ChatPrompts: Sendable {
  package let renderer: any TurnRenderer

  package init(_ renderer: any TurnRenderer) { self.renderer = renderer }

  package var description: ChatDescription { renderer.description }
  package var form: PromptForm { description.form }

  /// The prompt of a question after some demonstrations.
  ///
  /// A turn's text is the task's template alone: the prefix of the answer and what separates items are the chat template's affair, and a
  /// blank at a message's end is lost in many of them.
  func context(_ prompt: Prompt, _ demonstrations: some Sequence<Item>, _ item: Item) throws -> String {
    var turns = prompt.chat.system.map { [Turn(.system, $0)] } ?? []
    var instruction = description.instructions ? prompt.instruction.map { $0 + "\n\n" } ?? "" : ""
    func question(_ text: String) {
      turns.append(Turn(.user, instruction + text))
      instruction = ""
    }
    if form == .chatSingle {
      let shown = prompt.prefixes(Array(demonstrations)).last ?? ""
      question(shown + prompt.query(item))
    } else {
      for demonstration in demonstrations {
        question(prompt.query(demonstration))
        turns.append(
          Turn(
            .assistant,
            prompt.chat.prefill.map { $0 + continuation(prompt, demonstration.output) } ?? demonstration.output))
      }
      question(prompt.query(item))
    }
    if let prefill = prompt.chat.prefill { turns.append(Turn(.assistant, prefill)) }
    return try renderer.prompt(turns)
  }

  /// What is scored behind such a prompt.
  func continuation(_ prompt: Prompt, _ answer: String) -> String {
    prompt.chat.prefill == nil ? answer : prompt.continuation(answer)
  }
}

extension TaskDefinition {
  /// What ends an answer in a chat: a line break, where the task's own stop begins with one; else that stop. Tokens that end a turn end the
  /// answer besides.
  func stop(in form: PromptForm) -> String { form != .raw && stop.utf8.first == UInt8(ascii: "\n") ? "\n" : stop }
}
