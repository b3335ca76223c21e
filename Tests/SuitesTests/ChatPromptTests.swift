import Foundation
import Suites
import Testing

@Suite("A suite asked as a chat")
struct ChatPromptTests {
  /// Turns between brackets.
  struct Brackets: TurnRenderer {
    var form = PromptForm.chat
    var template = "brackets"

    var description: ChatDescription {
      ChatDescription(
        form: form, template: template, templateHash: "", tokens: [:], arguments: "{}", date: "2024-07-26", system: nil,
        closesThinking: false)
    }

    func prompt(_ turns: [Turn]) -> String { turns.map { "[\($0.role.rawValue): \($0.content)]" }.joined() + ">" }
  }

  @Test("demonstrations are turns, the answer is asked alone, without special tokens, and a line break ends it")
  func turns() throws {
    let suite = try Suite.load(smokeSuite).asked(as: ChatPrompts(Brackets()))
    let raw = try Suite.load(smokeSuite).requestBlocks().flatMap(\.observations)
    let chat = try suite.requestBlocks().flatMap(\.observations)
    #expect(raw.count == chat.count)
    for (raw, chat) in zip(raw, chat) {
      #expect((raw.task, raw.item, raw.k) == (chat.task, chat.item, chat.k))
      #expect(chat.request.context.components(separatedBy: "[user: ").count == chat.k + 2)
      #expect(chat.request.context.components(separatedBy: "[assistant: ").count == chat.k + 1)
      #expect(chat.request.context.hasSuffix("]>"))
      #expect(" " + chat.request.continuation == raw.request.continuation)
      #expect(!chat.request.specialTokens)
      #expect(chat.request.exactMatch?.stop ?? "\n" == "\n")
      #expect(chat.request.id != raw.request.id)
    }
  }

  @Test("or one message with all of them, as raw text has them")
  func single() throws {
    let suite = try Suite.load(smokeSuite).asked(as: ChatPrompts(Brackets(form: .chatSingle)))
    let raw = try Suite.load(smokeSuite).requestBlocks().flatMap(\.observations)
    for (raw, chat) in zip(raw, try suite.requestBlocks().flatMap(\.observations)) {
      #expect(chat.request.context == "[user: \(raw.request.context)]>")
    }
  }

  @Test("another form, another template or raw text is another prompt hash; the suite's hash stays")
  func hashes() throws {
    let suite = try Suite.load(smokeSuite)
    let all = [nil, Brackets(), Brackets(form: .chatSingle), Brackets(template: "other")].map {
      suite.asked(as: $0.map { ChatPrompts($0) })
    }
    #expect(Set(try all.map { try $0.promptHash() }).count == 4)
    #expect(Set(all.map(\.hash)).count == 1)
    #expect(try all[0].promptHash() == suite.promptHash())
  }
}
