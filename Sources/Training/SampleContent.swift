import Diagnostics

/// A sample as text: what is given, and what is learnt.
package struct RenderedSample: Sendable, Equatable {
  package var prompt: String
  package var completion: String
  /// Whether the tokenizer puts its special tokens around the text; chat formats write out theirs.
  package var specialTokens: Bool
  /// Whether the prompt's trailing white space belongs to the completion's first token, as where suites are scored; a
  /// chat header's newline stays with the header.
  package var movesSpace: Bool
  /// Whether the tokenizer's EOS follows.
  package var endsWithEOS: Bool
}

/// What a line of a data file says.
package enum SampleContent: Sendable, Equatable {
  case pair(prompt: String, completion: String)
  /// The last is the assistant's: what is learnt.
  case messages([ChatMessage])
}

package struct ChatMessage: Sendable, Equatable {
  package enum Role: String, Sendable, CaseIterable { case system, user, assistant }

  package var role: Role
  package var content: String

  package init(role: Role, content: String) {
    self.role = role
    self.content = content
  }
}

/// Why a sample cannot be rendered: a problem and its remedy, to be placed by the reader of the file.
package struct RenderingFault: Error, Equatable {
  package let problem: ShownText
  package let remedy: ShownText
}

extension SampleContent {
  /// A pair is a user's message and its answer.
  var messages: [ChatMessage] {
    switch self {
    case .pair(let prompt, let completion):
      [ChatMessage(role: .user, content: prompt), ChatMessage(role: .assistant, content: completion)]
    case .messages(let messages): messages
    }
  }

  package var completion: String {
    switch self {
    case .pair(_, let completion): completion
    case .messages(let messages): messages.last?.content ?? ""
    }
  }

  func replacingCompletion(by completion: String) -> SampleContent {
    switch self {
    case .pair(let prompt, _): .pair(prompt: prompt, completion: completion)
    case .messages(let messages): .messages(messages.dropLast() + [ChatMessage(role: .assistant, content: completion)])
    }
  }

  /// What is given, as text without a format: the prompt, or the messages before the last.
  package var prompt: String {
    switch self {
    case .pair(let prompt, _): prompt
    case .messages(let messages): messages.dropLast().map(\.content).joined(separator: "\n")
    }
  }
}
