/// What names of fields and of speakers mean, in the forms that fine-tuning data come in.
enum FieldNames {
  enum Meaning {
    case input
    case output
    /// What kind a sample is of: its answer where it has no other.
    case kind
    case text
    /// A list of messages.
    case dialogue
    /// A list of pieces of one text, of which those that are learnt are marked with a label.
    case segments
    /// Where a sample comes from, or what is to be translated.
    case source
    /// Who says a message.
    case speaker
    /// What a message says.
    case content
    /// The choices of a question, or one of them.
    case choices
    /// A text's words or pieces, or their ids.
    case tokens
    /// Messages that answer the one in which they stand.
    case replies
    /// Identifiers, addresses, times: nothing that a model sees.
    case nothing
  }

  private static let inputs = [
    "prompt", "instruction", "instructions", "input", "inputs", "question", "query", "problem", "src",
    "user", "human", "premise", "hypothesis", "sentence1", "sentence2", "request", "input_text", "source_text",
    "question1", "question2",
    "prompts", "questions", "queries", "prompt_text", "question_text", "instruction_text",
  ]
  private static let outputs = [
    "completion", "output", "outputs", "response", "responses", "answer", "answers", "target", "targets", "tgt",
    "label", "labels", "chosen", "rejected", "assistant", "reply", "gold", "solution", "summary",
    "output_text", "target_text", "label_text", "sentiment", "expected", "completions",
    "response_text", "answer_text", "completion_text", "ground_truth",
    // Of the choice that is right.
    "answerkey", "answer_key", "answer_idx", "answer_index", "answer_id", "answer_letter", "correct_index",
    "correct_option", "correct_choice", "label_idx", "gold_index", "cop",
  ]
  private static let kinds = ["category", "class", "topic", "intent"]
  /// Names of columns, not of what stands before a colon in a text.
  private static let inputColumns = ["q", "ctx", "goal", "post", "inputs_pretokenized"]
  private static let outputColumns = [
    "generation", "generations", "demonstration", "demonstrations", "targets_pretokenized",
  ]
  private static let texts = [
    "text", "sentence", "body", "passage", "document", "article", "review", "comment", "title", "headline", "tweet",
    "utterance", "context", "word", "phrase",
  ]
  private static let dialogues = [
    "messages", "conversations", "conversation", "dialog", "dialogue", "turns", "chat", "data", "history",
    "contents",
  ]
  private static let choices: [String] = {
    let places = "abcdefgh0123456789".map { "\($0)" }
    let single = ["option", "choice", "ending", "answer", "sol", "opt", "op"].flatMap { name in
      places.flatMap { ["\(name)\($0)", "\(name)_\($0)"] }
    }
    return ["choices", "options", "endings", "candidates", "mc_options"] + places.prefix(8) + single
  }()
  private static let nothing = ["id", "idx", "index", "uuid", "url", "timestamp", "date", "created_at", "type"]

  private static let meanings: [UInt64: Meaning] = {
    var meanings: [UInt64: Meaning] = [:]
    func add(_ names: [String], _ meaning: Meaning) {
      for name in names { meanings[key(Array(name.utf8))] = meaning }
    }
    add(inputs, .input)
    add(outputs, .output)
    add(inputColumns, .input)
    add(outputColumns, .output)
    add(kinds, .kind)
    add(["replies"], .replies)
    add(texts, .text)
    add(dialogues, .dialogue)
    add(["segments"], .segments)
    add(["source"], .source)
    add(["role", "from", "speaker", "author", "sender"], .speaker)
    add(["content", "value", "message", "parts", "tool_calls", "function_call", "arguments"], .content)
    add(nothing, .nothing)
    add(choices, .choices)
    return meanings
  }()

  private static let speakers: [UInt64: FieldRole] = {
    var speakers: [UInt64: FieldRole] = [:]
    for name in ["user", "human", "prompter", "customer"] { speakers[key(Array(name.utf8))] = .input }
    for name in ["assistant", "gpt", "bot", "model", "chatgpt", "chatbot", "agent", "ai"] {
      speakers[key(Array(name.utf8))] = .output
    }
    for name in ["system", "developer", "tool", "function", "observation", "ipython", "environment"] {
      speakers[key(Array(name.utf8))] = .other
    }
    return speakers
  }()

  /// What stands before a colon, in a heading or a special token: names of fields and speakers, and what is usual
  /// there alone.
  private static let labels: [UInt64: FieldRole] = {
    var labels = speakers
    for name in inputs + texts + [
      "source", "q", "task", "exercise", "frage", "pregunta", "问", "问题", "提问", "用户",
    ] {
      labels[key(Array(name.utf8))] = .input
    }
    for name in outputs + kinds + [
      "a", "ans", "result", "falcon", "claude", "llm", "réponse", "antwort", "respuesta", "答", "回答", "助手",
    ] {
      labels[key(Array(name.utf8))] = .output
    }
    return labels
  }()

  /// Nil for a name that is not known.
  static func meaning(_ name: some BidirectionalCollection<UInt8>) -> Meaning? {
    meanings[key(name)] ?? (isTokens(name) ? .tokens : headMeaning(name))
  }

  /// What the last part of a compound says, where that is a question or an answer: "correct_answer", "user-input".
  private static func headMeaning(_ name: some BidirectionalCollection<UInt8>) -> Meaning? {
    let separators = [UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: " ")]
    guard name.count <= 64, let last = name.lastIndex(where: separators.contains) else { return nil }
    switch meanings[key(name[name.index(after: last)...])] {
    case .input: return .input
    case .output: return .output
    case .kind: return .kind
    default: return nil
    }
  }

  /// `other` for system prompts, tools and whoever else speaks.
  static func speaker(_ name: some Sequence<UInt8>) -> FieldRole { speakers[key(name)] ?? .other }

  /// Nil for a name that is no usual speaker's.
  static func knownSpeaker(_ name: some Sequence<UInt8>) -> FieldRole? { speakers[key(name)] }

  /// Who says what stands behind such a label in a text; nil for a word that is none.
  static func label(_ name: some Sequence<UInt8>) -> FieldRole? { labels[key(name)] }

  /// Whether a list under this name holds a text's tokens or their ids ("input_ids", "prompt_token_ids", "tokens").
  private static func isTokens(_ name: some BidirectionalCollection<UInt8>) -> Bool {
    guard let last = name.last, last | 0x20 == UInt8(ascii: "s"), name.count <= 64 else { return false }
    let folded = String(decoding: name, as: UTF8.self).lowercased()
    return ["ids", "words"].contains(folded) || ["_ids", "tokens"].contains { folded.hasSuffix($0) }
  }

  /// Case, space and the difference of '-', ' ' and '_' do not matter.
  private static func key(_ name: some Sequence<UInt8>) -> UInt64 {
    name.reduce(0xCBF2_9CE4_8422_2325) { value, byte in
      let folded: UInt8 =
        switch byte {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): byte | 0x20
        case UInt8(ascii: "-"), UInt8(ascii: " "): UInt8(ascii: "_")
        default: byte
        }
      return (value ^ UInt64(folded)) &* 0x0000_0100_0000_01B3
    }
  }
}
