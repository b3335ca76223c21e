import Diagnostics
import Reading

/// What a line of a data file says.
package enum SampleContent: Sendable, Equatable {
  case pair(prompt: String, completion: String)
  case chat(ChatSample)
  /// A text that is learnt whole.
  case text(String)
  /// The pieces of one text, of which some are learnt; nothing stands between or around them.
  case segments([TextSegment])
}

/// A piece of a text.
package struct TextSegment: Sendable, Equatable {
  package let text: String
  package let isLearnt: Bool

  package init(text: String, isLearnt: Bool) {
    self.text = text
    self.isLearnt = isLearnt
  }
}

/// Why a sample cannot be rendered: a problem and its remedy, to be placed by the reader of the file.
package struct RenderingFault: Error, Equatable {
  package let problem: ShownText
  package let remedy: ShownText
}

extension SampleContent {
  /// As a conversation: a pair is a user's message and its answer. Nil for texts.
  var chat: ChatSample? {
    switch self {
    case .pair(let prompt, let completion): ChatSample([(.user, prompt), (.assistant, completion)], given: 1)
    case .chat(let chat): chat
    case .text, .segments: nil
    }
  }

  /// The answer that is learnt, the last where there are several.
  package var completion: String {
    switch self {
    case .pair(_, let completion): completion
    case .chat(let chat): chat.lastLearnt.map { chat.text(of: $0) } ?? ""
    case .text(let text): text
    case .segments(let segments): segments.filter(\.isLearnt).map(\.text).joined()
    }
  }

  /// Whatever stands as a question and its answer: all that is given beside what is learnt, and each answer beside the message before it.
  var exchanges: [(question: String, answer: String)] {
    var exchanges = [(question: prompt, answer: completion)]
    guard case .chat(let chat) = self else { return exchanges }
    for place in chat.messages.indices.dropFirst() where chat.role(of: place) == ChatSample.Role.assistant.rawValue {
      exchanges.append((chat.text(of: place - 1), chat.text(of: place)))
    }
    return exchanges
  }

  func replacingCompletion(by completion: String) -> SampleContent {
    switch self {
    case .pair(let prompt, _): .pair(prompt: prompt, completion: completion)
    case .chat(let chat): .chat(chat.replacingLastAnswer(by: completion))
    case .text: .text(completion)
    case .segments(let segments):
      .segments(segments.filter { !$0.isLearnt } + [TextSegment(text: completion, isLearnt: true)])
    }
  }

  /// What is given, as text without a format: the prompt, or the messages before the last answer that is learnt.
  package var prompt: String {
    switch self {
    case .pair(let prompt, _): prompt
    case .chat(let chat): (0..<(chat.lastLearnt ?? 0)).map { chat.text(of: $0) }.joined(separator: "\n")
    case .text: ""
    case .segments(let segments): segments.filter { !$0.isLearnt }.map(\.text).joined()
    }
  }
}
