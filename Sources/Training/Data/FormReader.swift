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
      guard case .object(let members) = value, case .string(let text)? = members["text"],
        case .bool(let label)? = members["label"]
      else { throw error("'segments[\(index)]' has no text and label") }
      return TextSegment(text: text, isLearnt: label)
    }
    guard segments.contains(where: { $0.isLearnt && !$0.text.isEmpty }) else {
      throw line.error(
        "the sample has no token that loss is taken on", remedy: "mark what is to be learnt with \"label\": true")
    }
    return segments
  }

  func conversationalPair() throws -> ChatSample {
    let prompt = try messages("prompt")
    let completion = try messages("completion")
    guard !prompt.isEmpty else { throw error("'prompt' has no message") }
    guard completion.contains(where: \.isAnswer) else { throw error("'completion' has no message of the assistant's") }
    return ChatSample(
      messages: (prompt + completion).map(\.members), learnt: .completion(after: prompt.count), tools: try tools(),
      arguments: try arguments())
  }

  func conversation(_ key: String) throws -> ChatSample {
    let messages = try messages(key)
    let learnt = messages.indices.filter { messages[$0].isAnswer && messages[$0].isLearnt }
    guard !learnt.isEmpty else {
      throw error(
        messages.contains(where: \.isAnswer)
          ? "no answer of '\(key)' is to be learnt" : "'\(key)' has no message of the assistant's")
    }
    return ChatSample(
      messages: messages.map(\.members), learnt: .turns(learnt), tools: try tools(), arguments: try arguments())
  }

  private struct Message {
    let members: JSONObject
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

  /// ShareGPT's names of who speaks, as axolotl maps them.
  private static let speakers = [
    "human": "user", "user": "user", "gpt": "assistant", "assistant": "assistant", "model": "assistant",
    "system": "system", "tool": "tool", "observation": "tool",
  ]

  private func message(_ members: JSONObject, _ place: String) throws -> Message {
    if let twice = ["role", "content", "from", "value"].first(where: { members.repeats($0) }) {
      throw error("'\(place).\(twice)' is given twice")
    }
    var message = JSONObject()
    for member in members.members where member.value != .null { _ = message.append(member.key, member.value) }
    let members = message
    if members["role"] == nil, case .string(let speaker)? = members["from"] {
      guard let role = Self.speakers[speaker.lowercased()] else {
        throw error("'\(place).from' is '\(speaker)', who is not known")
      }
      message = JSONObject()
      _ = message.append("role", .string(role))
      _ = message.append("content", members["value"] ?? .null)
      for member in members.members where !["from", "value"].contains(member.key) {
        _ = message.append(member.key, member.value)
      }
    }
    guard case .string(let role)? = message["role"], !role.isEmpty else {
      throw error("'\(place)' has no role")
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
    return Message(members: message, isAnswer: role == ChatSample.Role.assistant.rawValue, isLearnt: isLearnt(message))
  }

  /// The text of a content that comes in parts.
  private func joined(_ parts: [JSONValue], _ place: String) throws -> String {
    try parts.enumerated().map { index, part in
      switch part {
      case .string(let text): return text
      case .object(let members):
        if case .string(let text)? = members["text"] { return text }
        if case .string(let kind)? = members["type"], kind != "text" {
          throw line.error(
            "'\(place).content[\(index)]' is of type '\(kind)', and text alone is trained on",
            remedy: "leave the line out, or write its text")
        }
      default: break
      }
      throw error("'\(place).content[\(index)]' has no text")
    }.joined()
  }

  /// Axolotl's marks of a message that is not learnt.
  private func isLearnt(_ message: JSONObject) -> Bool {
    for key in ["train", "training"] where message[key] == .bool(false) { return false }
    return message["weight"] != .integer(0) && message["weight"] != .number(0)
  }

  private func tools() throws -> JSONValue? {
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
