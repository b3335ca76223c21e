import Foundation
import Gating
import Reporting
import Testing

@Suite("Reports")
struct ReportTests {
  /// Longer than any column, with all that could break a table, a line or a page.
  private let hostile = "a|b`c`<img src=x>\n\u{1B}[31m[link](http://x)-and-a-name-that-goes-on-and-on-and-on-for-ever"

  @Test("the terminal table fits 80 columns and shows every unit, task and sentence, whatever the names are")
  func terminal() throws {
    for name in ["antonyms", hostile] {
      let text = try Fixture.report(name: name, path: String(repeating: "long/", count: 40)).terminalTable()
      #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
      #expect(!text.contains("\u{1B}"))
      #expect(text.contains("capitals"))
      #expect(text.contains("NOT GATEABLE: the prompt hash differs"))
    }
    let lines = try Fixture.report().terminalTable().split(separator: "\n").map { String($0) }
    let header = "unit         base  cand.  drop  95 % interval  margin  verdict"
    #expect(lines.contains(header), "\(lines.joined(separator: "\n"))")
    #expect(lines.contains { $0.hasPrefix("overall") && $0.hasSuffix("FAIL") })
    #expect(lines.contains { $0.hasPrefix("  antonyms") && $0.hasSuffix("FAIL") })
    #expect(lines.contains { $0.hasPrefix("antonyms") })
  }

  @Test("Markdown tables keep their columns, and nothing from data becomes markup")
  func markdown() throws {
    let text = try Fixture.report(name: hostile, path: hostile).markdown()
    #expect(!text.contains("<img"))
    #expect(!text.contains("[link]"))
    #expect(!text.contains("\u{1B}"))
    #expect(text.contains("a&#124;b&#96;c&#96;&lt;img src=x&gt;"))
    let rows = text.split(separator: "\n").filter { $0.hasPrefix("|") }
    let columns = rows.map { $0.filter { $0 == "|" }.count }
    // Nine columns of units, ten of tasks at three k (and the empty last one), two of facts.
    #expect(Set(columns) == [10, 12, 3], "\(text)")
    #expect(rows.count == (2 + 5) + (2 + 4) + (2 + 12))
    #expect(text.hasPrefix("# Holdfast gate: FAIL\n"))
    #expect(text.contains("**FAIL** few-shot exact match fell by"))
    #expect(text.contains("**NOT GATEABLE** the prompt hash differs"))
    #expect(text.contains("With 80 % power this much evidence passes"))
    #expect(!text.contains("{{") && !text.contains("}}"))
  }

  @Test("JSON has its schema version, snake-case keys, and reads back as the same report")
  func json() throws {
    let report = try Fixture.report()
    let data = try report.json()
    #expect(try JSONDecoder().decode(GateReport.self, from: data) == report)
    let text = String(decoding: data, as: UTF8.self)
    #expect(text.contains(#""schema_version" : 1"#))
    let keys = try Regex(#""([^"\n]+)" :"#)
    for match in text.matches(of: keys) {
      let key = try #require(match.output[1].substring)
      #expect(!key.contains { $0.isUppercase }, "\(key)")
    }
    for key in ["chance_corrected", "p_fail_adjusted", "not_gateable", "blocks_in_baseline", "logprob_drop"] {
      #expect(text.contains("\"\(key)\""), "\(key)")
    }
  }

  @Test("a report ends with its worst candidate's exit code")
  func exits() throws {
    #expect(try Fixture.report(lost: 3).exit == .regression)
    #expect(try Fixture.report(lost: 0).exit == .undecided)
    let passed = GateReport(header: Fixture.header, candidates: [try Fixture.report(lost: 0).candidates[0]])
    #expect(passed.exit == .pass)
    #expect(GateReport(header: Fixture.header, candidates: []).exit == .undecided)
  }

  @Test("a passing report says so in the terminal and in Markdown")
  func passing() throws {
    let report = GateReport(header: Fixture.header, candidates: [try Fixture.report(lost: 0).candidates[0]])
    #expect(report.terminalTable().contains("PASS: few-shot exact match is unchanged"))
    #expect(try report.markdown().hasPrefix("# Holdfast gate: PASS\n"))
  }

  @Test("a task that the fine-tuning was about is shown with its scores, its reason and a note, as one without a vote")
  func related() throws {
    let candidate = CandidateVerdict(
      path: "out", model: Fixture.model, durationSeconds: 1, share: "1/1",
      verdict: try Fixture.verdict(lost: 3, related: ["topic"]))
    let report = GateReport(header: Fixture.header, candidates: [candidate])
    let markdown = try report.markdown()
    let row = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("| topic | topic |") })
    #expect(row.hasSuffix("uninformative: related: its labels are the fine-tuning labels |"))
    #expect(row.contains("100.0 → "))
    #expect(markdown.contains("- note: task topic is admitted and does not vote here"))
    #expect(markdown.contains("coverage 3 of 4 tasks, 3 of 4 families"))
    let line = report.terminalTable().split(separator: "\n").first { $0.hasPrefix("topic") }
    #expect(line?.hasSuffix("uninformative") == true)
    let json = String(decoding: try report.json(), as: UTF8.self)
    #expect(json.contains(#""reason" : "related: its labels are the fine-tuning labels""#))
  }
}
