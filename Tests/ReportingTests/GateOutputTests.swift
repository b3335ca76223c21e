import Diagnostics
import Foundation
import FoundationXML
import Gating
import Reporting
import Suites
import Testing

@Suite("A gate's findings in every form")
struct GateOutputTests {
  private let hostile = "<script>alert('1')</script> & \"x\""

  private func contrasts(_ item: String = "i0") -> [ItemContrast] {
    [0, 1, 4].map { k in
      func score(_ isRight: Bool, _ logprob: Double) -> ItemScore {
        ItemScore(
          task: "antonyms", item: item, block: 0, k: k, draw: 0, condition: .gold, exactMatch: isRight,
          logprob: logprob, choiceCorrect: nil)
      }
      return ItemContrast(
        family: "antonyms", base: score(k > 0, -0.5), candidate: score(false, -4 - Double(k)), counts: true)
    }
  }

  private func output(path: String = "out/a", item: String = "i0", lost: Int = 3) throws -> GateOutput {
    let verdict = CandidateVerdict(
      path: path, model: Fixture.model, durationSeconds: 12.5, share: "1/1",
      finding: .judged(try Fixture.verdict(lost: lost)))
    let refused = CandidateVerdict(
      path: "out/b", model: nil, durationSeconds: 0, share: "1/1", finding: .refused("the prompt hash differs"))
    let evidence = [
      CandidateEvidence(verdict: verdict, contrasts: contrasts(item), lost: self.lost(item)),
      CandidateEvidence(verdict: refused, contrasts: [], lost: []),
    ]
    return GateOutput(GateReport(header: Fixture.header, candidates: [verdict, refused]), candidates: evidence)
  }

  private func lost(_ item: String = "i0") -> [LostAnswer] {
    contrasts(item).lost.map {
      LostAnswer(
        contrast: $0, prompt: "Q: \(hostile)\nA:", gold: hostile, answer: $0.k == 1 ? nil : hostile + "\n\u{7}")
    }
  }

  private func text(_ form: GateForm, _ output: GateOutput) throws -> String {
    String(decoding: try output.data(form), as: UTF8.self)
  }

  @Test(
    "the page shows data as text, loads nothing from elsewhere, and has plots with words for those who do not see them")
  func page() throws {
    let page = try text(.html, try output(path: "out/\(hostile)"))
    #expect(!page.contains("<script>alert") && page.contains("&lt;script&gt;alert"))
    #expect(!page.replacing("http://www.w3.org/2000/svg", with: "").contains("http"))
    #expect(page.contains("role=\"img\"") && page.contains("<desc"))
    #expect(page.contains("lang=\"en\"") && page.contains("name=\"viewport\""))
    #expect(page.utf8.count < 2_000_000)
    #expect(page.contains("holdfast repair --candidate"))
    // Of the two that were lost it was asked what it answers to one.
    #expect(page.components(separatedBy: "or an alias of it, the candidate").count == 2)
  }

  @Test("answers that were lost stand in the order of the fall; what never was right is none")
  func flips() throws {
    #expect(contrasts().lost.map(\.k) == [4, 1])
    let evidence = CandidateEvidence(
      verdict: CandidateVerdict(
        path: "a", model: nil, durationSeconds: 0, share: "1/1", finding: .refused("none")), contrasts: contrasts(),
      lost: [])
    #expect(evidence.flipCount == 2)
  }

  @Test("junit.xml is XML that counts what it has: a case a rule, failures, what could not be judged")
  func junit() throws {
    let reader = JUnitReader()
    let parser = XMLParser(data: try output(path: "out/\(hostile)").data(.junit))
    parser.delegate = reader
    #expect(parser.parse(), "\(String(describing: parser.parserError))")
    let units = try Fixture.verdict(lost: 3).units
    #expect(reader.cases == units.count + 1)
    #expect(reader.failures == units.filter { $0.outcome == .fail }.count)
    #expect(reader.failures > 0 && reader.errors == 1)
    #expect(reader.declared == ["tests": "\(reader.cases)", "failures": "\(reader.failures)", "errors": "1"])
    #expect(reader.suites.contains("out/\(hostile): overall"))
  }

  @Test("report.csv has a row an item, quotes what would be taken apart, and starts no formula")
  func csv() throws {
    let rows = try text(.csv, try output(path: "=1+1", item: "a,\"b\"")).components(separatedBy: "\r\n")
    #expect(rows.count == 1 + 3 + 1 && rows.last == "")
    #expect(rows[1] == "'=1+1,antonyms,antonyms,\"a,\"\"b\"\"\",0,0,0,1,0,0,-0.500000,-4.000000,,")
    #expect(rows[2].hasSuffix(",1,0,1,1,0,-0.500000,-5.000000,,"))
  }

  @Test("report.md of many candidates fits a comment: tables go first, then those that pass; what failed stays")
  func long() throws {
    func report(_ count: Int) throws -> GateReport {
      let (good, bad) = (try Fixture.verdict(lost: 0), try Fixture.verdict(lost: 3))
      return GateReport(
        header: Fixture.header,
        candidates: (0..<count).map { index in
          CandidateVerdict(
            path: "out/checkpoint-\(index)", model: Fixture.model, durationSeconds: 1, share: "1/1",
            finding: .judged(index == count - 1 ? bad : good))
        })
    }
    let one = try report(2).markdown()
    #expect(one.contains("| task |") && !one.contains("left out here"))
    let (some, many, most) = (try report(30).markdown(), try report(80).markdown(), try report(1000).markdown())
    #expect(
      some.contains("| unit |") && !some.contains("| task |") && some.contains("The tables of tasks are left out"))
    #expect(!many.contains("| unit |") && many.contains("All tables are left out") && many.contains("checkpoint-40"))
    #expect(most.contains("999 of 1000 candidates are left out"))
    for text in [one, some, many, most] {
      #expect(text.utf8.count < 65_536)
      #expect(text.contains("**FAIL** few-shot exact match fell"))
    }
  }

  @Test("a file's extension names its form; another is refused before anything is asked")
  func forms() throws {
    #expect(try GateForm(of: "a/b.XML") == .junit)
    #expect(try GateForm(of: "report.html") == .html)
    let error = try #require(#expect(throws: InputError.self) { try GateForm(of: "report.pdf") })
    #expect("\(error)".contains(".html"))
  }
}

private final class JUnitReader: NSObject, XMLParserDelegate {
  var cases = 0
  var failures = 0
  var errors = 0
  var suites: [String] = []
  var declared: [String: String] = [:]

  func parser(
    _ parser: XMLParser, didStartElement name: String, namespaceURI: String?, qualifiedName: String?,
    attributes: [String: String] = [:]
  ) {
    switch name {
    case "testsuites": declared = attributes.filter { ["tests", "failures", "errors"].contains($0.key) }
    case "testsuite": suites.append(attributes["name"] ?? "")
    case "testcase": cases += 1
    case "failure": failures += 1
    case "error": errors += 1
    default: break
    }
  }
}
