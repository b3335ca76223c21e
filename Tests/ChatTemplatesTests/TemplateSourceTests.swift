import ChatTemplates
import Diagnostics
import Foundation
import Testing

@Suite("Where a model's chat template comes from")
struct TemplateSourceTests {
  private func folder(_ files: [String: String]) throws -> URL {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("chat-\(UUID().uuidString)")
    for (name, text) in files {
      let file = folder.appendingPathComponent(name)
      try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try Data(text.utf8).write(to: file)
    }
    return folder
  }

  private func set(_ files: [String: String]) throws -> ChatTemplateSet {
    let folder = try folder(files)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try ChatTemplateSet(folder: folder, path: "model")
  }

  @Test("the .jinja files win over tokenizer_config.json, whose tokens stay")
  func order() throws {
    let configuration =
      #"{"chat_template": "config", "bos_token": {"content": "<b>", "lstrip": false}, "eos_token": "<e>", "pad_token": null}"#
    let both = try set(["tokenizer_config.json": configuration, "chat_template.jinja": "file"])
    #expect(try both.template().source == "file")
    #expect(both.specialTokens == [.init(name: "bos_token", text: "<b>"), .init(name: "eos_token", text: "<e>")])
    #expect(try set(["tokenizer_config.json": configuration]).template().source == "config")
    let more = try set([
      "tokenizer_config.json": configuration, "chat_template.jinja": "file",
      "additional_chat_templates/tool_use.jinja": "tools",
      "special_tokens_map.json": #"{"bos_token": "other", "unk_token": "<u>"}"#,
    ])
    #expect(try more.template(hasTools: true).source == "tools")
    #expect(try more.template("tool_use").source == "tools")
    #expect(try more.template().name == "default")
    // The map counts before an older configuration, and not beside one that lists its added tokens.
    #expect(more.specialTokens.map(\.text) == ["other", "<e>", "<u>"])
    let complete = try set([
      "tokenizer_config.json":
        #"{"eos_token": "<e>", "added_tokens_decoder": {}, "image_token": "<image>", "add_bos_token": true}"#,
      "special_tokens_map.json": #"{"eos_token": "other", "pad_token": "<p>"}"#,
    ])
    #expect(
      complete.specialTokens == [.init(name: "eos_token", text: "<e>"), .init(name: "image_token", text: "<image>")])
    let replaced = try set(["chat_template.jinja": "file", "additional_chat_templates/default.jinja": "another"])
    #expect(try replaced.template().source == "another")
  }

  @Test("a list of named templates is taken by name, and needs a default or a choice")
  func named() throws {
    let list = #"{"chat_template": [{"name": "rag", "template": "r"}, {"name": "default", "template": "d"}]}"#
    #expect(try set(["tokenizer_config.json": list]).template().source == "d")
    #expect(try set(["tokenizer_config.json": list]).template("rag").source == "r")
    let error = try #require(throws: InputError.self) {
      try set(["tokenizer_config.json": #"{"chat_template": [{"name": "rag", "template": "r"}]}"#]).template()
    }
    #expect("\(error)".contains("none is the default; choose one of 'rag'"))
  }

  @Test("a model without one, a name that is none and a template that is damaged are one line each")
  func refused() throws {
    let none = try #require(throws: InputError.self) { try set(["tokenizer_config.json": "{}"]).template() }
    #expect("\(none)" == "model: chat template: the model has none; give one with --chat-template, or ask it raw texts")
    let name = try #require(throws: InputError.self) { try set(["chat_template.jinja": "x"]).template("y") }
    #expect("\(name)".contains("there is no file and no template 'y'; give the path of a file, or one of 'default'"))
    let damaged = try #require(throws: InputError.self) { try set(["chat_template.jinja": "a\n{% if %}"]).template() }
    #expect("\(damaged)".contains("chat_template.jinja: chat template, line 2, column 7: expected an expression"))
    #expect(throws: InputError.self) { try set(["tokenizer_config.json": #"{"chat_template": 5}"#]) }
    #expect(throws: InputError.self) {
      try set([
        "tokenizer_config.json": #"{"chat_template": [{"name": "a", "template": "1"}, {"name": "a", "template": "2"}]}"#
      ])
    }
  }

  @Test("what a template raises is said in its words, made fit to be shown")
  func raised() throws {
    let template = try ChatTemplate(path: "t.jinja", source: "{{ raise_exception('No \u{1B}[31msystem') }}")
    let error = try #require(throws: InputError.self) {
      try template.render(Conversation([(role: "user", content: "a")]))
    }
    #expect(
      "\(error)".contains(
        #"line 1, column 4: the template says: No \u{1B}[31msystem; send messages that the template takes"#))
    #expect(throws: InputError.self) { try template.render(Conversation(messages: [])) }
  }
}
