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
      (#"{"prompt": "q", "completion": "a", "score": NaN, "tools": NaN}"#, .pair(prompt: "q", completion: "a")),
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
      // A class is no mark, and what was chosen may stand beside the messages that end with it.
      (#"{"text": "a text", "label": false}"#, .text("a text")),
      (#"{"prompt": "q", "completion": "a", "label": 0}"#, .pair(prompt: "q", completion: "a")),
      (#"{"prompt": "q", "completion": "a", "label": true}"#, .pair(prompt: "q", completion: "a")),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}], "chosen": [], "rejected": []}"#,
        chat
      ),
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

  @Test("a column of the system's comes first, roles go by their usual names, and message lists may be JSON text")
  func columns() throws {
    func chat(_ line: String) throws -> ChatSample {
      let content = try read(line)
      let found: ChatSample? = if case .chat(let chat) = content { chat } else { nil }
      return try #require(found)
    }
    let answers = #"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]"#
    for system in [#""Be kind""#, #"[{"type": "text", "text": "Be kind"}]"#] {
      let sample = try chat("{\"system\": \(system), \"messages\": \(answers)}")
      #expect(
        sample.messages.count == 3 && sample.messages[0]["role"] == .string("system")
          && sample.messages[0]["content"] == .string("Be kind"))
      #expect(sample.learnt == .turns([2]))
    }
    #expect(try chat("{\"system\": \"\", \"messages\": \(answers)}").messages.count == 2)
    #expect(
      try chat(
        #"{"system": "s", "prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a"}]}"#
      ).learnt == .completion(after: 2))
    let cohere = try chat(
      #"{"messages": [{"role": "User", "content": "q"}, {"role": "Chatbot", "content": "a"}, {"role": "human", "content": "r"}, {"role": "model", "content": "b", "weight": 1}, {"role": "developer", "content": "d"}]}"#
    )
    #expect(
      cohere.messages.map { $0["role"] } == ["user", "assistant", "user", "assistant", "developer"].map { .string($0) })
    #expect(cohere.learnt == .turns([1, 3]))
    let texts = try chat(
      #"{"prompt": "[{\"role\": \"user\", \"content\": \"q\"}]", "completion": "[{\"role\": \"assistant\", \"content\": \"a\"}]"}"#
    )
    #expect(texts.messages[1]["content"] == .string("a"))
    // A list that is none of messages is text.
    #expect(try read(#"{"prompt": "[1]", "completion": "[2]"}"#) == .pair(prompt: "[1]", completion: "[2]"))
    let tools = try chat(#"{"prompt": "q", "completion": "a", "tools": [{"type": "function"}]}"#)
    #expect(tools.tools != nil && tools.learnt == .completion(after: 1))
    #expect(
      try read(#"{"segments": [{"label": 0, "text": "q"}, {"label": 1, "text": "a"}]}"#)
        == .segments([TextSegment(text: "q", isLearnt: false), TextSegment(text: "a", isLearnt: true)]))
    #expect(
      try chat(
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "train": 0}, {"role": "assistant", "content": "b"}]}"#
      ).learnt == .turns([2]))
  }

  @Test(
    "that is bad is answered in its own form's words",
    arguments: [
      (
        #"{"messages": [{"role": "user", "content": "q"}]}"#,
        "'messages' has no message of the assistant's (its roles: 'user'); write one object a line: {\"messages\": "
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
        "'segments[0].label' is neither true nor false; write one object a line: {\"segments\": "
      ),
      (
        #"{"segments": [{"label": true}]}"#, "'segments[0]' has no text; write one object a line: {\"segments\": "
      ),
      (
        #"{"instruction": "i", "input": "x", "output": "a"}"#,
        "is in no form that is trained on (it has 'instruction', 'input', 'output'); write the instruction and what it is about, one behind the other"
      ),
      (#"{"prompt": "q", "response": "a"}"#, "'completion' is missing, and there is 'response'; rename 'response'"),
      (
        #"{"prompt": "q", "completion": "bad", "label": false}"#,
        "is preference data without pairs, an answer with its 'label', and this one is marked as bad; keep the lines whose"
      ),
      (
        #"{"prompt": "q", "completion": "bad", "label": "False"}"#,
        "is preference data without pairs, an answer with its 'label', and this one is marked as bad; keep the lines whose"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "bad"}], "label": false}"#,
        "is preference data without pairs, an answer with its 'label', and this one is marked as bad; keep the lines whose"
      ),
      (
        #"{"conversations": [{"from": "human", "value": "q"}, {"from": "gpt", "value": "bad"}], "kto_tag": 0}"#,
        "is preference data without pairs, an answer with its 'kto_tag', and this one is marked as bad; keep the lines whose"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}, {"role": "user", "content": "r"}], "chosen": {"role": "assistant", "content": "b"}, "rejected": {}}"#,
        "is preference data, messages that end with a question and 'chosen' beside them; write the chosen answer as"
      ),
      (
        #"{"prompt": [{"role": "user", "content": "q"}], "completion": [{"role": "assistant", "content": "a", "weight": 0}]}"#,
        "'completion[0]' is marked as not learnt, and a completion is learnt whole; write the conversation as messages"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "loss": false}]}"#,
        "no answer of 'messages' is to be learnt; "
      ),
      (
        #"{"conversations": [{"from": "human", "value": "q"}, {"from": "function_call", "value": "{}"}]}"#,
        "'conversations[1].from' is 'function_call', which chat templates know as an answer's tool_calls; write it as"
      ),
      (#"{"prompt": "q", "completion": "a", "image": "a.png"}"#, "has image, and text alone is trained on; leave"),
      (
        #"{"input": "q", "preferred_output": "a"}"#,
        "is in no form that is trained on (it has 'input', 'preferred_output'); it is preference data: write the chosen"
      ),
      (#"{"system": "s", "prompt": "q", "completion": "a"}"#, "has a system text beside a prompt and a completion; "),
      (
        #"{"system": "s", "messages": [{"role": "system", "content": "t"}, {"role": "assistant", "content": "a"}]}"#,
        "has a system text and another one in its messages; keep one of them"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "asistant", "content": "a"}]}"#,
        "'messages[1].role' is 'asistant'; did you mean 'assistant'?"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "weight": 0.5}]}"#,
        "'messages[1].weight' is neither 0 nor 1; answers are learnt whole or not at all"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a", "train": "false"}]}"#,
        "'messages[1].train' is neither true nor false; "
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "ab", "train_detail": [{"train": false}]}]}"#,
        "'messages[1].train_detail' marks parts of an answer"
      ),
      (
        #"{"messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "function_call": {"name": "f"}}]}"#,
        "'messages[1]' has a function_call, OpenAI's older form"
      ),
      (
        #"{"functions": [{"name": "f"}], "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
        "has functions, OpenAI's older form"
      ),
      (
        #"{"images": ["a.png"], "messages": [{"role": "user", "content": "q"}, {"role": "assistant", "content": "a"}]}"#,
        "has images, and text alone is trained on; "
      ),
      (
        #"{"messages": [{"role": "user", "content": [{"type": "image", "text": ""}]}]}"#,
        "'messages[0].content[0]' is of type 'image', and text alone is trained on; "
      ),
      ("[{}]", "is a JSON list; write one object a line, such as with jq -c '.[]'"),
      ("[", "begins a JSON list; write one object a line, such as with jq -c '.[]'"),
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
    let call =
      #"[{"role": "user", "content": "q"}, {"role": "assistant", "content": "", "tool_calls": [{"type": "function", "function": {"name": "f", "arguments": {}}}]}]"#
    let calling = try read("{\"messages\": \(call)}")
    let unsaid = #expect(throws: RenderingFault.self) {
      try plain.encode(calling, PromptFormat(.template), kind: .task)
    }
    #expect(unsaid?.problem.description == "calls tools, and the chat template writes nothing of the calls")
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
