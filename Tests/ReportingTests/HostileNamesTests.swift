import Diagnostics
import Foundation
import FoundationXML
import Gating
import Reporting
import Suites
import Testing

/// Every form of every finding, with names that would write to a terminal, a CI's log, a page or a pull request.
@Suite("Names from outside do nothing in any report")
struct HostileNamesTests {
  private let hostile =
    "\u{1B}[2J\u{202E}\u{2028}\u{7}\u{0}\u{200B}\r\n::error::pwned\n ##vso[task.complete]</script><!--<img src=x> @octocat #12 "
    + "https://x.org www.x.org $x$ |`"

  /// Only line breaks are left of what is not seen, and no line is a command.
  private func expectHarmless(_ text: String, _ place: SourceLocation = #_sourceLocation) {
    let odd = text.unicodeScalars.filter { $0 != "\n" && !$0.isShown }
    #expect(odd.isEmpty, "\(odd.map { String($0.value, radix: 16) })", sourceLocation: place)
    for line in text.split(separator: "\n") {
      let line = line.drop { $0.isWhitespace }
      #expect(!line.hasPrefix("::") && !line.contains("##vso["), "\(line)", sourceLocation: place)
    }
  }

  private func output() throws -> GateOutput {
    let verdict = CandidateVerdict(
      path: hostile, model: Fixture.model, durationSeconds: 1, share: "1/1",
      finding: .judged(try Fixture.verdict(name: hostile, lost: 3)))
    let refused = CandidateVerdict(
      path: "::error::\(hostile)", model: nil, durationSeconds: 0, share: "1/1",
      finding: .refused(NotGateable("family \(hostile) is gone").reason))
    func score(_ isRight: Bool) -> ItemScore {
      ItemScore(
        task: hostile, item: hostile, block: 0, k: 4, draw: 0, condition: .gold, exactMatch: isRight, logprob: -1,
        choiceCorrect: nil)
    }
    let contrast = ItemContrast(family: hostile, base: score(true), candidate: score(false), counts: true)
    let lost = LostAnswer(contrast: contrast, prompt: "Q: \(hostile)\nA:", gold: hostile, answer: hostile)
    return GateOutput(
      GateReport(header: Fixture.header(storage: hostile), candidates: [verdict, refused]),
      candidates: [
        CandidateEvidence(verdict: verdict, contrasts: [contrast], lost: [lost]),
        CandidateEvidence(verdict: refused, contrasts: [], lost: []),
      ])
  }

  @Test("on a terminal")
  func terminal() throws {
    let report = try output().report
    expectHarmless(report.terminalTable())
    expectHarmless(report.sentences)
    // A candidate's path begins its line.
    #expect(report.sentences.contains(#"\#n\u{3A}:error::\u{1B}[2J\u{202E}"#))
    #expect(report.sentences.split(separator: "\n").count == 2)
    #expect(report.terminalTable().split(separator: "\n").allSatisfy { $0.count <= 80 })
  }

  @Test("in every file", arguments: [GateForm.markdown, .html, .junit, .json, .csv])
  func files(form: GateForm) throws {
    let text = String(decoding: try output().data(form), as: UTF8.self)
    expectHarmless(form == .csv ? text.replacing("\r\n", with: "\n") : text)
    switch form {
    case .json: #expect(try JSONDecoder().decode(GateReport.self, from: Data(text.utf8)) == output().report)
    case .csv: #expect(text.components(separatedBy: "\r\n").count == 1 + 1 + 1)
    case .junit: #expect(XMLParser(data: Data(text.utf8)).parse())
    case .html:
      // The one script is the page's own, and what is shown of a name is text.
      #expect(text.components(separatedBy: "</script>").count == 2 && !text.contains("<img"))
      #expect(text.contains(#"Q: \u{1B}[2J\u{202E}\u{2028}\u{7}\u{0}\u{200B}\u{D}"#))
    case .markdown:
      #expect(!text.contains("<img") && !text.contains("</script"))
      #expect(text.contains("@<!-- -->octocat") && text.contains("&#35;<!-- -->12"))
      #expect(text.contains("https:<!-- -->//x.org") && text.contains("www.<!-- -->x.org") && !text.contains("$"))
    }
  }

  @Test("in plots")
  func plots() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("hostile-\(UUID().uuidString)").path
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let files = try output().writePlots(to: folder)
    #expect(!files.isEmpty)
    for file in files {
      let data = try Data(contentsOf: URL(fileURLWithPath: file))
      #expect(XMLParser(data: data).parse())
      expectHarmless(String(decoding: data, as: UTF8.self))
    }
  }

  @Test("side by side")
  func comparison() throws {
    func run(_ right: Bool, _ weights: String = "w") -> ComparisonRun {
      ComparisonRun(
        ComparedModel(
          source: hostile, run: nil, isFinished: true,
          model: ModelDescription(
            name: hostile, weights: weights, tokenizer: "t", configuration: "c", storage: hostile),
          suite: AskedSuite(name: hostile, hash: "5a", promptHash: "9b"), share: "1/1", draws: 1, numerics: hostile),
        scoring: 1,
        scores: (0..<16).map {
          ItemScore(
            task: hostile, item: "i\($0)", block: $0 / 8, k: 4, draw: 0, condition: .gold, exactMatch: right,
            logprob: -1,
            choiceCorrect: nil)
        }, families: [hostile: hostile], tokens: .byRequest([:]))
    }
    let recipe = try ComparisonSide(recipe: hostile, source: hostile, runs: [run(false, "a"), run(true, "b")])
    let found = try Comparison(
      createdBy: hostile, command: hostile, reference: ComparisonSide(run(true)),
      others: [ComparisonSide(run(false)), recipe])
    expectHarmless(found.terminalTable())
    for form in ComparisonForm.allCases {
      let text = try found.rendered(form)
      expectHarmless(form == .csv ? text.replacing("\r\n", with: "\n") : text)
    }
  }

  @Test(
    "a spreadsheet takes no name for a formula, and numbers stay numbers",
    arguments: ["=", "+", "-", "@", " =", "＝", "\t="])
  func formulas(start: String) throws {
    func score(_ isRight: Bool) -> ItemScore {
      ItemScore(
        task: "\(start)1+1", item: "i", block: 0, k: 4, draw: 0, condition: .gold, exactMatch: isRight, logprob: -0.5,
        choiceCorrect: nil)
    }
    let contrast = ItemContrast(family: "f", base: score(true), candidate: score(false), counts: true)
    let row = ItemTable([("a", [contrast])]).csv.components(separatedBy: "\r\n")[1]
    let shown = start == "\t=" ? #"\u{9}=1+1"# : "'\(start)1+1"
    #expect(row == "a,\(shown),f,i,0,4,0,1,1,0,-0.500000,-0.500000,,")
  }
}
