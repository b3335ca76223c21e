import Foundation
import Testing
import Tokenizers
import Training

/// What Goldens/recipes/make_goldens.py wrote.
struct RecipeGoldens: Decodable {
  struct Chat: Decodable {
    struct Message: Decodable {
      let role: String
      let content: String
    }
    let format: String
    let messages: [Message]
    let prompt: String
    let whole: String
  }

  struct Sample: Decodable {
    let prompt: String
    let completion: String
    let ids: [Int32]
    let start: Int
  }

  struct Variety: Decodable {
    let prompts: [String]
    let distinct: [Double]
  }

  let chats: [Chat]
  let samples: [Sample]
  let variety: Variety

  static func load() throws -> RecipeGoldens {
    let file = testsFolder.appendingPathComponent("Goldens/recipes/goldens.json")
    return try JSONDecoder().decode(RecipeGoldens.self, from: try Data(contentsOf: file))
  }
}

@Suite("A prompt format")
struct PromptFormatTests {
  let pair = SampleContent.pair(prompt: "a & b", completion: " <c>")

  @Test("plain leaves prompt and completion as they are")
  func plain() throws {
    let sample = try PromptFormat(.plain).render(pair)
    #expect((sample.prompt, sample.completion, sample.endsWithEOS) == ("a & b", " <c>", false))
    #expect(throws: RenderingFault.self) {
      try PromptFormat(.plain).render(.chat(ChatSample([(.user, "q"), (.assistant, "x")])))
    }
  }

  @Test("chatml and llama3 are what Jinja makes of their templates, loss being on the last answer and its end token")
  func chats() throws {
    let chats = try RecipeGoldens.load().chats
    #expect(chats.count == 6)
    for chat in chats {
      let format = PromptFormat(chat.format == "chatml" ? .chatml : .llama3)
      let messages = try chat.messages.map {
        (role: try #require(ChatSample.Role(rawValue: $0.role)), content: $0.content)
      }
      let sample = try format.render(.chat(ChatSample(messages)))
      #expect(sample.prompt == chat.prompt)
      // The template's newline after the last end token is not learnt.
      #expect(sample.prompt + sample.completion + (chat.format == "chatml" ? "\n" : "") == chat.whole)
      #expect(!sample.specialTokens)
    }
  }

  @Test("a pair is a user's message and its answer; without end_with_eos no end token is learnt")
  func pairs() throws {
    let chatml = try PromptFormat(.chatml, endsWithEOS: false).render(.pair(prompt: "Hi", completion: "Ho "))
    #expect(chatml.prompt == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\n")
    #expect(chatml.completion == "Ho ")
    let llama3 = try PromptFormat(.llama3, endsWithEOS: false).render(.pair(prompt: "Hi", completion: "Ho "))
    #expect(llama3.completion == "Ho")
  }

  @Test("a mustache template is filled in without HTML escapes; what follows the completion is learnt too")
  func mustache() throws {
    let sample = try PromptFormat(.mustache("Q: {{prompt}}\nA:{{completion}}\n")).render(pair)
    #expect((sample.prompt, sample.completion) == ("Q: a & b\nA:", " <c>\n"))
    let chat = SampleContent.chat(ChatSample([(.system, "s"), (.user, "u"), (.assistant, "a")]))
    let template = "{{#messages}}{{#user}}U{{/user}}{{^user}}S{{/user}}={{content}};{{/messages}}A={{completion}}"
    let rendered = try PromptFormat(.mustache(template)).render(chat)
    #expect((rendered.prompt, rendered.completion) == ("S=s;U=u;A=", "a"))
  }

  @Test("every answer of a conversation that a mustache template shows is learnt, but those that are marked")
  func mustacheConversation() throws {
    let template = "{{#messages}}{{#user}}U{{/user}}{{^user}}A{{/user}}={{content}};{{/messages}}A={{completion}}"
    let turns: [(role: ChatSample.Role, content: String)] = [
      (.user, "é"), (.assistant, "a1"), (.user, "u"), (.assistant, "a2"), (.user, "v"), (.assistant, "a3"),
    ]
    let format = PromptFormat(.mustache(template), endsWithEOS: false)
    let all = try format.render(SampleContent.chat(ChatSample(turns)))
    #expect((all.prompt, all.completion) == ("U=é;A=a1;U=u;A=a2;U=v;A=", "a3"))
    #expect(all.earlierAnswers == [7..<9, 16..<18], "bytes of UTF-8")
    let some = try format.render(SampleContent.chat(ChatSample(turns, answering: [3, 5])))
    #expect(some.prompt == all.prompt && some.earlierAnswers == [16..<18])
    let encoder = SampleEncoder(tokenizer: try tinyTokenizer(), contextLength: 64, vocabularySize: 360)
    let sample = try encoder.encode(all, kind: .task)
    #expect(try tinyTokenizer().decode(sample.scored.map { sample.ids[$0] }) == "a1a2a3")
  }
}

@Suite("A sample's tokens")
struct SampleEncoderTests {
  let encoder: SampleEncoder

  init() throws {
    encoder = SampleEncoder(tokenizer: try tinyTokenizer(), contextLength: 64, vocabularySize: 360)
  }

  @Test("are those of a request of the suites, loss being on the completion's")
  func boundary() throws {
    for golden in try RecipeGoldens.load().samples {
      let text = try PromptFormat(.plain).render(.pair(prompt: golden.prompt, completion: golden.completion))
      let sample = try encoder.encode(text, kind: .task)
      #expect(sample.ids == golden.ids)
      #expect(sample.scored == Array(golden.start..<golden.ids.count))
    }
  }

  @Test("of an answer whose last character shares a token with what follows include that token; BOS comes first")
  func spanning() throws {
    let file = testsFolder.appendingPathComponent("Goldens/tokenizers/llama3.tokenizer.json")
    let tokenizer = try Tokenizer(json: file, configuration: nil)
    let encoder = SampleEncoder(tokenizer: tokenizer, contextLength: 64, vocabularySize: 1024)
    let text = "Q: a\nA: S. Y.\nQ: b\nA: T.\nQ: c\nA: no"
    let sample = try encoder.encode(text, answers: [7..<13, 21..<24, 32..<35], kind: .preserve)
    #expect(sample.ids == tokenizer.encode(text))
    #expect(sample.scored.map { tokenizer.decode([sample.ids[$0]]) }.joined() == " S. Y.\n T.\n no")
    let chat = try encoder.encode(try PromptFormat(.chatml).render(.pair(prompt: "a", completion: "b")), kind: .task)
    #expect(tokenizer.decode(chat.ids) == "<|im_start|>user\na<|im_end|>\n<|im_start|>assistant\nb<|im_end|>")
    #expect(tokenizer.decode(chat.scored.map { chat.ids[$0] }) == "b<|im_end|>")
  }

  @Test("end with EOS where the recipe says so")
  func eos() throws {
    let content = SampleContent.pair(prompt: "the", completion: " sea")
    let plain = try encoder.encode(try PromptFormat(.plain).render(content), kind: .task)
    let ended = try encoder.encode(try PromptFormat(.plain, endsWithEOS: true).render(content), kind: .task)
    #expect(ended.ids == plain.ids + [0])
    #expect(ended.scored == plain.scored + [plain.ids.count])
  }

  @Test("fit the context, the last one being predicted only, and the model's vocabulary")
  func limits() throws {
    func sample(_ count: Int) throws -> RenderedSample {
      try PromptFormat(.plain).render(.pair(prompt: String(repeating: " a", count: count - 1), completion: " a"))
    }
    #expect(try encoder.encode(try sample(65), kind: .task).ids.count == 65)
    let fault = #expect(throws: RenderingFault.self) { try encoder.encode(try sample(66), kind: .task) }
    #expect(fault?.problem.description == "the prompt has 65 tokens, the model's context 64")
    let small = SampleEncoder(tokenizer: encoder.tokenizer, contextLength: 64, vocabularySize: 100)
    #expect(throws: RenderingFault.self) { try small.encode(try sample(3), kind: .task) }
  }
}
