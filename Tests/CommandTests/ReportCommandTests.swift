import Foundation
import Testing

@Suite("A gate's report: written, told and written again")
struct ReportCommandTests {
  private let forms = ["again.html", "again.md", "again.json", "again.xml", "again.csv"]

  private func gated() throws -> TemporaryFolder {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let first = ["reports/report.html", "reports/report.md", "reports/report.json", "reports/j.xml", "reports/i.csv"]
    let gate = try holdfast(
      "gate", "--candidate", golden("adapters/plain"), "-o", first[3], "-o", first[4], in: folder)
    guard gate.status == 1 else { throw CocoaError(.fileWriteUnknown) }
    return folder
  }

  @Test("from the ledger, every form is the same to the byte, by gate, by run, and of the newest")
  func again() throws {
    let folder = try gated()
    let originals = [
      "reports/report.html", "reports/report.md", "reports/report.json", "reports/j.xml", "reports/i.csv",
    ]
    let lines = try holdfast("runs", "--verdicts", in: folder).out.split(separator: "\n")
    let ids = (lines.last ?? "").matches(of: /\d{8}-\d{6}-[0-9a-f]{6}/).map { String($0.output) }
    #expect(ids.count == 2)
    for which in [[], ["--gate", ids[0]], ["--run", ids[1]]] {
      let files = forms.flatMap { ["-o", $0] }
      let report = try Running(["report"] + which + files, in: folder).finish()
      #expect(report.status == 0, "\(report.err)")
      for (original, form) in zip(originals, forms) {
        #expect(try folder.read(original) == folder.read(form), "\(form) by \(which)")
        try FileManager.default.removeItem(at: folder.file(form))
      }
    }
  }

  @Test("plots come singly as SVG; the table and JSON are those of the gate")
  func plots() throws {
    let folder = try gated()
    #expect(try holdfast("report", "--svg", "plots", in: folder).out.contains("plots/forest-1.svg"))
    #expect(try folder.read("plots/forest-1.svg").hasPrefix("<svg xmlns"))
    #expect(try folder.read("plots/curves.svg").contains("</svg>"))
    #expect(try holdfast("report", "--json", in: folder).out == folder.read("reports/report.json"))
    #expect(try holdfast("report", in: folder).out.contains("FAIL: "))
  }

  @Test("with another baseline in its place it says what is missing, and refuses the form that would be empty")
  func otherBaseline() throws {
    let folder = try gated()
    try folder.write("baseline.json", try folder.read("baseline.json").replacing("holdfast 0", with: "holdfast 9"))
    let report = try holdfast("report", "-o", "again.html", in: folder)
    #expect(report.status == 0)
    #expect(report.err.contains("the baseline"))
    #expect(try folder.read("again.html").contains("FAIL"))
    try expectRefusal(
      "report", "-o", "items.csv", in: folder, besides: "ledger.sqlite", naming: ["items.csv", "baseline"])
  }

  @Test("a page shows the gates until then against the same baseline, a model that was gated again once")
  func history() throws {
    let folder = try gated()
    for candidate in ["adapters/patterns", "checkpoints/llama-tied"] {
      #expect(!(try folder.read("reports/report.html").contains("Gates until this one")))
      #expect([0, 1].contains(try holdfast("gate", "--candidate", golden(candidate), in: folder).status))
    }
    #expect(try folder.read("reports/report.html").contains("Gates until this one"))
    _ = try holdfast("gate", "--candidate", golden("checkpoints/llama-tied"), in: folder)
    let page = try folder.read("reports/report.html")
    #expect(page.contains("Gates until this one") && page.contains("From gate to gate"))
    #expect(try holdfast("report", "-o", "again.html", "--svg", "plots", in: folder).status == 0)
    #expect(try folder.read("again.html") == page)
    // Three models: three points.
    let history = try folder.read("plots/history.svg")
    #expect(history.contains("(3; ") && !history.contains("(4; "))
  }

  @Test("ids that are none are refused, and so is a ledger without a gate")
  func unknown() throws {
    let folder = try TemporaryFolder.project()
    #expect(try holdfast("run", in: folder).status == 0)
    try expectRefusal("report", in: folder, besides: "ledger.sqlite", naming: ["holds no gate"])
    try expectRefusal("report", "--gate", "x", in: folder, besides: "ledger.sqlite", naming: ["x: is no gate"])
    try expectRefusal("report", "--run", "x", in: folder, besides: "ledger.sqlite", naming: ["x: is no run"])
    let id = try #require(try holdfast("runs", in: folder).out.firstMatch(of: /\d{8}-\d{6}-[0-9a-f]{6}/)).output
    try expectRefusal(
      "report", "--run", String(id), in: folder, besides: "ledger.sqlite", naming: ["no gate has judged this run"])
  }

  @Test("--json tells what happens as JSON lines on standard error, --quiet says the verdict alone")
  func telling() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let told = try holdfast("gate", "--candidate", golden("adapters/plain"), "--json", in: folder)
    let events = try told.err.split(separator: "\n").map { line in
      try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
    }
    let kinds = events.compactMap { $0["event"] as? String }
    #expect(kinds.count == events.count)
    #expect(kinds.first == "stage" && kinds.contains("opened") && kinds.contains("progress"))
    // What is done is a part of what there is to do, from the first word on.
    let progress = events.prefix { $0["event"] as? String != "judged" }.filter { $0["event"] as? String == "progress" }
    let parts = progress.compactMap { event in
      (event["rows"] as? Int).flatMap { rows in (event["total_rows"] as? Int).map { Double(rows) / Double($0) } }
    }
    #expect(!parts.isEmpty && parts.count == progress.count && parts == parts.sorted(), "\(parts)")
    #expect(parts.allSatisfy { $0 > 0 && $0 < 1.5 }, "\(parts)")
    // The verdict is said as soon as it is there; what is asked after it only explains it.
    let judged = try #require(events.firstIndex { $0["event"] as? String == "judged" })
    #expect(events[judged]["outcome"] as? String == "fail")
    let answers = try #require(events.firstIndex { ($0["what"] as? String)?.contains("its answers") == true })
    #expect(judged < answers)
    let quiet = try holdfast("gate", "--candidate", golden("adapters/plain"), "--quiet", in: folder)
    #expect(quiet.err == "")
    #expect(quiet.out.hasPrefix("\(golden("adapters/plain")): FAIL: "))
    #expect(quiet.out.split(separator: "\n").count == 1)
  }

  @Test("what the candidate answers instead stands beside what it lost")
  func answers() throws {
    let folder = try gated()
    let page = try folder.read("reports/report.html")
    #expect(page.contains("or an alias of it, the candidate <q>"))
    // The same model, asked again, answers the same; the ledger is not asked twice.
    let again = try holdfast("gate", "--candidate", golden("adapters/plain"), "--json", in: folder)
    #expect(!again.err.contains("its answers to what it lost"))
  }
}
