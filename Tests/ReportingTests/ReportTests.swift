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
    let header = "unit            base  cand.  drop          bound  margin  verdict"
    #expect(lines.contains(header), "\(lines.joined(separator: "\n"))")
    #expect(lines.contains { $0.hasPrefix("overall") && $0.hasSuffix("FAIL") })
    #expect(lines.contains { $0.hasPrefix("  antonyms") && $0.hasSuffix("FAIL") })
    #expect(lines.contains { $0.hasPrefix("few-shot gain") && $0.hasSuffix("FAIL") })
    #expect(lines.contains { $0.hasPrefix("antonyms") })
  }

  private func report(_ verdict: Verdict) -> GateReport {
    GateReport(
      header: Fixture.header,
      candidates: [
        CandidateVerdict(
          path: "out", model: Fixture.model, durationSeconds: 1, share: "1/2", finding: .judged(verdict))
      ])
  }

  @Test("every INCONCLUSIVE unit says what it needs: in the terminal within 80 columns, in Markdown, in JSON")
  func needs() throws {
    let verdict = try Fixture.verdict(
      name: hostile, lost: 1, settings: GateSettings(maxDrop: RuleLimits(overall: 0.15, family: 0.17)))
    let undecided = verdict.units.filter { $0.outcome == .inconclusive }
    #expect(!undecided.isEmpty)
    let report = report(verdict)
    let text = report.terminalTable()
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 80 })
    let flat = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let markdown = try report.markdown()
    for unit in undecided {
      let need = try #require(unit.need)
      #expect(flat.contains(need), "\(need)")
      #expect(markdown.contains(" is INCONCLUSIVE: \(need)."), "\(need)")
    }
    #expect(!markdown.contains("<img"))
    let json = String(decoding: try report.json(), as: UTF8.self)
    #expect(json.contains(#""shortfall" : {"#) && json.contains(#""blocks_left""#))
    #expect(try JSONDecoder().decode(GateReport.self, from: try report.json()) == report)
  }

  @Test("every rule has its rows, named, within 80 columns; margins are drops whatever the rule is")
  func rules() throws {
    let settings = GateSettings(
      maxDrop: RuleLimits(overall: 0.05, family: 0.1, families: ["topic": 0.2]),
      maxRelativeDrop: RuleLimits(overall: 0.1, family: 0.2), minRetention: RuleLimits(overall: 0.8, family: 0.7),
      maxLogprobDrop: RuleLimits(overall: 0.5, shots: [4]))
    for name in ["antonyms", hostile] {
      let report = report(try Fixture.verdict(name: name, lost: 3, settings: settings))
      let lines = report.terminalTable().split(separator: "\n").map { String($0) }
      #expect(lines.allSatisfy { $0.count <= 80 })
      for start in ["overall", "  topic", "relative", "  relative: capitals", "few-shot gain", "nats"] {
        #expect(lines.contains { $0.hasPrefix(start) && $0.hasSuffix("FAIL") }, "\(start)")
      }
      // A tenth of what is above a chance of .25, where the base is always right: 7.5 points.
      #expect(lines.contains { $0.hasPrefix("relative ") && $0.contains("  7.5  ") })
      let markdown = try report.markdown()
      #expect(markdown.contains("| **relative overall** |") && markdown.contains("| 7.5 (10.0 % lost) |"))
      #expect(markdown.contains("| few-shot gain, capitals |") && markdown.contains("| 30.0 (70.0 % kept) |"))
      #expect(markdown.contains("| **nats overall** |"))
    }
  }

  @Test("how it was measured names the rules that are on")
  func settings() throws {
    let markdown = try Fixture.report().markdown()
    #expect(
      markdown.contains(
        "| rules | max&#95;drop overall 0.05, family 0.1, task 0.25; max&#95;drop&#95;largest&#95;k overall 0.05; "
          + "max&#95;error&#95;ratio overall 1.5; min&#95;retention overall 0.8; α pass 0.05, α fail 0.01 |"))
  }

  @Test("dropped items are counted in the sentence, the notes and the JSON")
  func contaminated() throws {
    let topics = Set((0..<30).map { "i\($0)" })
    let verdict = try Fixture.verdict(lost: 0, contaminated: ["topic": topics, "plural": ["i3"]])
    let report = report(verdict)
    #expect(verdict.sentence.contains("31 contaminated items dropped"))
    let markdown = try report.markdown()
    #expect(markdown.contains("31 items are in the fine-tuning data and dropped from both sides: plural 1, topic 30"))
    #expect(markdown.contains("uninformative: contaminated: 30 of 96 items are in the fine-tuning data"))
    let json = String(decoding: try report.json(), as: UTF8.self)
    #expect(json.contains(#""items_dropped" : 31"#) && json.contains(#""contaminated" : 30"#))
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
    // Eleven columns of units, twelve of tasks at three k (and the empty last one), two of facts.
    // Every task failed by itself, too.
    // Four answers of each candidate before them.
    #expect(Set(columns) == [5, 12, 14, 3], "\(text)")
    #expect(rows.count == 2 * (2 + 1) + (2 + 12) + (2 + 4) + (2 + 14))
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
    #expect(text.contains(#""schema_version" : 2"#))
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
      finding: .judged(try Fixture.verdict(lost: 3, related: ["topic"])))
    let report = GateReport(header: Fixture.header, candidates: [candidate])
    let markdown = try report.markdown()
    let row = try #require(markdown.split(separator: "\n").first { $0.hasPrefix("| topic | topic |") })
    #expect(row.hasSuffix("uninformative: related: its labels are the fine-tuning labels |"))
    #expect(row.contains("100.0 → "))
    #expect(markdown.contains("- note: task topic is admitted and does not vote here"))
    #expect(markdown.contains("coverage 3 of 4 tasks, 3 of 4 families"))
    let line = report.terminalTable().split(separator: "\n").first { $0.hasPrefix("topic") }
    #expect(line?.hasSuffix("no vote") == true)
    let json = String(decoding: try report.json(), as: UTF8.self)
    #expect(json.contains(#""reason" : "related: its labels are the fine-tuning labels""#))
  }
}
