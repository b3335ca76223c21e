import Foundation
import Testing

@Suite("chat")
struct ChatTests {
  let folder: TemporaryFolder
  let model = golden("released/qwen2.5")

  init() throws { folder = try TemporaryFolder() }

  private func chat(_ arguments: String..., input: String = "") throws -> Finished {
    try Running(["chat", "--model", model] + arguments, in: folder, input: input).finish()
  }

  private let question = #"[{"role": "user", "content": "Hi"}]"#

  @Test("a conversation is shown with its special tokens marked, as ids, and as JSON")
  func shows() throws {
    let template = folder.file("t.jinja")
    let source = "{% for m in messages %}<|im_start|>{{ m.role }}\n{{ m.content }}<|im_end|>\n{% endfor %}{{ flag }}"
    try Data(source.utf8).write(to: template)
    let given = ["--chat-template", template.path, "--messages", "-", "--template-argument", "flag=true"]
    let shown = try Running(["chat", "--model", model] + given, in: folder, input: question).finish()
    #expect(shown.status == 0)
    #expect(shown.out == "⟦<|im_start|>⟧user\nHi⟦<|im_end|>⟧\nTrue\n")
    let listing = try Running(["chat", "--model", model, "--json"] + given, in: folder, input: question).finish()
      .object()
    #expect(listing["text"] as? String == "<|im_start|>user\nHi<|im_end|>\nTrue")
    let ids = try #require(listing["ids"] as? [Int])
    let lines = try Running(["chat", "--model", model, "--ids"] + given, in: folder, input: question).finish().out
    #expect(lines.split(separator: "\n").map { Int($0.prefix { $0.isNumber }) } == ids)
  }

  @Test("a model without a template, a template that raises, messages that are none: one line each, exit 2")
  func refuses() throws {
    let none = try chat()
    #expect(none.status == 2 && none.err.contains("chat template: the model has none; give one with --chat-template"))
    let raising = folder.file("raising.jinja")
    try Data("a\n{{ raise_exception('users only') }}".utf8).write(to: raising)
    let raised = try chat("--chat-template", raising.path)
    #expect(raised.status == 2 && raised.err.contains("line 2, column 4: the template says: users only"))
    #expect(raised.complaints.count == 1)
    let other = try chat(
      "--chat-template", raising.path, "--messages", "-", input: #"{"messages": [{"content": "a"}]}"#)
    #expect(other.status == 2 && other.err.contains("messages[0].role"))
    let unknown = try chat("--chat-template", raising.path, "--messages", "-", input: #"{"messages": [], "x": 1}"#)
    #expect(unknown.status == 2 && unknown.err.contains("x: is not known here"))
    // As a float it would be shown as another number than Python shows.
    let long = try chat(
      "--chat-template", raising.path, "--messages", "-",
      input: #"[{"role": "user", "content": "a", "n": 12345678901234567890}]"#)
    #expect(long.status == 2 && long.err.contains("a whole number has more than 64 bits"), "\(long.err)")
  }

  @Test("what is shown is the text itself, spaces too", arguments: ["qwen2.5", "gemma-3", "llama-2"])
  func exact(model: String) throws {
    let template = folder.file("t.jinja")
    try Data("{{ bos_token }} [INST]  a{{ eos_token }}  b {{ eos_token }}c\n ".utf8).write(to: template)
    let given = ["chat", "--model", golden("released/\(model)"), "--chat-template", template.path]
    let shown = try Running(given, in: folder).finish().out
    let text = try #require(try Running(given + ["--json"], in: folder).finish().object()["text"] as? String)
    #expect(text.contains("  a") && text.hasSuffix("c\n "))
    #expect(shown.filter { !"⟦⟧".contains($0) } == text + "\n")
    #expect(shown.contains("⟦") || !text.contains("<"))
  }

  @Test("a doubled BOS is said")
  func doubled() throws {
    let template = folder.file("t.jinja")
    try Data("{{ bos_token }}{{ bos_token }}a".utf8).write(to: template)
    let finished = try Running(
      ["chat", "--model", golden("released/gemma-3"), "--chat-template", template.path], in: folder, input: ""
    ).finish()
    #expect(finished.status == 0 && finished.err.contains("warning: the text begins with 2 BOS tokens"))
  }
}
