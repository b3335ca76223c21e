import ArgumentParser
import ChatTemplates
import Checkpoints
import Diagnostics
import Foundation
import Reading
import Tokenizers

/// `holdfast chat`: what a model is sent.
struct ChatCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "chat",
    abstract: "Shows what a conversation becomes by a model's chat template: its text, or its token ids.",
    discussion: """
      --render marks special tokens by ⟦ ⟧ and counts the BOS tokens; --json has the exact text. Messages are a JSON list, or an object with \
      "messages" and, where they are, "tools", "documents" and "chat_template_kwargs".

      Example: holdfast chat --model smollm2-135m-instruct --render
      """)

  @Option(help: "A .gguf file, a Hugging Face folder, or a name from the catalogue that was fetched.")
  var model: String

  @Option(
    help: "A file of messages, a pipe, or - for standard input; a short conversation of two questions by default.")
  var messages: String?

  @Option(help: "A file, or the name of one of the model's templates; its default where none is given.")
  var chatTemplate: String?

  @Option(
    name: .customLong("template-argument"),
    help: "NAME=VALUE for the template, VALUE in JSON or plain text: enable_thinking=false. Can be given several times."
  )
  var templateArguments: [String] = []

  @Option(help: "The day that the template is told is today, as 2026-11-27.")
  var date: String?

  @Flag(help: "Show the text, special tokens marked (the default).")
  var render = false

  @Flag(help: "Show the token ids, each with its text.")
  var ids = false

  @Flag(help: "Print one object of JSON: template, text, ids.")
  var json = false

  @Flag(name: .customLong("no-generation-prompt"), help: "End with the last message, without a header for the answer.")
  var hasNoGenerationPrompt = false

  @Flag(name: .customLong("continue-last"), help: "Leave the last message open, to be gone on with.")
  var continuesLast = false

  func validate() throws {
    guard [render, ids, json].count(where: { $0 }) <= 1 else {
      throw ValidationError("--render, --ids and --json show the same thing; give one of them")
    }
  }

  func run() throws {
    let checkpoint = try Checkpoint.open(try resolveModel(model))
    let tokenizer = try Tokenizer(checkpoint.tokenizer)
    let file = try messages.map { try ChatFile(path: $0) } ?? ChatFile.example
    let template = try ChatTemplateSet(of: checkpoint).template(
      chatTemplate, hasTools: file.conversation.tools != nil)
    var settings = ChatSettings()
    settings.addsGenerationPrompt = !hasNoGenerationPrompt && !continuesLast
    settings.continuesLastMessage = continuesLast
    settings.arguments = try arguments(over: file.arguments)
    if let date {
      guard let day = PinnedDate(date) else {
        throw InputError("--date", "'\(date)' is no day", remedy: "write it as 2026-11-27")
      }
      settings.date = day
    }
    let rendering = try template.render(file.conversation, settings)
    let tokens = tokenizer.encodePrompt(rendering.text, addSpecialTokens: false)
    if json {
      return try printJSON(
        ChatListing(
          template: template.path, name: template.name, date: rendering.readsDate ? settings.date.text : nil,
          text: rendering.text, ids: tokens))
    }
    let begins = tokens.prefix { $0 == tokenizer.bosTokenID }.count
    note(
      "template '\(template.name)' of \(template.path); \(tokens.count) tokens, \(begins) of them BOS at the beginning")
    if rendering.readsDate { note("the template prints today's date, which is \(settings.date.text) to it") }
    if begins > 1 { note("warning: the text begins with \(begins) BOS tokens") }
    try emitOutput(ids ? Self.listed(tokens, tokenizer) : Self.marked(rendering.text, tokens, tokenizer))
  }

  private func arguments(over given: JSONObject) throws -> JSONObject {
    try templateArguments.reduce(given) { arguments, text in
      guard let sign = text.firstIndex(of: "="), sign > text.startIndex else {
        throw InputError(
          "--template-argument", "'\(text)' is no NAME=VALUE", remedy: "write it as enable_thinking=false")
      }
      let value = String(text[text.index(after: sign)...])
      return arguments.setting(String(text[..<sign]), to: JSONValue(argument: value))
    }
  }

  /// The text itself, each special token in it between brackets: decoding tokens would lose spaces that some vocabularies put first.
  private static func marked(_ text: String, _ tokens: [Int32], _ tokenizer: Tokenizer) -> ShownText {
    var marked = ""
    var rest = text[...]
    for token in tokens where tokenizer.isSpecial(token) {
      // Wherever a special token's text stands it is read as the token, so that the next of its text is this one.
      let content = tokenizer.decode([token])
      guard !content.isEmpty, let range = rest.range(of: content, options: .literal) else { continue }
      marked += rest[..<range.lowerBound] + "⟦\(content)⟧"
      rest = rest[range.upperBound...]
    }
    return ShownText(lines: marked + rest + "\n")
  }

  private static func listed(_ tokens: [Int32], _ tokenizer: Tokenizer) -> ShownText {
    ShownText(lines: tokens.map { "\($0)  \(shown(tokenizer.decode([$0])))\n" }.joined())
  }
}

/// What `holdfast chat --json` prints.
private struct ChatListing: Encodable {
  let template: String
  let name: String
  /// The day that the template printed, if it did.
  let date: String?
  let text: String
  let ids: [Int32]
}
