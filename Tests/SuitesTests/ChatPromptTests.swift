import Foundation
import Suites
import Testing

@Suite("A suite asked as a chat")
struct ChatPromptTests {
  /// Turns between brackets.
  struct Brackets: TurnRenderer {
    var form = PromptForm.chat
    var template = "brackets"
    var instructions = false

    var description: ChatDescription {
      ChatDescription(
        form: form, template: template, templateHash: "", tokens: [:], arguments: "{}", date: "2024-07-26", system: nil,
        closesThinking: false, instructions: instructions)
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

  @Test("an instruction stands before the first question, a prefill before every answer, a system text before all")
  func taskChat() throws {
    let items = (0..<8).map { Item(id: "\($0)", input: "in\($0)", output: "out\($0)") }
    let task = TaskDefinition(
      name: "t", family: "f", version: 1, template: "Q: {input}", answerPrefix: " ", separator: "\n", stop: "\n",
      shots: [0, 2], blockSize: 4, pool: .first(4), conditions: [.gold], source: "", licence: "", items: items,
      file: "t",
      instruction: "Say it.", chat: TaskChat(system: "S", prefill: "A:"))
    let suite = Suite(name: "s", version: 1, seed: 1, description: "", tasks: [task], path: "s")
    func contexts(_ brackets: Brackets, _ asking: Asking = .gold) throws -> [Request] {
      try suite.asked(as: ChatPrompts(brackets)).requestBlocks(asking: asking).flatMap(\.observations).map(\.request)
    }
    let plain = try contexts(Brackets())
    #expect(plain[0].context == "[system: S][user: Q: in4][assistant: A:]>")
    #expect(plain[0].continuation == " out4")
    let instructed = try contexts(Brackets(instructions: true))
    #expect(instructed[0].context == "[system: S][user: Say it.\n\nQ: in4][assistant: A:]>")
    let shown = instructed[4].context
    #expect(shown.hasPrefix("[system: S][user: Say it.\n\nQ: in"))
    #expect(shown.components(separatedBy: "Say it.").count == 2)
    #expect(shown.components(separatedBy: "[assistant: A: out").count == 3)
    #expect(shown.hasSuffix("][user: Q: in4][assistant: A:]>"))
    let single = try contexts(Brackets(form: .chatSingle, instructions: true))
    #expect(single[4].context.hasPrefix("[system: S][user: Say it.\n\nQ: in"))
    #expect(suite.hash != suite.with(TaskChat()).hash)
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

extension Suite {
  /// The same with other chats of its one task.
  fileprivate func with(_ chat: TaskChat) -> Suite {
    let task = tasks[0]
    return Suite(
      name: name, version: version, seed: seed, description: description,
      tasks: [
        TaskDefinition(
          name: task.name, family: task.family, version: 1, template: task.template, answerPrefix: task.answerPrefix,
          separator: task.separator, stop: task.stop, shots: task.shots, blockSize: task.blockSize, pool: task.pool,
          conditions: task.conditions, source: "", licence: "", items: task.items, file: "t", chat: chat)
      ], path: path)
  }
}
