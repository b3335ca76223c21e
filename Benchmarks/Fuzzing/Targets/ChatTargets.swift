import ChatTemplates
import Foundation
import Reading

/// Chat templates and what they render: both come with a model or from whoever asks.
enum ChatTargets {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    let goldens = URL(fileURLWithPath: "\(place.repository)/Tests/Goldens/chat")
    let folder = goldens.appendingPathComponent("templates")
    let sources = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
      try String(contentsOf: folder.appendingPathComponent($0), encoding: .utf8)
    }
    let expressions = try (JSONFile(goldens.appendingPathComponent("expressions.json")).objects("cases") ?? [])
      .compactMap { try $0.string("source") }
    let conversations = try
      (JSONFile(goldens.appendingPathComponent("conversations.json")).objects("conversations") ?? [])
      .compactMap { try $0.objects("messages")?.map(\.members) }.map { Conversation(messages: $0) }
    return [
      templates((sources + expressions).map { Array($0.utf8) }, conversations),
      try messages(place, conversations, try sources.map { try ChatTemplate(path: "template", source: $0) }),
    ]
  }

  private static func templates(_ seeds: [[UInt8]], _ conversations: [Conversation]) -> FuzzTarget {
    FuzzTarget("chat-template", .text, seeds, share: 0.3) { bytes, _ in
      let template = try ChatTemplate(
        path: "template", source: String(decoding: bytes, as: UTF8.self),
        specialTokens: [.init(name: "bos_token", text: "<s>"), .init(name: "eos_token", text: "</s>")])
      for conversation in conversations.prefix(12) {
        let rendering = try template.render(conversation)
        let length = rendering.text.utf8.count
        try require(
          rendering.spans.allSatisfy { $0.upperBound <= length }, "a generation block ends behind the text")
      }
    }
  }

  private static func messages(
    _ place: Workplace, _ conversations: [Conversation], _ templates: [ChatTemplate]
  ) throws -> FuzzTarget {
    let seeds = conversations.map { JSONText.document(.array($0.messages.map { .object($0) })) }
    return FuzzTarget("conversation", .json, seeds, share: 0.3) { bytes, seed in
      let file = try ChatFile(path: try place.write(bytes, "messages.json"))
      var settings = ChatSettings()
      settings.arguments = file.arguments
      _ = try templates[seed % templates.count].render(file.conversation, settings)
    }
  }
}
