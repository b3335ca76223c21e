import Diagnostics
import Reading

/// A line of a data file.
package struct DataLine: Sendable, Equatable {
  /// From 1.
  package let number: Int
  package let content: SampleContent
}

/// A JSONL file of samples: `{"prompt", "completion"}` or `{"messages": [{"role", "content"}]}` a line.
package struct DataFile: Sendable {
  package let path: String
  /// Never empty.
  package let lines: [DataLine]

  private static let sizeLimit = 1 << 30

  /// - Throws: `InputError` where the file cannot be read, is empty, or naming the line that is not a sample.
  package static func read(_ path: String) throws -> DataFile {
    let known = ["prompt", "completion", "messages"]
    let example: ShownText = #"{"prompt": "…", "completion": "…"}"#
    let lines = try readLines(path, known: known, example: example) { line in
      DataLine(number: line.number, content: try content(line))
    }
    guard !lines.isEmpty else {
      throw InputError(path, "the data file is empty", remedy: "write one sample a line")
    }
    return DataFile(path: path, lines: lines)
  }

  /// The same prompts with each other's completions.
  ///
  /// - Parameter order: which line's completion each line gets.
  func shufflingCompletions(_ order: [Int]) -> DataFile {
    DataFile(
      path: path,
      lines: zip(lines, order).map { line, other in
        DataLine(number: line.number, content: line.content.replacingCompletion(by: lines[other].content.completion))
      })
  }

  /// The lines of a JSONL file that are not blank, in order.
  static func readLines<Value>(
    _ path: String, known: [String], example: ShownText, _ body: (JSONLine) throws -> Value
  ) throws -> [Value] {
    try JSONLine.read(
      path, limit: sizeLimit, ifAbsent: Recipe.absentRemedy, known: known, example: example, body)
  }

  private static func content(_ line: JSONLine) throws -> SampleContent {
    let pair = (prompt: try line.text("prompt"), completion: try line.text("completion"))
    let content: SampleContent
    if let messages = try line.objects("messages", known: ["role", "content"]) {
      guard pair.prompt == nil, pair.completion == nil else {
        throw line.error("has both messages and a prompt or completion", remedy: "keep one of them")
      }
      let messages = try messages.map { try message($0) }
      guard messages.count > 1, messages.last?.role == .assistant else {
        throw line.error(
          "the messages do not end with an assistant's answer",
          remedy: "end them with what is to be learnt, after at least one other message")
      }
      content = .messages(messages)
    } else {
      content = .pair(
        prompt: try line.required("prompt", pair.prompt),
        completion: try line.required("completion", pair.completion))
    }
    guard !content.completion.stripped().isEmpty else {
      throw line.error(
        "the sample has no token that loss is taken on", remedy: "write a completion, or leave the line out")
    }
    return content
  }

  private static func message(_ message: JSONLine) throws -> ChatMessage {
    let name = try message.required("role", try message.text("role"))
    let content = try message.required("content", try message.text("content"))
    guard let role = ChatMessage.Role(rawValue: name) else {
      throw message.error("the role '\(name)' is not known", remedy: "write system, user or assistant")
    }
    return ChatMessage(role: role, content: content)
  }
}
