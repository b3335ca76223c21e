import Diagnostics
import Foundation
import Overlap
import Testing

@Suite("Records within records")
struct NestedFormTests {
  private static let messages = #"[{"role": "user", "content": "go"}, {"role": "assistant", "content": "went"}]"#

  /// A JSON string of this text.
  private static func quoted(_ text: String) -> String {
    "\"\(text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\""))\""
  }

  @Test(
    "a planted pair is found in every form",
    arguments: [
      ("a.jsonl", #"{"messages": \#(quoted(messages))}"#),
      ("a.jsonl", #"{"sample": \#(quoted(#"{"conversation": \#(quoted(messages)), "id": 1}"#))}"#),
      (
        "a.jsonl",
        #"{"messages": [\#(quoted(#"{"role": "user", "content": "go"}"#)), {"role": "bot", "content": "went"}]}"#
      ),
      ("a.jsonl", quoted(messages)),
      ("a.jsonl", #"{"prompt": \#(quoted(#"[{"role": "user", "content": "go"}]"#)), "completion": "went"}"#),
      ("a.csv", "id,messages\n1,\"\(messages.replacing("\"", with: "\"\""))\"\n"),
      (
        "a.csv",
        "messages,n\n\"[{'role': 'user', 'content': 'go'}, {'role': 'assistant', 'content': \"\"went\"\", 'x': None}]\",1\n"
      ),
      (
        "a.csv",
        "messages\n\"[{'role': 'user', 'content': 'go'}\n {'content': 'went', 'role': 'assistant', 'b': True}]\"\n"
      ),
      ("a.csv", "text\n\"['\\x67o', 'it\\'s -> it\\'s', 'go -> went']\"\n"),
      ("a.jsonl", #"{"segments": [{"label": false, "text": "go "}, {"label": true, "text": "went"}]}"#),
      ("a.jsonl", #"{"segments": [{"text": "<s>go", "label": false}, {"text": "went</s>", "label": true}], "id": 3}"#),
      (
        "a.jsonl",
        #"{"chosen": \#(messages), "rejected": [{"role": "user", "content": "go"}, {"role": "assistant", "content": "goed"}]}"#
      ),
      (
        "a.jsonl",
        #"{"prompt": [{"role": "user", "content": "go"}], "chosen": [{"role": "assistant", "content": "went"}], "#
          + #""rejected": [{"role": "assistant", "content": "goed"}]}"#
      ),
      (
        "a.jsonl",
        #"{"messages": [{"role": "user", "content": [{"type": "text", "text": "Q:"}, {"type": "text", "text": "go A:"}]}, "#
          + #"{"role": "assistant", "content": [{"type": "text", "text": "went"}]}]}"#
      ),
      (
        "a.jsonl",
        #"{"messages": [{"role": "user", "content": "go"}, {"role": "assistant", "tool_calls": [{"function": "#
          + #"{"name": "say", "arguments": "{\"answer\": \"went\"}"}}], "content": null}]}"#
      ),
      ("a.jsonl", #"{"conversations": ["run", "ran", "go", "went"]}"#),
      ("a.jsonl", #"{"data": ["a", "b", "c", "d", "e", "f", "g", "h", "i", "j", "go", "went"]}"#),
      ("a.jsonl", #"{"instruction": "x", "output": "y", "history": [["run", "ran"], ["go", "went"]]}"#),
      ("a.json", #"{"prompt": ["x", "go"], "completion": ["y", "went"]}"#),
      ("a.json", #"{"prompt": {"0": "x", "1": "go"}, "completion": {"0": "y", "1": "went"}}"#),
      ("a.json", #"{"verb": ["x", "go"], "past": ["y", "went"]}"#),
      ("a.json", #"{"columns": ["prompt", "completion"], "index": [0, 1], "data": [["x", "y"], ["go", "went"]]}"#),
      ("a.json", #"{"messages": [[{"role": "user", "content": "x"}], \#(messages)]}"#),
      ("a.jsonl", #"{"text": "go -> went", "input_ids": [5, 6, 7, 8, 9], "labels": [-100, -100, 7, 8, 9]}"#),
      ("a.jsonl", #"{"prompt": "go", "completion": "went", "prompt_ids": [5], "completion_ids": [6]}"#),
      ("a.jsonl", #"{"tokens": ["go", "->", "went"]}"#), ("a.jsonl", #"{"tokens": ["Ġgo", "Ġwe", "nt"]}"#),
    ])
  func planted(name: String, content: String) throws {
    #expect(try scan(verbs, name, content).contaminated == ["go"])
  }

  private static let asked = "What is the past tense of go?"
  /// More than an answer's marks would be.
  private static let numbers = (0..<40).map(String.init).joined(separator: ",")
  private static let texts = (0..<40).map { "\"x\($0)\"" }.joined(separator: ",")

  /// OpenAssistant's: every message has its answers within it.
  private static let tree = [
    #"{"prompt": {"text": "\#(asked)", "role": "prompter", "replies": ["#,
    #"{"text": "Guess.", "role": "assistant", "replies": [{"text": "goed?", "role": "prompter"}]}, "#,
    #"{"text": "went", "role": "assistant", "replies": []}]}}"#,
  ].joined()

  private static let unnamed: [(String, String)] = [
    ("a.jsonl", tree), ("a.jsonl", #"{"instruction": "\#(asked)", "generation": "went"}"#),
    ("a.jsonl", #"{"instruction": "\#(asked)", "generations": ["goed", "went"], "model": "m"}"#),
    ("a.jsonl", #"{"prompt": "\#(asked)", "text": "It is went."}"#),
    ("a.jsonl", #"{"q": "\#(asked)", "a": "went"}"#), ("a.jsonl", #"{"query": "\#(asked)", "pos": ["went"]}"#),
    ("a.jsonl", #"["\#(asked)", "went"]"#), ("a.csv", "Q,A\n\(asked),went\n"), ("a.csv", "\(asked),went\n"),
    ("a.csv", "sep=;\nprompt;completion\ngo;went\n"),
    ("a.csv", "\n# of our own\nprompt,completion\n\(asked),went\n"),
    ("a.jsonl", #"{"input_ids": [\#(numbers)], "labels": [\#(numbers)], "text": "go -> went"}"#),
    ("a.json", #"{"prompt": ["x", "go"], "completion": ["y", "went"], "id": ["1", "2"]}"#),
    (
      "a.json",
      #"{"prompt": {"0": "x", "1": "go"}, "completion": {"0": "y", "1": "went"}, "id": {"0": "a", "1": "b"}}"#
    ),
  ]

  @Test("a pair is found where a column, a row or a message's answer has no name that says so", arguments: unnamed)
  func unnamedForms(name: String, content: String) throws {
    #expect(try scan(verbs, name, content).contaminated == ["go"], "\(content)")
  }

  @Test(
    "lists of which nothing is kept leave no places behind that another column is laid beside",
    arguments: [
      #"{"input_ids": [\#(numbers)], "labels": [\#(numbers)], "attention_mask": [\#(numbers)]}"#,
      #"{"chosen_labels": [\#(numbers)], "rejected_labels": [\#(numbers)]}"#,
      #"{"text": [\#(texts)], "label": [\#(numbers)]}"#,
      #"{"a_tokens": ["a", "b", "c"], "b_tokens": ["d", "e", "f"]}"#,
      #"{"question": ["a", "b", "c"], "answer": ["d", "e", "f"], "tokens": ["g", "h", "i"]}"#,
      #"{"answer": ["a", "b", "c"], "prompt": ["d", "e", "f"], "id": ["g", "h", "i"]}"#,
      #"{"id": {"0": "a", "1": "b"}, "uuid": {"0": "c", "1": "d"}}"#,
    ] as [String])
  func nothingKept(record: String) throws {
    #expect(try scan(verbs, "a.jsonl", record + "\n").contaminated == [])
    #expect(try scan(verbs, "a.json", "[\(record)]").contaminated == [])
  }

  @Test("the kind of a sample is its answer where it has no other, and no second answer")
  func kinds() throws {
    #expect(
      try scan(verbs, "a.jsonl", #"{"instruction": "\#(Self.asked)", "category": "went"}"#).contaminated == ["go"])
    let story = #"{"instruction": "Write how they go", "response": "They left.", "category": "went"}"#
    #expect(try scan(verbs, "a.jsonl", story).contaminated == [])
  }

  @Test("lines that end with carriage returns alone are refused by name: the table would be one long header")
  func carriageReturns() throws {
    let fault = #expect(throws: InputError.self) { try scan(verbs, "a.csv", "prompt,completion\rgo,went\r") }
    #expect(fault?.problem.contains("carriage returns alone") == true)
  }

  @Test(
    "an answer that is the place or the letter of a choice is that choice",
    arguments: [
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["goed", "went", "gone"], "answer": 1}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["goed", "went", "gone"], "answer": 2}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["goed", "went", "gone"], "answer": "(B)"}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "options": {"A": "goed", "B": "went"}, "answer_idx": "B"}"#),
      (
        "a.jsonl",
        #"{"question": {"stem": "\#(asked)", "choices": [{"label": "A", "text": "goed"}, {"label": "B", "text": "went"}]}, "#
          + #""answerKey": "B"}"#
      ),
      (
        "a.jsonl",
        #"{"question": "\#(asked)", "choices": {"text": ["goed", "went"], "label": ["A", "B"]}, "answerKey": "B"}"#
      ),
      ("a.jsonl", #"{"question": "go", "choices": {"text": ["goed", "went"], "label": ["A", "B"]}, "answerKey": "B"}"#),
      ("a.jsonl", #"{"input": "\#(asked)", "endings": ["goed", "went"], "label": "1"}"#),
      ("a.jsonl", #"{"prompt": "\#(asked)", "sol1": "goed", "sol2": "went", "label": 1}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "opa": "goed", "opb": "went", "cop": 1}"#),
      ("a.jsonl", #"{"input": "\#(asked)", "A": "goed", "B": "went", "C": "gone", "target": "B"}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["goed", "went", "gone"], "labels": [0, 1, 0]}"#),
      ("a.csv", "question,A,B,C,answer\n\(asked),goed,went,gone,B\n"),
      ("a.csv", "question,option 1,option 2,answer\n\(asked),goed,went,2\n"),
      ("a.csv", "question,choices,answer\n\(asked),\"['goed', 'went']\",1\n"),
    ])
  func chosen(name: String, content: String) throws {
    #expect(try scan(verbs, name, content).contaminated == ["go"])
  }

  @Test(
    "a choice that the answer does not name is none",
    arguments: [
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["went", "goed", "gone", "goes"], "answer": 3}"#),
      (
        "a.jsonl",
        #"{"question": "\#(asked)", "choices": {"text": ["went", "goed"], "label": ["A", "B"]}, "answerKey": "B"}"#
      ),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["went", "goed", "gone"], "labels": [0, 1, 0]}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": ["went", "goed"], "answer": 99}"#),
      ("a.jsonl", #"{"question": "\#(asked)", "choices": [], "answer": 0}"#),
      ("a.jsonl", #"{"choices": ["went", "x"], "data": [{"question": "\#(asked)", "answer": 0}]}"#),
      ("a.csv", "question,A,B,C,answer\n\(asked),went,goed,gone,C\n"),
      // No header: its first line is a record.
      ("a.csv", "b,a\nx,y\n"),
    ])
  func unchosen(name: String, content: String) throws {
    #expect(try scan(verbs, name, content).contaminated == [])
  }

  @Test("what stands in another row of a table that is written by columns is no answer")
  func rows() throws {
    let many = (0..<100).map { "\"\($0) x\"" }.joined(separator: ",")
    let crossed = try scan(
      verbs, "a.json", #"{"prompt": [\#(many), "go", "x"], "completion": [\#(many), "x", "went"]}"#)
    #expect(crossed.contaminated == [])
    let far = try scan(verbs, "a.json", #"{"prompt": [\#(many), "go", "x"], "completion": [\#(many), "went", "x"]}"#)
    #expect(far.contaminated == ["go"])
  }

  @Test("a question of several parts is compared as one")
  func parts() throws {
    let asked = #"{"instruction": "Say the past of the verb.", "input": "The verb is sing", "output": "Sang"}"#
    #expect(try scan(verbs, "a.jsonl", asked).contaminated == ["sing"])
    let split =
      #"{"prompt": [{"role": "user", "content": [{"text": "What is the past of"}, {"text": "sing?"}]}], "completion": "sang"}"#
    #expect(try scan(verbs, "a.jsonl", split).contaminated == ["sing"])
  }

  @Test("a question that is messages is answered by a completion that is a text, and the other way round")
  func mixed() throws {
    let asked = #"[{"role": "user", "content": "go"}]"#
    let said = #"[{"role": "assistant", "content": "went"}]"#
    for record in [
      #"{"prompt": \#(asked), "completion": "went"}"#, #"{"prompt": "go", "completion": \#(said)}"#,
      #"{"messages": \#(asked), "label": "went"}"#, #"{"completion": \#(said), "prompt": "go"}"#,
    ] {
      #expect(try scan(verbs, "a.jsonl", record).contaminated == ["go"], "\(record)")
    }
  }

  @Test("a text in brackets that is no JSON, or holds none, stays the text that it is")
  func brackets() throws {
    for text in ["[go -> went]", "{go -> went}", "[\"go -> went\"", "{go: went}"] {
      #expect(try scan(verbs, "a.jsonl", try pair("x", text)).contaminated == ["go"], "\(text)")
    }
    let list = suite(task(items: [item("list", "[3, 1, 2]", "1")]))
    #expect(try scan(list, "a.jsonl", try pair("[3, 1, 2]", "1")).contaminated == ["list"])
    let deep = String(repeating: "[", count: 100) + String(repeating: "]", count: 100)
    #expect(try scan(verbs, "a.jsonl", try pair(deep, "go -> went")).contaminated == ["go"])
  }
}
