import Foundation
import Overlap
import Testing

@Suite("What could not be read")
struct UnreadTests {
  private let clean = #"{"prompt": "What time is it?", "completion": "Nearly noon."}"#

  private func scanned(_ records: String..., name: String = "a.jsonl") throws -> OverlapReport {
    try scan(verbs, name, records.joined(separator: "\n") + "\n")
  }

  @Test(
    "a record of token ids or numbers alone is no record in which nothing was found",
    arguments: [
      #"{"input_ids": [1, 2, 3], "labels": [-100, 2, 3], "attention_mask": [1, 1, 1]}"#,
      #"{"input_ids": [1, 2, 3], "source": "wiki", "id": "x7"}"#, #"{"prompt": [5, 6], "completion": [7]}"#,
      #"{"token_ids": [[1, 2], [3]], "text": ""}"#, #"{"prompt_token_ids": [1, 2], "label": "positive"}"#,
      #"{"tokens": [1, 2, 3]}"#, "[1, 2, 3]", #"{"ids": "[1, 2, 3]"}"#,
    ])
  func tokens(record: String) throws {
    let report = try scanned(record, record)
    #expect(report.files.map(\.recordsWithoutText) == [2])
    #expect(report.files.map(\.unreadRecords) == [2])
    let none = "none of 2 records has text to check, but token ids or numbers"
    #expect(report.obstacle?.description.contains(none) == true)
    let some = try scanned(clean, record, clean)
    #expect(some.files.map(\.recordsWithoutText) == [1])
    #expect(some.obstacle?.description.contains("1 of 3 records have no text") == true)
  }

  @Test("an empty record is counted; only a file of them leaves nothing to say")
  func empty() throws {
    for record in [#"{"prompt": "", "completion": " \n"}"#, #"{"id": "x7", "label": null}"#, "{}", "null", "[]"] {
      let obstacle = try scanned(record).obstacle?.description
      #expect(obstacle?.contains("none of 1 records has text to check;") == true, "\(record)")
      let some = try scanned(clean, record)
      #expect(some.obstacle == nil)
      #expect(some.files.map(\.recordsWithoutText) == [1])
    }
  }

  @Test("text beside token ids is what was tokenised; a number may be what is asked")
  func both() throws {
    for record in [
      #"{"text": "go home", "input_ids": [1, 2, 3], "labels": [1, 2, 3]}"#, #"{"input": 12, "output": 13}"#,
      #"{"input_ids": [4, 5], "messages": [{"role": "user", "content": "Hi"}]}"#, #"{"caption": "a", "vector": [0.5]}"#,
      #"{"rendered": "a longer text", "prompt_ids": [1, 2, 3]}"#,
    ] {
      let report = try scanned(record)
      #expect(report.obstacle == nil, "\(record)")
      #expect(report.files.map(\.recordsWithoutText) == [0], "\(record)")
    }
  }

  @Test("a table of token ids is one too; plain text always has text")
  func tables() throws {
    #expect(try scanned("input_ids,label", "\"[1, 2, 3]\",x", name: "a.csv").obstacle != nil)
    #expect(try scanned("id,text", "1,go home", name: "a.csv").obstacle == nil)
    #expect(try scanned("12 13 14", name: "a.txt").obstacle == nil)
  }
}
