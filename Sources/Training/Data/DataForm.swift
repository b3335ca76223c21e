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
    if let media = ["images", "videos", "audios", "image", "video", "audio"].first(where: {
      line.value($0).map { !$0.isOff } ?? false
    }) {
      throw line.error("has \(media), and text alone is trained on", remedy: "leave the line out, or the column")
    }
    try reader.demandGood()
    switch form {
    case .pair: return try reader.pair()
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
    if !has("completion"), preferences.contains(where: has) {
      throw line.error("is in no form that is trained on (\(words: columns(of: line)))", remedy: remedy(for: line))
    }
    if isPair || has("completion") || has("prompt") && !has("conversations") && !has("segments") && !has("text") {
      if !has("completion"), let other = answers.first(where: has) {
        throw line.error("'completion' is missing, and there is '\(other)'", remedy: "rename '\(other)' to completion")
      }
      let reader = FormReader(line: line, form: .conversationalPair)
      func isList(_ key: String) -> Bool { if case .array? = line.value(key) { true } else { false } }
      let areMessages = reader.hasMessages("prompt") && reader.hasMessages("completion")
      return areMessages || isList("prompt") || isList("completion") ? .conversationalPair : .pair
    }
    if has("conversations") { return .conversations }
    if has("segments") { return .segments }
    if has("text") { return .text }
    throw line.error("is in no form that is trained on (\(words: columns(of: line)))", remedy: remedy(for: line))
  }

  /// What data sets of preferences, TRL's and OpenAI's, call the two answers.
  static let preferences = ["chosen", "rejected", "preferred_output", "non_preferred_output"]
  /// What other data sets call a completion.
  private static let answers = ["response", "output", "answer", "target"]
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
    if preferences.contains(where: { has($0) }) {
      return "it is preference data: write the chosen answer as completion, or as the last of messages"
    }
    if has("input_ids", "labels") { return "its texts are token ids already: write the texts, \(pair.example)" }
    if has("instruction"), answers.contains(where: { has($0) }),
      ["input", "context"].contains(where: { line.value($0).map { $0 != .string("") } ?? false })
    {
      return "write the instruction and what it is about, one behind the other, as prompt, and the answer as completion"
    }
    if has("instruction", "question", "query", "input"), answers.contains(where: { has($0) }) {
      return "rename the question's column to prompt and the answer's to completion"
    }
    return "write one object a line: \(pair.example), or \(messages.example)"
  }
}
