/// What names of fields and of speakers mean, in the forms that fine-tuning data come in.
enum FieldNames {
  enum Meaning {
    case input
    case output
    case text
    /// A list of messages.
    case dialogue
    /// Who says a message.
    case speaker
    /// What a message says.
    case content
    /// Identifiers, addresses, times: nothing that a model sees.
    case nothing
  }

  private static let inputs = [
    "prompt", "instruction", "instructions", "input", "inputs", "question", "query", "problem", "source", "src",
    "user", "human", "premise", "hypothesis", "sentence1", "sentence2", "request", "input_text", "source_text",
    "question1", "question2",
  ]
  private static let outputs = [
    "completion", "output", "outputs", "response", "responses", "answer", "answers", "target", "targets", "tgt",
    "label", "labels", "category", "class", "chosen", "rejected", "assistant", "reply", "gold", "solution", "summary",
    "output_text", "target_text", "label_text", "sentiment", "topic", "intent", "expected",
  ]
  private static let texts = [
    "text", "sentence", "body", "passage", "document", "article", "review", "comment", "title", "headline", "tweet",
    "utterance", "context", "word", "phrase",
  ]
  private static let dialogues = ["messages", "conversations", "conversation", "dialog", "dialogue", "turns", "chat"]
  private static let nothing = ["id", "idx", "index", "uuid", "url", "timestamp", "date", "created_at", "type"]

  private static let meanings: [UInt64: Meaning] = {
    var meanings: [UInt64: Meaning] = [:]
    func add(_ names: [String], _ meaning: Meaning) {
      for name in names { meanings[key(Array(name.utf8))] = meaning }
    }
    add(inputs, .input)
    add(outputs, .output)
    add(texts, .text)
    add(dialogues, .dialogue)
    add(["role", "from", "speaker"], .speaker)
    add(["content", "value"], .content)
    add(nothing, .nothing)
    return meanings
  }()

  private static let speakers: [UInt64: FieldRole] = {
    var speakers: [UInt64: FieldRole] = [:]
    for name in ["user", "human", "prompter", "customer"] { speakers[key(Array(name.utf8))] = .input }
    for name in ["assistant", "gpt", "bot", "model", "chatgpt", "chatbot", "agent"] {
      speakers[key(Array(name.utf8))] = .output
    }
    return speakers
  }()

  /// Nil for a name that is not known.
  static func meaning(_ name: some Sequence<UInt8>) -> Meaning? { meanings[key(name)] }

  /// `other` for system prompts, tools and whoever else speaks.
  static func speaker(_ name: some Sequence<UInt8>) -> FieldRole { speakers[key(name)] ?? .other }

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
