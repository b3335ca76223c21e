import Digests
import Evaluation
import Foundation
import Suites
import Testing

@Suite("What is said of a chat template")
struct TemplateFactsTests {
  private func note(_ template: String, date: String = "2024-07-26", system: String? = nil) throws -> String? {
    try ChatDescription(
      form: .chat, template: template, templateHash: SHA256.hash(data: Data(template.utf8)).hexadecimal,
      tokens: ["bos_token": "<s>", "eos_token": "</s>"],
      arguments: "{}", date: date, system: system, closesThinking: false
    ).templateNote(path: "t")
  }

  private static let turns = "{% for m in messages %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}"
  private static let prompt = "{% if add_generation_prompt %}<assistant>{% endif %}"

  @Test("nothing of one that renders every message by itself")
  func plain() throws {
    #expect(try note(Self.turns + Self.prompt) == nil)
    #expect(try note(Self.turns + Self.prompt, system: "Be brief.") == nil)
  }

  @Test(
    "what it does to system messages, answers, white space and days",
    arguments: [
      (
        "{% if messages[0].role == 'system' %}{{ raise_exception('no') }}{% endif %}" + turns + prompt,
        "it refuses a system message"
      ),
      (
        "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ m.content }}</s>{% endfor %}" + prompt,
        "it drops a system message"
      ),
      (
        "{% set s = messages[0].content ~ '|' if messages[0].role == 'system' else '' %}"
          + "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ s if loop.first }}{{ m.content }}</s>{% endfor %}"
          + prompt,
        "it puts a system message into the first question"
      ),
      (
        "{% set s = messages[0].content ~ '|' if messages[0].role == 'system' else '' %}"
          + "{% for m in messages if m.role != 'system' %}<{{ m.role }}>{{ s if loop.last }}{{ m.content }}</s>{% endfor %}"
          + prompt,
        "it moves a system message to the last question"
      ),
      (
        "{% for m in messages %}<{{ m.role }}>{{ m.content }}{% if loop.last %}</s>{% else %}</end>{% endif %}{% endfor %}"
          + prompt,
        "it renders a prompt's end otherwise once it is answered; it ends the last answer otherwise than those before"
      ),
      (
        "{% for m in messages %}<{{ m.role }}>{{ m.content | trim }}</s>{% endfor %}" + prompt,
        "it trims questions and answers"
      ),
      ("Today is {{ strftime_now('%d %b %Y') }}. " + turns + prompt, "it is told that today is 2024-07-26"),
      (
        "{% if messages[0].role != 'system' %}<system>You are a helpful assistant of forty characters or more.</s>{% endif %}"
          + turns + prompt,
        "it writes 74 characters of its own before the first message"
      ),
    ])
  func facts(template: String, clause: String) throws {
    #expect(try note(template) == "what the chat template does: \(clause)")
  }
}
