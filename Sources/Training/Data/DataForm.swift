import Diagnostics
import Foundation
import Reading

/// The forms in which trainers and data sets keep a sample, told by its columns. Further columns are left alone.
enum DataForm: CaseIterable {
  /// TRL's and everyone's: two texts.
  case pair
  /// TRL's conversational prompt and completion: two lists of messages.
  case conversationalPair
  /// A list of messages, as TRL, axolotl and OpenAI have it.
  case messages
  /// The same in ShareGPT's words.
  case conversations
  /// Pieces of one text, axolotl's template-free form.
  case segments
  /// One text, which is learnt whole.
  case text

  /// How a line looks.
  var example: ShownText {
    switch self {
    case .pair: #"{"prompt": "…", "completion": "…"}"#
    case .conversationalPair:
      #"{"prompt": [{"role": "user", "content": "…"}], "completion": [{"role": "assistant", "content": "…"}]}"#
    case .messages: #"{"messages": [{"role": "user", "content": "…"}, {"role": "assistant", "content": "…"}]}"#
    case .conversations: #"{"conversations": [{"from": "human", "value": "…"}, {"from": "gpt", "value": "…"}]}"#
    case .segments: #"{"segments": [{"label": false, "text": "…"}, {"label": true, "text": "…"}]}"#
    case .text: #"{"text": "…"}"#
    }
  }

  /// What a line says.
  ///
  /// - Throws: `InputError` that names the line and what its own form wants.
  static func content(of line: JSONLine) throws -> SampleContent {
    let form = try form(of: line)
    let reader = FormReader(line: line, form: form)
    switch form {
    case .pair:
      let content = SampleContent.pair(
        prompt: try reader.text("prompt"), completion: try reader.text("completion"))
      guard !content.completion.stripped().isEmpty else {
        throw line.error(
          "the sample has no token that loss is taken on", remedy: "write a completion, or leave the line out")
      }
      return content
    case .conversationalPair: return .chat(try reader.conversationalPair())
    case .messages: return .chat(try reader.conversation("messages"))
    case .conversations: return .chat(try reader.conversation("conversations"))
    case .segments: return .segments(try reader.segments())
    case .text: return .text(try reader.text("text"))
    }
  }

  private static func form(of line: JSONLine) throws -> DataForm {
    func has(_ key: String) -> Bool { line.value(key) != nil }
    let isPair = has("prompt") && has("completion")
    if has("messages") {
      guard !isPair else {
        throw line.error("has both messages and a prompt or completion", remedy: "keep one of them")
      }
      return .messages
    }
    if !has("completion"), has("chosen") || has("rejected") {
      throw line.error("is in no form that is trained on (\(words: columns(of: line)))", remedy: remedy(for: line))
    }
    if isPair || has("completion") || has("prompt") && !has("conversations") && !has("segments") && !has("text") {
      let isList = [line.value("prompt"), line.value("completion")].contains {
        if case .array? = $0 { true } else { false }
      }
      return isList ? .conversationalPair : .pair
    }
    if has("conversations") { return .conversations }
    if has("segments") { return .segments }
    if has("text") { return .text }
    throw line.error("is in no form that is trained on (\(words: columns(of: line)))", remedy: remedy(for: line))
  }

  private static let shownColumns = 8

  private static func columns(of line: JSONLine) -> String {
    let names = line.keys.filter { line.value($0) != nil }
    guard !names.isEmpty else { return "it has no column with a value" }
    let shown = names.prefix(shownColumns).map { "'\(Diagnostics.shown(String($0.prefix(40))))'" }.joined(
      separator: ", ")
    return "it has \(shown)\(names.count > shownColumns ? " and others" : "")"
  }

  /// What to do with columns that other trainers know.
  private static func remedy(for line: JSONLine) -> ShownText {
    func has(_ keys: String...) -> Bool { keys.contains { line.value($0) != nil } }
    if has("chosen", "rejected") {
      return "it is preference data: write the chosen answer as completion, or as the last of messages"
    }
    if has("input_ids", "labels") { return "its texts are token ids already: write the texts, \(pair.example)" }
    if has("instruction", "question", "query", "input"), has("output", "response", "answer", "target") {
      return "rename the question's column to prompt and the answer's to completion"
    }
    return "write one object a line: \(pair.example), or \(messages.example)"
  }
}
