import Testing

@Suite("overlap")
struct OverlapCommandTests {
  private func overlap(_ data: String..., options: [String] = [], name: String = "data.jsonl") throws -> Finished {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.write(name, data.joined(separator: "\n") + "\n")
    return try Running(["overlap", "--data", name, "--suite", "suite"] + options, in: folder).finish()
  }

  private let text = #"{"prompt": "What time is it?", "completion": "Nearly noon."}"#
  private let tokens = #"{"input_ids": [1, 2, 3], "labels": [-100, 2, 3], "attention_mask": [1, 1, 1]}"#

  @Test("data of which nothing is in the suite: exit code 0")
  func heldOut() throws {
    let run = try overlap(text)
    #expect(run.status == 0)
    #expect(run.out.contains(": held out (1 records in 1 files"))
    #expect(run.err == "")
  }

  @Test("data without text are not held out: exit code 3, with the reason")
  func unread() throws {
    for options in [[], ["--json"]] {
      let run = try overlap(tokens, tokens, options: options)
      #expect(run.status == 3)
      #expect(!run.out.contains("held out"))
      #expect(
        run.err
          == "holdfast: it cannot be said whether the suite is held out: data.jsonl: none of 2 records has text to check, "
          + "but token ids or numbers; give the data as text, before it was tokenised\n")
    }
    #expect(try overlap(text, tokens).status == 3)
  }

  @Test("single records without text are counted")
  func some() throws {
    let run = try overlap(text, "{}", text)
    #expect(run.status == 0)
    #expect(run.out.contains("data.jsonl: 1 of 3 records have no text\n"))
    let json = try overlap(text, "{}", options: ["--json"])
    #expect(json.out.contains("\"recordsWithoutText\" : 1") && json.out.contains("\"unreadRecords\" : 0"))
  }
}
