import Foundation
import Reading
import Testing
import Training

/// Forms as TRL 1.16, axolotl 0.19 and `datasets.to_json` write them.
@Suite("A line of training data")
struct DataFormTests {
  let folder: RecipeFolder

  init() throws { folder = try RecipeFolder() }

  private func read(_ line: String) throws -> SampleContent {
    try DataFile.read(try folder.write("d.jsonl", line)).lines[0].content
  }

  private static let chat = SampleContent.chat(ChatSample([(.user, "q"), (.assistant, "a")]))
  private static let behind = SampleContent.chat(ChatSample([(.user, "q"), (.assistant, "a")], given: 1))

  @Test(
    "is taken in each of its forms, further columns and null keys left alone",
    arguments: [
      (#"{"prompt": "q", "completion": "a", "id": 1, "source": "z"}"#, .pair(prompt: "q", completion: "a")),
      (#"{"prompt": "q", "completion": "a", "messages": null, "tools": null}"#, .pair(prompt: "q", completion: "a")),
      (#"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#, chat),
      (
        #"{"prompt": "q", "prompt_id": "7", "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
        chat
      ),
      (
        #"{"messages": "[{\"role\": \"user\", \"content\": \"q\"}, {\"role\": \"assistant\", \"content\": \"a\"}]"}"#,
        chat
      ),
      (
        #"{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}], "score": 0.5}"#,
        behind
      ),
      (
        #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "q"}]}, {"role": "assistant", "content": [{"type": "text", "text": "a"}]}]}"#,
        chat
      ),
      (#"{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "a"}]}"#, chat),
      (
        #"{"conversations": [{"from": "human", "value": "q", "role": null}, {"from": "gpt", "value": "a", "content": null}]}"#,
        chat
      ),
      (#"{"text": "a text", "meta": {"a": [1]}}"#, .text("a text")),
      (
        #"{"segments": [{"label": false, "text": "q "}, {"label": true, "text": "a"}]}"#,
        .segments([TextSegment(text: "q ", isLearnt: false), TextSegment(text: "a", isLearnt: true)])
      ),
    ] as [(String, SampleContent)])
  func forms(line: String, content: SampleContent) throws { #expect(try read(line) == content) }

  @Test("keeps what a template may read of its messages, its tools and arguments")
  func tools() throws {
    let line = """
      {"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": null, "tool_calls": [{"type": "function", \
      "function": {"name": "f", "arguments": {}}}]}, {"role": "tool", "content": "3"}, {"role": "assistant", "content": "a", \
      "weight": 0}, {"role": "user", "content": "r"}, {"role": "assistant", "content": "b", "train": false}], \
      "tools": "[{\\"type\\": \\"function\\"}]", "chat_template_kwargs": {"enable_thinking": false}}
      """
    guard case .chat(let chat) = try read(line) else { return #expect(Bool(false)) }
    #expect(chat.messages.count == 6)
    #expect(chat.messages[1]["tool_calls"] != nil)
    // Axolotl's marks leave out the answers 3 and 5.
    #expect(chat.learnt == .turns([1]))
    guard case .array(let tools)? = chat.tools else { return #expect(Bool(false)) }
    #expect(tools.count == 1)
    #expect(chat.arguments["enable_thinking"] == .bool(false))
  }

  @Test(
    "that is bad is answered in its own form's words",
    arguments: [
      (
        #"{"messages": [{"role": "user", "content": "q"}]}"#,
        "'messages' has no message of the assistant's; write one object a line: {\"messages\": "
      ),
      (#"{"messages": [{"role": "user"}]}"#, "'messages[0]' has no content; write one object a line: {\"messages\": "),
      (#"{"messages": [{"content": "q"}]}"#, "'messages[0]' has no role; write one object a line: {\"messages\": "),
      (#"{"messages": ["q"]}"#, "'messages[0]' is no message; write one object a line: {\"messages\": "),
      (#"{"messages": {"role": "user"}}"#, "'messages' is no list; write one object a line: {\"messages\": "),
      (#"{"messages": "user: q"}"#, "'messages' is text, and no JSON list; write one object a line: {\"messages\": "),
      (
        #"{"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": "u"}]}]}"#,
        "'messages[0].content[0]' is of type 'image_url', and text alone is trained on; "
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0}]}"#,
        "no answer of 'messages' is to be learnt; "
      ),
      (
        #"{"conversations": [{"from": "wizard", "value": "q"}]}"#,
        "'conversations[0].from' is 'wizard', who is not known; write one object a line: {\"conversations\": "
      ),
      (
        #"{"prompt": [{"role": "user", "content": "q"}], "completion": "a"}"#,
        "'completion' is text, and no JSON list; write one object a line: {\"prompt\": [{"
      ),
      (
        #"{"prompt": [{"role": "user", "content": "q"}]}"#,
        "'completion' is missing; write one object a line: {\"prompt\": [{"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "prompt": "q", "completion": "a"}"#,
        "has both messages and a prompt or completion; keep one of them"
      ),
      (
        #"{"segments": [{"label": false, "text": "q"}]}"#,
        "the sample has no token that loss is taken on; mark what is "
      ),
      (
        #"{"segments": [{"text": "q"}]}"#,
        "'segments[0]' has no text and label; write one object a line: {\"segments\": "
      ),
      (
        #"{"instruction": "q", "output": "a"}"#,
        "is in no form that is trained on (it has 'instruction', 'output'); rename the question's column to prompt"
      ),
      (
        #"{"chosen": "q", "rejected": "a"}"#,
        "is in no form that is trained on (it has 'chosen', 'rejected'); it is pref"
      ),
      (
        #"{"input_ids": [1], "labels": [1]}"#,
        "is in no form that is trained on (it has 'input_ids', 'labels'); its texts"
      ),
      (
        #"{"prompt": "q", "chosen": "a", "rejected": "b"}"#,
        "is in no form that is trained on (it has 'prompt', 'chosen', 'rejected'); it is preference data"
      ),
      (
        #"{"messages": [{"role": "user", "role": "assistant", "content": "q"}]}"#,
        "'messages[0].role' is given twice; write one object a line: {\"messages\": "
      ),
      (
        #"{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}], "chat_template_kwargs": {"add_generation_prompt": true}}"#,
        "'chat_template_kwargs' sets 'add_generation_prompt', which the conversation itself says; leave it out"
      ),
      (#"{"messages": null}"#, "is in no form that is trained on (it has no column with a value); write one object"),
    ])
  func refused(line: String, message: String) throws {
    let refusal = folder.refusal { try read(line) }
    #expect(refusal.hasPrefix("d.jsonl: line 1: \(message)"), "\(refusal)")
  }

  @Test("of tools that the chat template writes nothing of is refused, and of a format that has no place for it")
  func places() throws {
    let goldens = try ChatTrainingGoldens(ChatTrainingGoldens.committed)
    let tools = JSONValue.array([.object(JSONObject())])
    let chat = ChatSample(
      messages: ChatSample([(.user, "q"), (.assistant, "a")]).messages, learnt: .turns([1]), tools: tools)
    let plain = try goldens.encoder("marked-chatml")
    let fault = #expect(throws: RenderingFault.self) { try plain.encode(chat, kind: .task) }
    #expect(fault?.problem.description == "has tools, and the chat template writes nothing of them")
    let known = try goldens.encoder("llama31-tools").encode(chat, kind: .task).sample
    #expect(goldens.tokenizer.decode(known.ids).contains("{}"))
    let other = #expect(throws: RenderingFault.self) {
      try plain.encode(.chat(chat), PromptFormat(.chatml), kind: .task)
    }
    #expect(other?.problem.description == "has tools, for which chatml has no place")
  }

  @Test("that is a text is learnt whole, segments where they are marked, every answer in chatml too")
  func encoded() throws {
    let goldens = try ChatTrainingGoldens(ChatTrainingGoldens.committed)
    let encoder = try goldens.encoder("marked-chatml")
    func learnt(_ content: SampleContent, _ format: PromptFormat) throws -> String {
      let sample = try encoder.encode(content, format, kind: .task).sample
      return goldens.tokenizer.decode(sample.scored.map { sample.ids[$0] })
    }
    let text = try encoder.encode(.text("The tide came in."), PromptFormat(.automatic), kind: .task).sample
    #expect(text.scored == Array(1..<text.ids.count))
    let segments = SampleContent.segments([
      TextSegment(text: "east? ", isLearnt: false), TextSegment(text: "west</s>", isLearnt: true),
      TextSegment(text: " hot? ", isLearnt: false), TextSegment(text: "cold", isLearnt: true),
    ])
    #expect(try learnt(segments, PromptFormat(.automatic)) == "west</s>cold")
    let turns = SampleContent.chat(
      ChatSample([(.user, "east?"), (.assistant, "west"), (.user, "hot?"), (.assistant, "cold")]))
    #expect(try learnt(turns, PromptFormat(.chatml)) == "west<|im_end|>cold<|im_end|>")
    #expect(try learnt(turns, PromptFormat(.chatml, endsWithEOS: false)) == "westcold")
  }
}
