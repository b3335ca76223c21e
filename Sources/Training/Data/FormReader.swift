import ChatTemplates
import Diagnostics
import Foundation
import Reading

/// Reads one line in its form; what is wrong is answered in the form's own words.
struct FormReader {
  let line: JSONLine
  let form: DataForm

  func text(_ key: String) throws -> String {
    switch line.value(key) {
    case .string(let text)?: return text
    case nil: throw error("'\(key)' is missing")
    default: throw error("'\(key)' is not of the right type")
    }
  }

  func segments() throws -> [TextSegment] {
    let segments = try list("segments", line.value("segments")).enumerated().map { index, value in
      let place = "segments[\(index)]"
      guard case .object(let members) = value, case .string(let text)? = members["text"] else {
        throw error("'\(place)' has no text")
      }
      if let twice = ["text", "label"].first(where: { members.repeats($0) }) {
        throw error("'\(place).\(twice)' is given twice")
      }
      guard let label = members["label"].flatMap(flag) else {
        throw error("'\(place).label' is neither true nor false")
      }
      return TextSegment(text: text, isLearnt: label)
    }
    guard segments.contains(where: { $0.isLearnt && !$0.text.isEmpty }) else {
      throw line.error(
        "the sample has no token that loss is taken on", remedy: "mark what is to be learnt with \"label\": true")
    }
    return segments
  }

  /// What preference data without pairs mark as bad, TRL's `label` and LLaMA-Factory's `kto_tag`, is not to be learnt.
  func demandGood() throws {
    guard form != .text else { return }
    for key in ["label", "kto_tag"] {
      let isBad: Bool
      switch line.value(key) {
      case .bool(let isGood)?: isBad = !isGood
      case .string(let text)?: isBad = text.stripped().lowercased() == "false"
      // A number under `label` may be a class.
      case let mark?: isBad = key == "kto_tag" && flag(mark) == false
      case nil: isBad = false
      }
      guard isBad else { continue }
      throw line.error(
        "is preference data without pairs, an answer with its '\(key)', and this one is marked as bad",
        remedy: "keep the lines whose \(key) is true")
    }
  }

  func conversationalPair() throws -> ChatSample {
    let prompt = try messages("prompt")
    let completion = try messages("completion")
    // A completion is learnt whole.
    if let place = completion.firstIndex(where: { $0.isAnswer && !$0.isLearnt }) {
      throw line.error(
        "'completion[\(place)]' is marked as not learnt, and a completion is learnt whole",
        remedy: "write the conversation as messages, where each answer has its mark: \(DataForm.messages.example)")
    }
    guard !prompt.isEmpty else { throw error("'prompt' has no message") }
    guard completion.contains(where: \.isAnswer) else { throw error(noAnswer(completion, "completion")) }
    return try behindSystem(
      ChatSample(
        messages: (prompt + completion).map(\.members), learnt: .completion(after: prompt.count), tools: try tools(),
        arguments: try arguments()))
  }

  /// A prompt and a completion; a conversation where tools come with them.
  func pair() throws -> SampleContent {
    let (prompt, completion) = (try text("prompt"), try text("completion"))
    guard !completion.stripped().isEmpty else {
      throw line.error(
        "the sample has no token that loss is taken on", remedy: "write a completion, or leave the line out")
    }
    if try system() != nil {
      throw line.error(
        "has a system text beside a prompt and a completion",
        remedy: "write the three as messages: \(DataForm.messages.example), or the system text into the prompt")
    }
    guard let tools = try tools(), !tools.isOff else { return .pair(prompt: prompt, completion: completion) }
    let chat = ChatSample([(.user, prompt), (.assistant, completion)], given: 1)
    return .chat(ChatSample(messages: chat.messages, learnt: chat.learnt, tools: tools, arguments: try arguments()))
  }

  func conversation(_ key: String) throws -> ChatSample {
    let messages = try messages(key)
    if messages.last?.isAnswer == false, let answer = DataForm.preferences.first(where: { line.value($0) != nil }) {
      throw line.error(
        "is preference data, messages that end with a question and '\(answer)' beside them",
        remedy: "write the chosen answer as the last of messages, and leave '\(answer)' out")
    }
    let learnt = messages.indices.filter { messages[$0].isAnswer && messages[$0].isLearnt }
    guard !learnt.isEmpty else {
      throw error(
        messages.contains(where: \.isAnswer)
          ? "no answer of '\(key)' is to be learnt" : noAnswer(messages, key))
    }
    return try behindSystem(
      ChatSample(
        messages: messages.map(\.members), learnt: .turns(learnt), tools: try tools(), arguments: try arguments()))
  }

  private func noAnswer(_ messages: [Message], _ key: String) -> ShownText {
    let roles = Set(messages.map(\.role)).sorted().prefix(4).map { "'\(shown(String($0.prefix(40))))'" }
    return
      "'\(key)' has no message of the assistant's (its roles: \(words: roles.isEmpty ? "none" : roles.joined(separator: ", ")))"
  }

  /// A conversation behind the text of axolotl's and others' column `system`.
  private func behindSystem(_ sample: ChatSample) throws -> ChatSample {
    guard let system = try system() else { return sample }
    guard sample.messages.first.map({ $0["role"] != .string(ChatSample.Role.system.rawValue) }) ?? true else {
      if sample.text(of: 0).stripped() == system.stripped() { return sample }
      throw line.error("has a system text and another one in its messages", remedy: "keep one of them")
    }
    return sample.following(system: system)
  }

  /// The column `system`; nil where it has no text.
  private func system() throws -> String? {
    let text: String
    switch line.value("system") {
    case nil: return nil
    case .string(let own)?: text = own
    case .array(let parts)?: text = try joined(parts, "system")
    default: throw error("'system' is no text")
    }
    return text.stripped().isEmpty ? nil : text
  }

  private struct Message {
    let members: JSONObject
    let role: String
    let isAnswer: Bool
    let isLearnt: Bool
  }

  /// A list of messages, or the JSON text of one.
  private func messages(_ key: String) throws -> [Message] {
    try list(key, line.value(key)).enumerated().map { index, value in
      guard case .object(let members) = value else { throw error("'\(key)[\(index)]' is no message") }
      return try message(members, "\(key)[\(index)]")
    }
  }

  /// ShareGPT's and others' names of who speaks, as axolotl maps them.
  private static let speakers = [
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "model": "assistant",
    "ai": "assistant", "bot": "assistant", "chatbot": "assistant", "chatgpt": "assistant", "system": "system",
    "tool": "tool", "observation": "tool",
  ]

  /// The role that a name under `role` means. Templates know roles of their own, such as `developer` or `ipython`: those are left alone, and what
  /// is nearly one of the usual ones is a mistake.
  private func role(_ name: String, _ place: String) throws -> String {
    if let role = Self.speakers[name.lowercased()] { return role }
    let usual = [ChatSample.Role.system, .user, .assistant].map(\.rawValue)
    if let meant = nearestKey(to: name.lowercased(), among: usual) {
      throw line.error("'\(place).role' is '\(name)'", remedy: "did you mean '\(meant)'?")
    }
    return name
  }

  private func message(_ members: JSONObject, _ place: String) throws -> Message {
    if let twice = ["role", "content", "from", "value", "train", "training", "weight", "loss"].first(where: {
      members.repeats($0)
    }) {
      throw error("'\(place).\(twice)' is given twice")
    }
    var message = JSONObject()
    for member in members.members where member.value != .null { _ = message.append(member.key, member.value) }
    let members = message
    if members["role"] == nil, case .string(let speaker)? = members["from"] {
      guard let role = Self.speakers[speaker.lowercased()] else {
        if speaker.lowercased() == "function_call" {
          throw line.error(
            "'\(place).from' is 'function_call', which chat templates know as an answer's tool_calls",
            remedy: #"write it as {"role": "assistant", "tool_calls": [{"type": "function", "function": …}]}"#)
        }
        throw error("'\(place).from' is '\(speaker)', who is not known")
      }
      message = JSONObject()
      _ = message.append("role", .string(role))
      _ = message.append("content", members["value"] ?? .null)
      for member in members.members where !["from", "value"].contains(member.key) {
        _ = message.append(member.key, member.value)
      }
    }
    guard case .string(let name)? = message["role"], !name.isEmpty else {
      throw error("'\(place)' has no role")
    }
    let role = try role(name, place)
    if role != name { message = message.setting("role", to: .string(role)) }
    if let call = message["function_call"], !call.isOff {
      throw line.error(
        "'\(place)' has a function_call, OpenAI's older form, which chat templates do not know",
        remedy: "write it as tool_calls, and functions as tools")
    }
    let calls = message["tool_calls"].map { !$0.isOff } ?? false
    switch message["content"] {
    case .string?: break
    case .array(let parts)?:
      message = message.setting("content", to: .string(try joined(parts, place)))
    case nil, .null?:
      guard calls else { throw error("'\(place)' has no content") }
    default: throw error("'\(place).content' is no text")
    }
    return Message(
      members: message, role: role, isAnswer: role == ChatSample.Role.assistant.rawValue,
      isLearnt: try isLearnt(message, place))
  }

  /// The text of a content that comes in parts.
  private func joined(_ parts: [JSONValue], _ place: String) throws -> String {
    try parts.enumerated().map { index, part in
      switch part {
      case .string(let text): return text
      case .object(let members):
        if case .string(let kind)? = members["type"], !Self.textKinds.contains(kind) {
          throw line.error(
            "'\(place).content[\(index)]' is of type '\(kind)', and text alone is trained on",
            remedy: "leave the line out, or write its text")
        }
        if case .string(let text)? = members["text"] { return text }
      default: break
      }
      throw error("'\(place).content[\(index)]' has no text")
    }.joined()
  }

  private static let textKinds: Set<String> = ["text", "input_text", "output_text"]

  /// Axolotl's, OpenAI's and ms-swift's marks of a message that is not learnt.
  private func isLearnt(_ message: JSONObject, _ place: String) throws -> Bool {
    if let key = ["train_detail", "training_detail"].first(where: { message[$0].map { !$0.isOff } ?? false }) {
      throw line.error(
        "'\(place).\(key)' marks parts of an answer, and answers are learnt whole or not at all",
        remedy: "leave it out, or write the conversation as segments: \(DataForm.segments.example)")
    }
    for key in ["train", "training", "weight", "loss"] {
      guard let mark = message[key] else { continue }
      guard let isLearnt = flag(mark) else {
        throw line.error(
          "'\(place).\(key)' is neither \(key == "weight" ? "0 nor 1" : "true nor false")",
          remedy: "answers are learnt whole or not at all: write one of them")
      }
      if !isLearnt { return false }
    }
    return true
  }

  /// true and false, also as 1 and 0.
  private func flag(_ value: JSONValue) -> Bool? {
    switch value {
    case .bool(let flag): flag
    case .integer(0), .number(0): false
    case .integer(1), .number(1): true
    default: nil
    }
  }

  private func tools() throws -> JSONValue? {
    if let functions = line.value("functions"), !functions.isOff {
      throw line.error(
        "has functions, OpenAI's older form, which chat templates do not know",
        remedy: #"rename the column to tools, each {"type": "function", "function": …}"#)
    }
    guard let value = line.value("tools") else { return nil }
    if case .string(let text) = value, text.stripped().isEmpty { return nil }
    return .array(try list("tools", value))
  }

  private func arguments() throws -> JSONObject {
    guard var value = line.value("chat_template_kwargs") else { return JSONObject() }
    if case .string(let text) = value { value = parsed(text) ?? value }
    guard case .object(let members) = value else { throw error("'chat_template_kwargs' is no object") }
    if let name = members.keys.first(where: ChatSettings.reserved.contains) {
      throw line.error(
        "'chat_template_kwargs' sets '\(name)', which the conversation itself says", remedy: "leave it out")
    }
    return members
  }

  /// Whether a column is a list of messages, or the JSON text of one.
  func hasMessages(_ key: String) -> Bool {
    switch line.value(key) {
    case .array?: true
    case .string(let text)?:
      if text.stripped().hasPrefix("["), case .array(let elements)? = parsed(text), !elements.isEmpty {
        elements.allSatisfy {
          if case .object(let members) = $0 { members["role"] != nil || members["from"] != nil } else { false }
        }
      } else {
        false
      }
    default: false
    }
  }

  private func list(_ key: String, _ value: JSONValue?) throws -> [JSONValue] {
    switch value {
    case .array(let elements)?: return elements
    case .string(let text)?:
      guard case .array(let elements)? = parsed(text) else { throw error("'\(key)' is text, and no JSON list") }
      return elements
    case nil: throw error("'\(key)' is missing")
    default: throw error("'\(key)' is no list")
    }
  }

  private func parsed(_ text: String) -> JSONValue? {
    Data(text.utf8).withUnsafeBytes { bytes in try? JSONParser.parse(bytes) }
  }

  private func error(_ problem: ShownText) -> InputError {
    line.error(problem, remedy: "write one object a line: \(form.example)")
  }
}
