import Diagnostics
import Foundation
import Reading

/// A file of messages: a JSON list of them, or an object with `messages`, `tools`, `documents` and `chat_template_kwargs`.
package struct ChatFile: Sendable {
  package let conversation: Conversation
  /// What the file tells the template besides.
  package let arguments: JSONObject

  private static let sizeLimit = 16 << 20
  private static let keys = ["messages", "tools", "documents", "chat_template_kwargs"]

  /// Two questions, the first of them answered.
  package static let example = ChatFile(
    conversation: Conversation([
      (role: "user", content: "What is the capital of France?"), (role: "assistant", content: "Paris"),
      (role: "user", content: "What is the capital of Japan?"),
    ]), arguments: JSONObject())

  private init(conversation: Conversation, arguments: JSONObject) {
    self.conversation = conversation
    self.arguments = arguments
  }

  /// - Parameter path: a file, a pipe, or "-".
  /// - Throws: `InputError` that names the key.
  package init(path: String) throws {
    let bytes = try InputFile(path, streams: true).readAll(limit: Self.sizeLimit)
    let value: JSONValue
    do {
      value = try bytes.withUnsafeBytes { (bytes) throws(JSONFault) in try JSONParser.parse(bytes, wholeNumbers: .exact)
      }
    } catch let error as JSONFault {
      throw InputError(
        path, field: "byte \(error.offset)", "is not valid JSON: \(error.problem)", remedy: "write a list of messages")
    }
    var members = JSONObject()
    switch value {
    case .array: _ = members.append("messages", value)
    case .object(let object): members = object
    default:
      throw InputError(
        path, "is neither a list of messages nor an object with 'messages'",
        remedy: #"write [{"role": "user", "content": "…"}]"#)
    }
    let file = JSONFile(path: path, members: members)
    for key in members.keys where !Self.keys.contains(key) {
      throw file.error(key, "is not known here", remedy: "keep \(Self.keys.map { "'\($0)'" }.joined(separator: ", "))")
    }
    let messages = try file.required("messages", try file.objects("messages"))
    for (place, message) in messages.enumerated() {
      guard case .string? = message.members["role"] else {
        throw file.error("messages[\(place)].role", "is missing or no text", remedy: "give every message its role")
      }
    }
    conversation = Conversation(
      messages: messages.map(\.members), tools: try file.value("tools"), documents: try file.value("documents"))
    arguments = try file.object("chat_template_kwargs")?.members ?? JSONObject()
    if let name = arguments.keys.first(where: ChatSettings.reserved.contains) {
      throw file.error(
        "chat_template_kwargs", "sets '\(name)', which the conversation itself says", remedy: "leave it out")
    }
  }
}

extension JSONValue {
  /// A value as it is typed after NAME=: JSON, or else the text itself.
  package init(argument text: String) {
    let parsed = Data(text.utf8).withUnsafeBytes { bytes -> JSONValue? in
      try? JSONParser.parse(bytes, wholeNumbers: .exact)
    }
    self = parsed ?? .string(text)
  }
}
