import Diagnostics
import Foundation
import Gating
import Reporting
import Suites
import Testing

@Suite("Models side by side, as text")
struct ComparisonTextTests {
  /// Longer than any column, with all that could break a table, a line or a page.
  private let hostile = "a|b`c`<img src=x>\n\u{1B}[31m[link](http://x)-and-a-name-that-goes-on-and-on-and-on-for-ever"

  /// Two tasks of twelve blocks; the other one has lost the first wholly with demonstrations, and has half of the other's blocks.
  private func comparison(_ name: String = "antonyms", command: String = "holdfast compare a b") throws -> Comparison {
    try Comparison(
      createdBy: "holdfast 0.1.0", command: command,
      reference: ComparisonSide(side(name, run: "20260101-120000-3f9a1c")),
      others: [
        ComparisonSide(side(name, run: nil, lost: [name], blocks: ["capitals": 6], storage: "q4_1"))
      ])
  }

  private func side(
    _ name: String, run: String?, lost: Set<String> = [], blocks: [String: Int] = [:], storage: String = "bf16"
  ) -> ComparisonRun {
    let scores = [name, "capitals"].flatMap { task in
      (0..<8 * blocks[task, default: 12]).flatMap { item in
        [0, 1, 4].map { k in
          ItemScore(
            task: task, item: "i\(item)", block: item / 8, k: k, draw: 0, condition: .gold,
            exactMatch: k > 0 && !lost.contains(task), logprob: -1, choiceCorrect: nil)
        }
      }
    }
    return ComparisonRun(
      ComparedModel(
        source: run ?? name, run: run, isFinished: true,
        model: ModelDescription(name: name, weights: "w", tokenizer: "t", configuration: "c", storage: storage),
        suite: AskedSuite(name: "core", hash: "5a", promptHash: "9b"), share: run == nil ? "1/2" : "1/1", draws: 1,
        numerics: "1"),
      scoring: 1, scores: scores, families: [name: name, "capitals": "factual"], tokens: .byRequest([:]))
  }

  @Test("the table fits 80 columns and shows every unit and task, whatever the names are; what differs has a mark")
  func terminal() throws {
    for name in ["antonyms", hostile] {
      let text = try comparison(name).terminalTable()
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 }, "\(text)")
      #expect(!text.contains("\u{1B}"))
    }
    let text = try comparison().terminalTable()
    let lines = text.split(separator: "\n").map { String($0) }
    #expect(lines[0] == "reference  antonyms: run 20260101-120000-3f9a1c, suite core")
    #expect(lines[1] == "other      antonyms: antonyms, suite core, share 1/2")
    #expect(lines.contains { $0.hasPrefix("overall ") && $0.contains(" 100.0 → 50.0 ") && $0.contains(" -50.0 ") })
    #expect(lines.contains { $0.hasPrefix("  factual ") && $0.contains(" 100.0 → 100.0 ") })
    #expect(lines.contains { $0.hasPrefix("antonyms ") && $0.contains(" -100.0 ") && $0.hasSuffix("  *") })
    #expect(lines.contains { $0.hasPrefix("capitals ") && $0.contains(" 0.0 → 0.0 ") && !$0.hasSuffix("*") })
    let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    // 12 and 6 blocks of 8 items at 3 k; 6 blocks are the reference's alone.
    #expect(flat.contains("432 questions (an item at one k) are compared: 144 items in 18 blocks of 2 tasks"))
    #expect(flat.contains("144 that only the reference was asked are left out"))
    #expect(flat.contains("adjustment over 2 tasks"))
    #expect(flat.contains("warning: storage differs: reference bf16, other q4_1"))
  }

  @Test("Markdown has the same with p values, and data as text")
  func markdown() throws {
    let text = try comparison(hostile, command: "holdfast compare \(hostile)").rendered(.markdown)
    #expect(!text.contains("<img") && !text.contains("](http"))
    let table = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    #expect(table.contains { $0.hasPrefix("| **overall** | 0.0 → 0.0 | 100.0 → 50.0 | -50.0 | ") })
    let capitals = try #require(table.first { $0.hasPrefix("| capitals |") })
    #expect(capitals.hasSuffix("| 1 | 1 |"))
    #expect(table.contains { $0.hasSuffix("&#42; |") })
  }

  @Test("JSON has its version, the shares as numbers, and no key without a value; CSV has a row a question")
  func data() throws {
    let found = try comparison()
    let text = try found.rendered(.json)
    let json = try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    #expect(Set(json.keys) == ["schema_version", "created_by", "command", "reference", "comparisons"])
    #expect(json["schema_version"] as? Int == 1)
    let pair = try #require((json["comparisons"] as? [[String: Any]])?.first)
    #expect(
      Set(pair.keys) == [
        "other", "questions", "items", "blocks", "only_reference", "only_other", "units", "tasks", "notes",
      ])
    let task = try #require((pair["tasks"] as? [[String: Any]])?.first { $0["task"] as? String == "antonyms" })
    #expect(task["marked"] as? Bool == true && task["counts"] as? Bool == true)
    let few = try #require(task["few_shot"] as? [String: Any])
    #expect(few["difference"] as? Double == -1 && few["reference"] as? Double == 1 && few["other"] as? Double == 0)
    let rows = try found.rendered(.csv).components(separatedBy: "\r\n")
    #expect(rows.count == 1 + 432 + 1 && rows[1].hasPrefix("antonyms,antonyms,antonyms,i0,0,0,0,1,0,0,-1.000000,"))
  }

  @Test("a file's extension names its form; another is refused")
  func forms() throws {
    #expect(try ComparisonForm(of: "a/b.MD") == .markdown)
    let error = #expect(throws: InputError.self) { try ComparisonForm(of: "a.html") }
    #expect(error?.description.contains(".csv") == true)
  }
}
