import ChatTemplates
import Diagnostics
import Digests
import Foundation
import Reading
import Suites

/// Turns as a chat template renders them, up to the header of the assistant's answer.
package struct TemplateTurns: TurnRenderer {
  package let description: ChatDescription
  private let template: ChatTemplate
  private let settings: ChatSettings
  /// The same where the last turn is to be gone on with.
  private let continuing: ChatSettings

  /// By what a baseline recorded.
  ///
  /// - Parameter path: what messages call the place of the template.
  /// - Throws: `InputError` where the record is damaged.
  package init(_ description: ChatDescription, path: String) throws {
    guard description.templateHash == Self.hash(description.template) else {
      throw InputError(
        path, field: "chat.template", "is not the text that its template_sha256 says", remedy: "save the baseline again"
      )
    }
    guard description.form != .raw else {
      throw InputError(path, field: "chat.form", "is raw, which is no chat", remedy: "save the baseline again")
    }
    guard let date = PinnedDate(description.date) else {
      throw InputError(path, field: "chat.date", "'\(description.date)' is no day", remedy: "save the baseline again")
    }
    guard let arguments = description.toldArguments else {
      throw InputError(path, field: "chat.arguments", "is no JSON object", remedy: "save the baseline again")
    }
    self.description = description
    template = try ChatTemplate(
      path: path, source: description.template,
      specialTokens: description.tokens.sorted { $0.key < $1.key }.map { .init(name: $0.key, text: $0.value) })
    var settings = ChatSettings()
    settings.arguments = arguments
    settings.date = date
    self.settings = settings
    settings.addsGenerationPrompt = false
    settings.continuesLastMessage = true
    continuing = settings
  }

  static func hash(_ text: String) -> String { SHA256.hash(data: Data(text.utf8)).hexadecimal }

  package func prompt(_ turns: [Turn]) throws -> String {
    // A template is bounded once a prompt, and a suite has thousands of them.
    try Interruption.check()
    var turns = turns
    if let system = description.system {
      turns = [Turn(.system, system)] + turns.drop { $0.role == .system }
    }
    if description.sendsMessages { return try messages(turns) }
    let conversation = Conversation(turns.map { (role: $0.role.rawValue, content: $0.content) })
    guard turns.last?.role != .assistant else { return try template.render(conversation, continuing).text }
    let text = try template.render(conversation, settings).text
    return description.closesThinking ? Self.closingThinking(text) : text
  }

  /// What a server is sent that has the template: a JSON object with the messages, and with what the template is told.
  private func messages(_ turns: [Turn]) throws -> String {
    guard turns.last?.role != .assistant else {
      throw InputError(
        template.path, field: "prefill", "begins an answer, which servers go on with in ways of their own",
        remedy: "leave prefill out of the suite's tasks, or gate the model's files")
    }
    var body = JSONObject([
      (
        "messages",
        .array(turns.map { ["role": .string($0.role.rawValue), "content": .string($0.content)] })
      )
    ])
    if !settings.arguments.members.isEmpty {
      _ = body.append("chat_template_kwargs", .object(settings.arguments))
    }
    return JSONText.compact(.object(body))
  }

  /// The text of these turns alone, with the header of the next answer or without, as the template writes it.
  func text(_ turns: [Turn], prompted: Bool) throws -> CompiledTemplate.Rendering {
    var settings = settings
    settings.addsGenerationPrompt = prompted
    return try template.render(Conversation(turns.map { (role: $0.role.rawValue, content: $0.content) }), settings)
  }

  /// What thinking models write around their thoughts.
  private static let opening = "<think>"

  /// Whether the template leaves a think block open where the answer is to begin.
  static func opensThinking(_ text: String) -> Bool {
    text.trimmingCharacters(in: .whitespacesAndNewlines).hasSuffix(opening)
  }

  /// The same with an empty block, in the form in which templates that can switch thinking off write it.
  private static func closingThinking(_ text: String) -> String {
    guard opensThinking(text) else { return text }
    return text + (text.hasSuffix("\n") ? "\n</think>\n\n" : "</think>")
  }
}
