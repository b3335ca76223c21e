import Diagnostics
import Foundation
import Gating
import Suites
import Testing

@Suite("Baseline files")
struct BaselineTests {
  private func small() throws -> Baseline {
    var random = Seeded(state: 3)
    return try Fixture(families: ["a": 2], blocks: 2).baseline(
      Fixture(families: ["a": 2], blocks: 2).scores(random: &random))
  }

  @Test("save, load, save gives the same bytes, and the same baseline")
  func roundTrip() throws {
    try withFolder { folder in
      var random = Seeded(state: 4)
      let fixture = Fixture()
      let scores = fixture.scores(random: &random).map {
        score(
          $0.task, item: $0.item, block: $0.block, k: $0.k, isRight: $0.exactMatch,
          logprob: -Double.random(in: 0...30, using: &random), choice: Bool.random(using: &random) ? true : nil)
      }
      let baseline = try fixture.baseline(scores.shuffled(using: &random))
      let first = folder.appendingPathComponent("new/first.json").path
      let second = folder.appendingPathComponent("second.json").path
      try baseline.save(to: first)
      let loaded = try Baseline.load(first)
      try loaded.save(to: second)
      #expect(loaded == baseline)
      #expect(FileManager.default.contents(atPath: first) == FileManager.default.contents(atPath: second))
      // The same scores in another order make the same file.
      #expect(try fixture.baseline(scores).encoded() == baseline.encoded())
    }
  }

  @Test("one line a score, sorted, logprobs with six decimals")
  func layout() throws {
    let fixture = Fixture(families: ["a": 1], blocks: 1)
    let scores = ["y", "x"].flatMap { item in
      [4, 0].map { k in
        score("a-0", item: item, block: 0, k: k, isRight: k > 0, logprob: k == 0 ? -1.23456789 : -0.0000001)
      }
    }
    let text = String(decoding: try fixture.baseline(scores).encoded(), as: UTF8.self)
    #expect(
      text.contains(
        """
          "scores": [
            {"task":"a-0","item":"x","k":0,"draw":0,"block":0,"exact_match":0,"logprob":-1.234568,"choice":null},
            {"task":"a-0","item":"x","k":4,"draw":0,"block":0,"exact_match":1,"logprob":0.000000,"choice":null},
            {"task":"a-0","item":"y","k":0,"draw":0,"block":0,"exact_match":0,"logprob":-1.234568,"choice":null},
            {"task":"a-0","item":"y","k":4,"draw":0,"block":0,"exact_match":1,"logprob":0.000000,"choice":null}
          ]
        }
        """))
  }

  @Test(
    "what is wrong with a file is named with its field",
    arguments: [
      (#""schema_version": 1"#, #""schema_version": 2"#, "schema_version"),
      (#""schema_version": 1"#, #""schema": 1"#, "schema_version"),
      (#""storage":"bf16""#, #""storage":"bf16 | q4_1""#, "model.storage"),
      (#""storage":"bf16""#, #""storage":"""#, "model.storage"),
      (#""draws": 1"#, #""draws": 0"#, "draws"),
      (#""draws": 1"#, #""draws": 9223372036854775807"#, "draws"),
      (#""draws": 1"#, #""draws": "one""#, "draws"),
      (#""bos": "none""#, #""bos": null"#, "bos"),
      (#""prompt_hash":"9b9b""#, #""prompt":"9b9b""#, "suite.prompt_hash"),
      (#""a-1": "ids of a-1""#, #""b-1": "ids of a-1""#, "token_hashes"),
      (#""family_margin": 0.1"#, #""family_margin": -3"#, "family_margin"),
      (#""logprob":-0.250000"#, #""logprob":NaN"#, "not valid JSON"),
      (#""logprob":-0.250000"#, #""logprob":1e999"#, ""),
      (#""logprob":-0.250000"#, #""logprob":0.5"#, "scores (task a-0, item "),
      (#""logprob":-0.250000"#, #""logprob":-1e200"#, "logprob is not a number from -1e45 to 0"),
      (#""logprob":-0.250000"#, #""logprobs":-0.25"#, "].logprob"),
      (#""exact_match":1"#, #""exact_match":2"#, "].exact_match"),
      (#""choice":null"#, #""choice":3"#, "scores[0].choice"),
      (#""choice":null"#, #""choices":null"#, "scores[0].choice"),
      (#""k":1"#, #""k":0"#, "the line is there twice"),
      (#""k":1"#, #""k":2"#, "scores"),
      (#""draw":0"#, #""draw":1"#, "scores (task a-0"),
      (#""block":0"#, #""block":1"#, "is in more than one block"),
      (#""task":"a-0""#, #""task":"b-0""#, "token_hashes: task b-0 is missing"),
    ])
  func corruption(original: String, replacement: String, expected: String) throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("baseline.json").path
      var text = String(decoding: try small().encoded(), as: UTF8.self)
      let place = try #require(text.range(of: original))
      text.replaceSubrange(place, with: replacement)
      try Data(text.utf8).write(to: URL(fileURLWithPath: path))
      let error = #expect(throws: InputError.self) { try Baseline.load(path) }
      #expect(error?.description.hasPrefix(path) == true)
      #expect(error?.description.contains(expected) == true || expected.isEmpty, "\(error?.description ?? "")")
      #expect(error?.description.contains("\n") == false)
    }
  }

  @Test("a cut, empty, missing or impossible file is an input error, whatever the byte it is cut at")
  func truncation() throws {
    try withFolder { folder in
      let path = folder.appendingPathComponent("baseline.json").path
      let data = try small().encoded()
      for count in stride(from: 0, to: data.count - 3, by: 97) {
        try data.prefix(count).write(to: URL(fileURLWithPath: path))
        #expect(throws: InputError.self) { try Baseline.load(path) }
      }
      #expect(throws: InputError.self) { try Baseline.load(folder.appendingPathComponent("none.json").path) }
      #expect(throws: InputError.self) { try Baseline.load(folder.path) }
      #expect(throws: InputError.self) { try small().save(to: "\(path)/below/a/file.json") }
    }
  }

  @Test("scores that are not complete, or not finite, make no baseline")
  func incompleteScores() throws {
    var random = Seeded(state: 3)
    let fixture = Fixture(families: ["a": 2], blocks: 2)
    let scores = fixture.scores(random: &random)
    #expect(throws: InputError.self) { try fixture.baseline(Array(scores.dropLast())) }
    #expect(throws: InputError.self) { try fixture.baseline(scores + scores.prefix(1)) }
    #expect(throws: InputError.self) { try fixture.baseline(scores.filter { $0.task == "a-0" }) }
    let infinite = score("a-1", item: "item-1-7", block: 1, k: 4, isRight: true, logprob: -.infinity)
    #expect(throws: InputError.self) { try fixture.baseline(scores.dropLast() + [infinite]) }
  }
}
