import ChatTemplates
import Reading

/// A conversation to learn from.
package struct ChatSample: Sendable, Equatable {
  /// What of a conversation is learnt.
  package enum Learnt: Sendable, Equatable {
    /// All that stands behind so many first messages.
    case completion(after: Int)
    /// The answers at these places, ascending and never empty.
    case turns([Int])
  }

  package enum Role: String, Sendable { case system, user, assistant }

  /// Each with its role and content, and whatever else a template may read.
  package private(set) var messages: [JSONObject]
  package let learnt: Learnt
  /// JSON schemas of functions; nil where the data say nothing of them.
  package let tools: JSONValue?
  /// What the data tell the template besides.
  package let arguments: JSONObject

  package init(
    messages: [JSONObject], learnt: Learnt, tools: JSONValue? = nil, arguments: JSONObject = JSONObject()
  ) {
    self.messages = messages
    self.learnt = learnt
    self.tools = tools
    self.arguments = arguments
  }

  /// Messages of a role and a text each.
  ///
  /// - Parameters:
  ///   - given: how many of them are given, all that follows being learnt; nil where answers are.
  ///   - answers: the answers that are learnt, by their place; nil for all of the assistant's.
  package init(_ turns: [(role: Role, content: String)], given: Int? = nil, answering answers: [Int]? = nil) {
    let learnt = answers ?? turns.indices.filter { turns[$0].role == .assistant }
    self.init(
      messages: Conversation(turns.map { (role: $0.role.rawValue, content: $0.content) }).messages,
      learnt: given.map { .completion(after: $0) } ?? .turns(learnt))
  }

  func role(of place: Int) -> String {
    if case .string(let role)? = messages[place]["role"] { role } else { "" }
  }

  /// What a message says; empty for one that calls tools alone.
  func text(of place: Int) -> String {
    if case .string(let text)? = messages[place]["content"] { text } else { "" }
  }

  /// The answers that are learnt, by their place.
  var answers: [Int] {
    switch learnt {
    case .turns(let places): places
    case .completion(let given):
      messages.indices.filter { $0 >= given && role(of: $0) == Role.assistant.rawValue }
    }
  }

  var lastLearnt: Int? { answers.last }

  /// The same without what follows the last answer that is learnt.
  var untilLastLearnt: ChatSample {
    guard let lastLearnt else { return self }
    return ChatSample(
      messages: Array(messages.prefix(lastLearnt + 1)), learnt: learnt, tools: tools, arguments: arguments)
  }

  /// The same behind a message of the system's.
  func following(system: String) -> ChatSample {
    let message = Conversation([(role: Role.system.rawValue, content: system)]).messages
    let moved: Learnt =
      switch learnt {
      case .completion(let given): .completion(after: given + 1)
      case .turns(let places): .turns(places.map { $0 + 1 })
      }
    return ChatSample(messages: message + messages, learnt: moved, tools: tools, arguments: arguments)
  }

  /// Whether some message calls a tool.
  var callsTools: Bool { messages.contains { $0["tool_calls"].map { !$0.isOff } ?? false } }

  /// The same without what is called; who called alone says nothing.
  var withoutCalls: ChatSample {
    var copy = self
    for place in messages.indices where messages[place]["tool_calls"] != nil {
      copy.messages[place] = messages[place].setting("tool_calls", to: .null)
      if case .string? = messages[place]["content"] { continue }
      copy.messages[place] = copy.messages[place].setting("content", to: .string(""))
    }
    return copy
  }

  func replacingLastAnswer(by text: String) -> ChatSample {
    var copy = self
    if let place = lastLearnt { copy.messages[place] = messages[place].setting("content", to: .string(text)) }
    return copy
  }
}
