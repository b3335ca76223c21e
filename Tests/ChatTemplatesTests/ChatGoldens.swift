import ChatTemplates
import Diagnostics
import Digests
import Foundation
import Reading

/// A folder that `Scripts/goldens/chat_templates.py` made.
struct ChatGoldens {
  struct Case {
    let name: String
    let conversation: Conversation
    let settings: ChatSettings
    let tokens: [ChatTemplate.SpecialTokenText]
  }

  /// What transformers made of a conversation; nil where the template raised.
  struct Rendering {
    let digest: String
    /// In Unicode scalars.
    let spans: [[Int]]
  }

  let folder: URL
  let cases: [Case]
  let renderings: [String: JSONObject]

  static let committed = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Goldens/chat")

  /// The committed ones, and those of `$HOLDFAST_CHAT_GOLDENS`.
  static var folders: [URL] {
    [committed]
      + (ProcessInfo.processInfo.environment["HOLDFAST_CHAT_GOLDENS"].map { [URL(fileURLWithPath: $0)] } ?? [])
  }

  init(_ folder: URL) throws {
    self.folder = folder
    let file = try JSONFile(folder.appendingPathComponent("conversations.json"))
    let tokens = try file.object("tokens")?.members ?? JSONObject()
    let date = try file.string("date").flatMap { PinnedDate($0) } ?? .usual
    cases = try (file.objects("conversations") ?? []).map { entry in
      var settings = ChatSettings()
      settings.date = date
      let given = try entry.object("settings")?.members ?? JSONObject()
      settings.addsGenerationPrompt = given["add_generation_prompt"] != .bool(false)
      settings.continuesLastMessage = given["continue_final_message"] == .bool(true)
      for member in given.members
      where !["add_generation_prompt", "continue_final_message", "tools", "documents"].contains(member.key) {
        settings.arguments = settings.arguments.setting(member.key, to: member.value)
      }
      return Case(
        name: try entry.string("name") ?? "",
        conversation: Conversation(
          messages: try (entry.objects("messages") ?? []).map(\.members), tools: given["tools"],
          documents: given["documents"]),
        settings: settings,
        tokens: tokens.members.compactMap { member in
          if case .string(let text) = member.value { .init(name: member.key, text: text) } else { nil }
        })
    }
    var renderings: [String: JSONObject] = [:]
    for member in try JSONFile(folder.appendingPathComponent("renderings.json")).members.members {
      if case .object(let cases) = member.value { renderings[member.key] = cases }
    }
    self.renderings = renderings
  }

  func rendering(_ template: String, _ name: String) -> Rendering? {
    switch renderings[template]?[name] {
    case .string(let digest): return Rendering(digest: digest, spans: [])
    case .array(let parts):
      guard case .string(let digest)? = parts.first else { return nil }
      let spans = parts.dropFirst().map { span -> [Int] in
        guard case .array(let bounds) = span else { return [] }
        return bounds.compactMap { if case .integer(let bound) = $0 { bound } else { nil } }
      }
      return Rendering(digest: digest, spans: Array(spans))
    default: return nil
    }
  }

  func template(_ name: String, _ tokens: [ChatTemplate.SpecialTokenText]) throws -> ChatTemplate {
    let url = folder.appendingPathComponent("templates").appendingPathComponent(name)
    return try ChatTemplate(path: url.path, source: String(contentsOf: url, encoding: .utf8), specialTokens: tokens)
  }

  static func digest(_ text: String) -> String {
    String(SHA256.hash(data: Data(text.utf8)).hexadecimal.prefix(16))
  }
}
