import Diagnostics
import Foundation
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
    let lines = try readLines(path).map { number, json in
      do {
        return DataLine(number: number, content: try content(json, path, number))
      } catch let error as DecodingError {
        throw InputError(
          path, field: "line \(number)", describe(error),
          remedy: #"write one object a line: {"prompt": "…", "completion": "…"}"#)
      }
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

  /// The lines of a JSONL file that are not blank, with their numbers.
  static func readLines(_ path: String) throws -> [(number: Int, json: Data)] {
    try readText(path, limit: sizeLimit, absent: absentRemedy).utf8.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .enumerated().compactMap { index, line in
      let isBlank = line.allSatisfy { [UInt8(ascii: " "), UInt8(ascii: "\r"), UInt8(ascii: "\t")].contains($0) }
      return isBlank ? nil : (index + 1, Data(line))
    }
  }

  static func describe(_ error: DecodingError) -> ShownText {
    switch error {
    case .keyNotFound(let key, _): "'\(key.stringValue)' is missing"
    case .typeMismatch(_, let context), .valueNotFound(_, let context):
      context.codingPath.last.map { "'\($0.stringValue)' is not of the right type" } ?? "not a JSON object"
    default: "not valid JSON"
    }
  }

  private static func content(_ json: Data, _ path: String, _ number: Int) throws -> SampleContent {
    let place = "line \(number)"
    let line = try JSONDecoder().decode(Line.self, from: json)
    try refuseUnknownKeys(line.keys, known: ["prompt", "completion", "messages"], file: path, in: place)
    let content: SampleContent
    if let messages = line.messages {
      guard line.prompt == nil, line.completion == nil else {
        throw InputError(path, field: place, "has both messages and a prompt or completion", remedy: "keep one of them")
      }
      content = .messages(try messages.map { try message($0, path, place) })
      guard messages.count > 1, messages.last?.role == "assistant" else {
        throw InputError(
          path, field: place, "the messages do not end with an assistant's answer",
          remedy: "end them with what is to be learnt, after at least one other message")
      }
    } else if let prompt = line.prompt, let completion = line.completion {
      content = .pair(prompt: prompt, completion: completion)
    } else {
      throw InputError(
        path, field: place, "'\(line.prompt == nil ? "prompt" : "completion")' is missing",
        remedy: #"write one object a line: {"prompt": "…", "completion": "…"}"#)
    }
    guard !trimmed(content.completion).isEmpty else {
      throw InputError(
        path, field: place, "the sample has no token that loss is taken on",
        remedy: "write a completion, or leave the line out")
    }
    return content
  }

  private static func message(_ message: Line.Message, _ path: String, _ place: String) throws -> ChatMessage {
    try refuseUnknownKeys(message.keys, known: ["role", "content"], file: path, in: "\(place).messages")
    guard let role = ChatMessage.Role(rawValue: message.role) else {
      throw InputError(
        path, field: place, "the role '\(message.role)' is not known", remedy: "write system, user or assistant")
    }
    return ChatMessage(role: role, content: message.content)
  }
}

private struct Line: Decodable {
  struct Message: Decodable {
    let role: String
    let content: String
    let keys: [String]

    init(from decoder: any Decoder) throws {
      let fields = try decoder.container(keyedBy: TextKey.self)
      keys = fields.allKeys.map(\.stringValue)
      role = try fields.decode(String.self, forKey: TextKey("role"))
      content = try fields.decode(String.self, forKey: TextKey("content"))
    }
  }

  let prompt: String?
  let completion: String?
  let messages: [Message]?
  let keys: [String]

  init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: TextKey.self)
    keys = fields.allKeys.map(\.stringValue)
    prompt = try fields.decodeIfPresent(String.self, forKey: TextKey("prompt"))
    completion = try fields.decodeIfPresent(String.self, forKey: TextKey("completion"))
    messages = try fields.decodeIfPresent([Message].self, forKey: TextKey("messages"))
  }
}

/// What to do where a file is not there that a recipe names.
let absentRemedy: ShownText = "check the path; what a file names is relative to that file"

/// A key of a JSON object that is not known beforehand.
struct TextKey: CodingKey {
  let stringValue: String
  var intValue: Int? { nil }

  init(_ name: String) { stringValue = name }
  init?(stringValue: String) { self.stringValue = stringValue }
  init?(intValue: Int) { nil }
}
