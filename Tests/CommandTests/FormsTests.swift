import Foundation
import Testing

@Suite("The forms in which one fine-tuning ships: gate --as-one and compare --as-one")
struct FormsTests {
  private let folder: TemporaryFolder
  private let adapter = golden("adapters/plain")
  private let base = golden("checkpoints/llama-tied")

  init() throws {
    folder = try TemporaryFolder.projectThatOnceKnew()
    let made = try holdfast("merge-adapter", adapter, "--dtype", "bf16", "--out", "merged", in: folder)
    guard made.status == 0 else { throw CocoaError(.fileWriteUnknown) }
  }

  /// What a report says of each form, by its path.
  private func forms(_ json: String) throws -> [[String: Any]] {
    let report = try JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any]
    let header = report?["header"] as? [String: Any] ?? report
    return try #require(header?["forms"] as? [[String: Any]])
  }

  @Test("a right merge is one, the base is a fine-tuning that was not merged, in every report")
  func gate() throws {
    let gate = try holdfast(
      "gate", "--as-one", adapter, "merged", base, "--reports", "reports", "--json", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    let found = try forms(gate.out)
    #expect(
      found.map { ($0["faults"] as? [[String: Any]])?.compactMap { $0["name"] as? String } } == [
        [], [], ["not_merged"],
      ])
    let report = try gate.object()
    #expect(report["outcome"] as? String == "fail" && report["exit_code"] as? Int == 1)
    #expect(found.map { $0["is_reference"] as? Bool } == [true, false, false])
    let weights = try #require(found[1]["weights"] as? [String: Any])
    #expect(weights["storage"] as? String == "bf16")
    #expect(abs((weights["kept"] as? Double ?? 0) - 1) < 0.05)
    let answers = try #require(found[1]["answers"] as? [String: Any])
    #expect(answers["questions"] as? Int == 256)
    let page = try folder.read("reports/report.md")
    #expect(page.contains("## Forms of one fine-tuning"))
    #expect(page.contains("the fine-tuning was not merged: its weights are the base's"), "\(page.suffix(3000))")
    #expect(try folder.read("reports/report.html").contains("the fine-tuning was not merged"))
  }

  @Test("on a terminal the forms stand below the verdicts, and a damaged form costs the others nothing")
  func terminal() throws {
    try folder.copy(folder.file("merged").path, as: "damaged")
    try folder.write("damaged/model.safetensors", "not one")
    let gate = try holdfast("gate", "--as-one", adapter, "damaged", "merged", in: folder)
    #expect(gate.status == 2, "\(gate.err)")
    #expect(gate.out.contains("merged (folder, bf16): the right merge"), "\(gate.out)")
    #expect(gate.out.contains("damaged (not opened): not compared:"), "\(gate.out)")
    let absent = try holdfast("gate", "--as-one", adapter, "merged", "gone.gguf", in: folder)
    expectOneComplaint(absent, naming: ["gone.gguf: no such file or folder"])
    let whole = try holdfast("gate", "--as-one", adapter, "merged", in: folder)
    #expect(whole.out.contains("forms of one fine-tuning, beside the first"), "\(whole.out)\(whole.err)")
    #expect(whole.out.contains("the right merge, within what bf16 can be"), "\(whole.out)")
    let quiet = try holdfast("gate", "--as-one", adapter, base, "--quiet", in: folder)
    #expect(quiet.out.contains("was not merged"), "\(quiet.out)")
  }

  @Test("models that were asked already are compared as forms too")
  func compare() throws {
    for model in [adapter, "merged"] { #expect(try holdfast("run", "--model", model, in: folder).status == 0) }
    let table = try holdfast("compare", "--as-one", adapter, "merged", "-o", "table.md", in: folder)
    #expect(table.status == 0 && table.out.contains("the right merge"), "\(table.out)\(table.err)")
    #expect(try folder.read("table.md").contains("## Forms of one fine-tuning"))
    let json = try holdfast("compare", "--as-one", adapter, "merged", "--json", in: folder)
    let answers = try #require(try forms(json.out)[1]["answers"] as? [String: Any])
    #expect(answers["questions"] as? Int == 256)
  }

  @Test("a form that a server holds is asked too, and has no verdict beside files")
  func served() throws {
    let server = try ScriptedServer("vllm", ["--adapter", "tuned"])
    let gate = try holdfast("gate", "--as-one", adapter, "merged", "\(server.address)#tuned", "--json", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    let served = try #require(try forms(gate.out).last)
    #expect(served["kind"] as? String == "server" && served["problem"] == nil, "\(served)")
    #expect(served["is_by_answers_alone"] as? Bool == true && served["is_of_other_engine"] as? Bool == true)
    let answers = try #require(served["answers"] as? [String: Any])
    #expect(answers["questions"] as? Int == 256 && (answers["mean_distance"] as? Double ?? 0) > 0)
    let candidates = try #require(try gate.object()["candidates"] as? [[String: Any]])
    #expect("\(try #require(candidates.last))".contains("scores of two engines never meet"))
    let gone = try holdfast(
      "gate", "--as-one", adapter, "http://127.0.0.1:1#tuned", "--server-wait", "0", "--json", in: folder)
    #expect(gone.status == 2 && gone.err.contains("cannot be reached"), "\(gone.err)")
    let first = try holdfast("gate", "--as-one", "\(server.address)#tuned", adapter, in: folder)
    expectOneComplaint(first, naming: ["--as-one: names a server's form first", "the adapter"])
  }

  @Test("what does not go together is refused by name")
  func refusals() throws {
    for (more, word) in [
      (["--candidate", "merged"], "--candidate"), (["--stop-early"], "--stop-early"),
      (["--within", "1m"], "--within"), (["--select", "best"], "--select"),
    ] {
      let gate = try Running(["gate"] + more + ["--as-one", adapter, "merged"], in: folder).finish()
      #expect(gate.status == 64 || gate.status == 2, "\(gate.status)")
      #expect(gate.err.contains("--as-one asks all forms the same questions, and so not with \(word)"), "\(gate.err)")
    }
    let one = try holdfast("gate", "--as-one", adapter, in: folder)
    #expect(one.err.contains("--as-one compares forms with the first: give at least two"), "\(one.err)")
    try folder.copy(adapter, as: "out/checkpoint-1")
    try folder.copy(adapter, as: "out/checkpoint-2")
    let series = try holdfast("gate", "--as-one", adapter, "out", in: folder)
    expectOneComplaint(series, naming: ["out", "is a series of 2 checkpoints, and no form of one fine-tuning"])
  }
}
