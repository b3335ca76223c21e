import Foundation
import Overlap
import Testing

@Suite("Forms of data")
struct FormatTests {
  @Test(
    "a planted pair is found in every form",
    arguments: [
      ("a.jsonl", #"{"messages": [{"role": "user", "content": "go"}, {"role": "assistant", "content": "went"}]}"#),
      ("a.jsonl", #"{"conversations": [{"from": "human", "value": "go"}, {"from": "gpt", "value": "went"}]}"#),
      (
        "a.jsonl",
        #"{"messages": [{"content": [{"type": "text", "text": "go"}], "role": "user"}, "#
          + #"{"role": "assistant", "content": "went"}]}"#
      ),
      (
        "a.jsonl",
        #"{"prompt": [{"role": "user", "content": "go"}], "completion": [{"role": "bot", "content": "went"}]}"#
      ),
      ("a.jsonl", #"{"instruction": "Q: go", "input": "A:", "output": "went"}"#),
      ("a.jsonl", #"{"instruction": "go", "input": "", "output": "went"}"#),
      ("a.jsonl", #"{"question": "go", "answers": {"text": ["went"], "answer_start": [0]}}"#),
      ("a.jsonl", #"{"text": "go", "label": "went"}"#),
      ("a.jsonl", #"{"turns": [{"user": "go"}, {"assistant": "went"}]}"#),
      ("a.jsonl", #"{"history": [["say", "said"], ["go", "went"]], "instruction": "x", "output": "y"}"#),
      ("a.jsonl", #"{"conversations": [["go", "went"]]}"#),
      (
        "a.jsonl",
        #"{"contents": [{"role": "user", "parts": [{"text": "go"}]}, {"role": "model", "parts": [{"text": "went"}]}]}"#
      ),
      ("a.jsonl", #"{"messages": [{"role": "user", "message": "go"}, {"role": "assistant", "message": "went"}]}"#),
      ("a.jsonl", #"{"messages": [{"author": "human", "text": "go"}, {"author": "bot", "text": "went"}]}"#),
      ("a.jsonl", #"{"question": "go", "correct_answer": "went", "distractor1": "goed"}"#),
      ("a.jsonl", #"{"user_input": "go", "model_output": "went"}"#),
      ("a.jsonl", #"{"prompt_text": "go", "response_text": "went"}"#),
      ("a.jsonl", #"{"prompt": "go", "ground_truth": "went"}"#),
      ("a.jsonl", #"{"prompt": "go", "completion": "The verb is irregular, so $\\boxed{went}$."}"#),
      ("a.jsonl", #"{"segments": [{"label": true, "text": "go\n"}, {"label": true, "text": "went</s>"}]}"#),
      ("a.jsonl", #"{"text": "go\nwent</s>"}"#),
      ("a.jsonl", #"{"segments": [{"label": 0, "text": "go"}, {"label": 1, "text": "went"}]}"#),
      ("a.csv", "instruction, response\ngo, went\n"),
      ("a.jsonl", #"{"text": "Q: go\nA: went"}"#),
      ("a.jsonl", #"{"translation": {"en": "go", "fr": "went"}}"#),
      ("a.jsonl", #"{"prompt": "go", "chosen": "went", "rejected": "goed"}"#),
      ("a.jsonl", #"{"prompt": "\u0067o", "completion": "w\u0065nt"}"#),
      ("a.jsonl", #""go: went""#),
      ("a.json", #"[{"id": 1, "prompt": "go", "completion": "went"}]"#),
      ("a.json", #"{"version": "1", "data": [{"prompt": "x"}, {"prompt": "go", "completion": "went"}]}"#),
      ("a.json", #"{"train": [{"prompt": "x"}], "test": [{"prompt": "go", "completion": "went"}], "n": 3}"#),
      ("a.json", "{\"prompt\": \"x\"}\n{\"prompt\": \"go\", \"completion\": \"went\"}\n"),
      ("a.json", #"["nothing", "go, went"]"#),
      ("a.csv", "prompt,completion\nx,y\ngo,went\n"),
      ("a.csv", "id,Question,Answer\r\n1,\"go\",\"went\"\r\n"),
      ("a.csv", "verb,past\ngo,went"),
      ("a.csv", "prompt;completion\n\"say \"\"no\"\"\n;\";y\ngo;went\n"),
      ("a.tsv", "input\ttarget\ngo\twent\n"),
      ("a.txt", "\u{FEFF}go -> went\r\n"),
      ("data", #"{"prompt": "go", "completion": "went"}"#),
    ])
  func planted(name: String, content: String) throws {
    #expect(try scan(verbs, name, content).contaminated == ["go"])
  }

  @Test("a question is paired with its own answer, not with another turn's")
  func turns() throws {
    let turns = [("user", "go"), ("assistant", "where?"), ("user", "home"), ("assistant", "went")]
    let messages = turns.map { #"{"role": "\#($0)", "content": "\#($1)"}"# }.joined(separator: ", ")
    let report = try scan(verbs, "a.jsonl", #"{"messages": [\#(messages)]}"#)
    #expect(report.contaminated == [])
    #expect(report.of(.exactInput).map(\.item) == ["go"])
  }

  @Test("places name the record's line, and its number in an array or a table")
  func places() throws {
    let jsonl = try scan(verbs, "a.jsonl", "\n{\"prompt\": \"x\"}\n\n" + (try pair("go", "went")))
    #expect(jsonl.of(.exactPair).map(\.place.line) == [4])
    #expect(jsonl.of(.exactPair).first?.place.record == nil)
    let json = try scan(verbs, "a.json", "[\n{\"prompt\": \"x\"},\n\n" + (try pair("go", "went")) + "]")
    #expect(json.of(.exactPair).map(\.place.line) == [4])
    #expect(json.of(.exactPair).map(\.place.record) == [2])
    let csv = try scan(verbs, "a.csv", "prompt,completion\n\"a\nb\",c\ngo,went\n")
    #expect(csv.of(.exactPair).map(\.place.line) == [4])
    #expect(csv.of(.exactPair).map(\.place.record) == [2])
    let text = try scan(verbs, "a.txt", "one\ntwo\n\n\nthree\n\ngo went\n")
    #expect(text.of(.exactPair).map(\.place.line) == [7])
  }

  @Test("the two texts stand side by side")
  func texts() throws {
    let finding = try #require(try scan(verbs, "a.jsonl", try pair("Go!", " went")).of(.exactPair).first)
    #expect(finding.dataText == "Go! → went")
    #expect(finding.suiteText == "Q: go\nA: went")
  }
}
