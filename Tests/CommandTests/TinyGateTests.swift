import Foundation
import Testing

@Suite("The way from a model to a verdict, on a tiny model that knows nothing")
struct TinyGateTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.project() }

  @Test("a second run finds every score in the ledger and says the same")
  func resume() throws {
    let first = try holdfast("run", "--json", in: folder)
    let second = try holdfast("run", "--json", in: folder)
    #expect(try findings(first) == findings(second))
    #expect(try first.object()["known_blocks"] as? Int == 0)
    #expect(try first.object()["blocks"] as? Int == 16)
    #expect(try second.object()["known_blocks"] as? Int == 16)
    #expect(try second.object()["rows"] as? Int == 0)
  }

  @Test("a share is asked first and the rest later, to the same result as all at once")
  func shares() throws {
    let half = try holdfast("run", "--share", "1/2", "--json", in: folder).object()
    #expect(half["blocks"] as? Int == 8)
    let rest = try holdfast("run", "--json", in: folder)
    #expect(try rest.object()["known_blocks"] as? Int == 8)
    let once = try holdfast("run", "--json", "--ledger", "other.sqlite", in: folder)
    #expect(try findings(rest) == findings(once))
  }

  @Test("the number of threads changes no row of the ledger", .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func threads() throws {
    for threads in ["1", "2", "3"] {
      #expect(try holdfast("run", "--threads", threads, "--ledger", "\(threads).sqlite", in: folder).status == 0)
    }
    let rows = try ["1", "2", "3"].map { try LedgerDump.rows(folder.file("\($0).sqlite")) }
    #expect(rows[0].count > 100)
    #expect(rows[1] == rows[0])
    #expect(rows[2] == rows[0])
  }

  @Test("a run killed at ten random moments ends with the rows of one that was left alone")
  func killed() throws {
    let big = try TemporaryFolder.project(items: 512)
    try expectSameRowsAfterKills(in: big, ["run", "--json"])
  }

  @Test("a base that can do nothing is a baseline that admits nothing, and a gate that cannot judge: exit code 3")
  func notGateable() throws {
    let saved = try holdfast("baseline", "save", in: folder)
    #expect(saved.status == 0)
    #expect(saved.out.contains("no: base gains"))
    let show = try holdfast("baseline", "show", in: folder)
    #expect(show.status == 0)
    #expect(show.out == saved.out)
    let list = try holdfast("baseline", "list", in: folder)
    #expect(list.status == 0)
    #expect(list.out.hasPrefix("baseline.json  llama-tied on tiny 1, 0 of 2 tasks admitted"))

    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(gate.status == 3)
    #expect((gate.out + gate.err).contains("too little evidence"))
  }

  @Test("--stop-early looks on the way and reads no further once it is decided; a gate without it goes on from there")
  func stopEarly() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let early = try holdfast("gate", "--candidate", golden("adapters/plain"), "--stop-early", in: folder)
    #expect(early.status == 1)
    // A family votes with twelve blocks, which are three quarters of its task's.
    #expect(early.out.contains("2 of 2 families, 24 of 32"), "\(early.out)")
    let report = try folder.read("reports/report.json")
    #expect(report.contains("decided at share 3/4; the rest was not read") && report.contains("\"look\""))
    let whole = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(whole.status == 1)
    #expect(whole.out.contains("families fell beyond"))
    #expect(try folder.read("reports/report.json").contains("look 2 at this model"))
  }

  @Test("--adaptive asks base and candidate again under further draws; not together with --stop-early")
  func adaptive() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    // Everything is lost, which is a drop of 1 without any variance: just beyond a margin of .99, and unproven at its floor.
    let config = try folder.read("holdfast.yaml")
    try folder.write(
      "holdfast.yaml",
      config
        + "\ngate: {max_drop: {overall: 0.99, family: off, task: off}, "
        + "max_drop_largest_k: off, max_error_ratio: off, min_retention: off}\n")
    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), "--adaptive", in: folder)
    // Under the second draw the real base knows nothing either: half of the loss is left.
    #expect(gate.status == 0, "\(gate.err)")
    let report = try folder.read("reports/report.json")
    #expect(report.contains("\"looks\"") && report.contains("\"draws\" : 2"))
    let both = try holdfast("gate", "--candidate", golden("adapters/plain"), "--adaptive", "--stop-early", in: folder)
    #expect(both.status == 2)
  }

  @Test("a series is one gate: the best that passes, confirmed under fresh demonstrations; the first that fails")
  func select() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let two = ["gate", "--candidate", golden("adapters/plain"), "--candidate", golden("adapters/rslora")]
    let failing = try Running(two + ["--select", "first-failing"], in: folder).finish()
    #expect(failing.status == 1)
    let named = failing.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(named.contains("the first of 2 that fails, each judged at α/2"), "\(failing.out)")
    let none = try Running(two + ["--select", "best"], in: folder).finish()
    #expect(none.status == 1)
    #expect(none.out.contains("selected: none of 2 passes"), "\(none.out)")
    let config = try folder.read("holdfast.yaml")
    let others = "max_drop: off, max_drop_largest_k: off, max_error_ratio: off, min_retention: off"
    let lenient = "\(others), max_logprob_drop: 50"
    try folder.write("holdfast.yaml", config + "\ngate: {\(lenient)}\n")
    let best = try Running(two + ["--select", "best", "--early-warning"], in: folder).finish()
    #expect(best.status == 0, "\(best.out)\(best.err)")
    let said = best.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("under fresh demonstrations, at the whole α, it is PASS"), "\(best.out)")
    #expect(best.err.contains("early warning: "))
    let report = try folder.read("reports/report.json")
    #expect(report.contains("\"selection\"") && report.contains("\"confirmation\" : \"pass\""))
    #expect(try holdfast("report", in: folder).out.contains("it is PASS"))
  }

  @Test("a share that is declared counts as all: more may not be asked")
  func declaredShare() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let config = try folder.read("holdfast.yaml")
    try folder.write("holdfast.yaml", config + "\ngate: {share: 3/4}\n")
    let more = try holdfast("gate", "--candidate", golden("adapters/plain"), "--share", "1", in: folder)
    #expect(more.status == 2 && more.err.contains("is more than gate.share"), "\(more.err)")
    let declared = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(declared.status == 1 && declared.out.contains("24 of 32"))
    #expect(try !folder.read("reports/report.json").contains("\"look\""))
    try folder.write("holdfast.yaml", config + "\ngate: {share: 9/8}\n")
    let wrong = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(wrong.status == 2 && wrong.err.contains("gate.share: is not a fraction"), "\(wrong.err)")
  }

  @Test(
    "runs and verdicts are listed, and an item is traced to its prompt, token ids and logprob; what is not there is exit code 2"
  )
  func trace() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    #expect(try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder).status == 1)
    let runs = try holdfast("runs", in: folder)
    #expect(runs.status == 0 && runs.out.contains("plain") && runs.out.contains("llama-tied"), "\(runs.err)")
    #expect(try holdfast("runs", "--verdicts", in: folder).out.contains("FAIL"))
    let shown = try holdfast("show", "echo-16", in: folder)
    #expect(shown.status == 0, "\(shown.err)")
    for words in ["echo echo-16, k = 4", "--- prompt\nQ: ", "Q: echo 16\nA:", "token ids ", "logprob -"] {
      #expect(shown.out.contains(words), "\(words)")
    }
    // SQLite's own files beside the ledger come and go with a reader.
    for (arguments, words) in [(["nobody"], "no run has such an item"), (["echo-16", "--run", "x"], "is no run")] {
      let refused = try Running(["show"] + arguments, in: folder).finish()
      #expect(refused.status == 2 && refused.complaints.count == 1 && refused.err.contains(words), "\(refused.err)")
    }
    try expectRefusal("runs", "--ledger", "none.sqlite", in: folder, naming: ["none.sqlite"])
  }

  @Test("a reader that has gone away changes neither the exit code nor the files")
  func closedOutput() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let shell = Process()
    shell.executableURL = URL(fileURLWithPath: "/bin/bash")
    let line = "set -o pipefail; '\(Program.path)' gate --candidate '\(golden("adapters/plain"))' 2>/dev/null | true"
    shell.arguments = ["-c", line]
    shell.currentDirectoryURL = folder.url
    try shell.run()
    shell.waitUntilExit()
    #expect(shell.terminationStatus == 1)
    #expect(try folder.read("reports/report.md").contains("FAIL"))
  }

  @Test("--diagnose asks why, and takes the adapter back by layer and by module; a report has it")
  func diagnose() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), "--diagnose", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    #expect(gate.out.contains("Few-shot exact match went from 100.0 to 0.0 %"))
    let report = try folder.read("reports/report.md")
    #expect(report.contains("### Why") && report.contains("| layer 0 |") && report.contains("| q | "))
    #expect(try folder.read("reports/report.json").contains("\"order_spread\""))
  }

  @Test("--diagnose takes back what an adapter replaces, too")
  func diagnoseReplaced() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("adapters/modules-to-save"), "--diagnose", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    #expect(try folder.read("reports/report.md").contains("| embeddings and final norm |"))
  }

  @Test("--diagnose of a whole checkpoint puts layers back to the base's")
  func diagnoseCheckpoint() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("checkpoints/llama-tied"), "--diagnose", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    let report = try folder.read("reports/report.md")
    #expect(report.contains("| layer 0 |") && report.contains("| embeddings and final norm |"))
  }

  @Test("--cells goes on layer by module, or says why there is nothing to map")
  func diagnoseCells() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("checkpoints/llama-tied"), "--cells", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    #expect(gate.err.contains("cell by cell: ") && gate.err.contains(" models are asked "), "\(gate.err)")
    #expect(gate.err.contains("no map of cells: the probability of the right answer hardly fell"), "\(gate.err)")
    #expect(try folder.read("reports/report.md").contains("| all MLP |"))
  }

  @Test("max_leak_mass needs labels; with them the base is asked too, and what labels leak is a rule of its own")
  func leaks() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let config = try folder.read("holdfast.yaml")
    let gate =
      "\ngate: {max_drop: off, max_drop_largest_k: off, max_error_ratio: off, min_retention: off, max_leak_mass: 0.5}\n"
    try folder.write("holdfast.yaml", config + gate)
    let unnamed = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(unnamed.status == 3 && unnamed.out.contains("fine_tuning.labels"))
    try folder.write("holdfast.yaml", config + gate + "fine_tuning: {labels: [positive, negative]}\n")
    let named = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(named.status == 0, "\(named.out)\(named.err)")
    #expect(named.out.contains("answer that is no fine-tuning label"))
    #expect(try holdfast("plan", in: folder).status == 0)
  }

  @Test("items of the configured fine-tuning data are left out, and a task that lost too many has no vote")
  func heldOut() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let config = try folder.read("holdfast.yaml")
    let items = try folder.read("suite/echo.jsonl").split(separator: "\n").map(String.init)
    let prompts = items.map {
      $0.replacing("\"input\"", with: "\"prompt\"").replacing("\"output\"", with: "\"completion\"")
    }
    try folder.write("tuning.jsonl", prompts.joined(separator: "\n") + "\n")
    try folder.write("holdfast.yaml", config + "\nfine_tuning: {data: [tuning.jsonl]}\n")
    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(gate.err.contains("held-out check: "))
    #expect(gate.err.contains("without a vote: echo"))
    try folder.write("tuning.jsonl", "{\"prompt\": \"Something else entirely\", \"completion\": \"no\"}\n")
    let clean = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(clean.status == 1)
    #expect(clean.err.contains("held-out check: held out from 1 file with 1 records"))
    #expect(try folder.read("reports/report.md").contains("held out from 1 file"))
    try folder.write("tuning.jsonl", "{\"prompt\": \"Something else entirely\", \"completion\": \"no\"}\n{}\n")
    let partly = try holdfast("gate", "--candidate", golden("adapters/plain"), "--json", in: folder)
    #expect(partly.out.contains("\"records_without_text\" : 1") || partly.out.contains("\"records_without_text\": 1"))
  }

  @Test("nothing is gated, planned or repaired beside fine-tuning data that hold token ids alone")
  func heldOutUnknown() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.write("tuning.jsonl", "{\"input_ids\": [1, 2, 3], \"labels\": [-100, 2, 3]}\n")
    try folder.write("holdfast.yaml", folder.read("holdfast.yaml") + "\nfine_tuning: {data: [tuning.jsonl]}\n")
    for verb in [["gate", "--candidate", golden("adapters/plain")], ["plan"]] {
      let run = try Running(verb, in: folder).finish()
      #expect(run.status == 3)
      #expect(run.err.contains("not gateable: fine_tuning.data: it cannot be said whether the suite is held out: "))
      #expect(run.err.contains("tuning.jsonl: none of 1 records has text to check, but token ids or numbers; "))
      #expect(!run.err.contains("held out from"))
    }
  }

  @Test("plan says what could be found without asking anything")
  func plan() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let plan = try holdfast("plan", in: folder)
    #expect(plan.status == 0)
    for words in ["overall", "copying", "facts", "answers a candidate, about"] { #expect(plan.out.contains(words)) }
    #expect(try holdfast("plan", "--share", "1/8", in: folder).status == 3)
  }

  @Test("a candidate that lost everything fails: exit code 1, with a table, a report to read and one to compute with")
  func fail() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let gate = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    #expect(gate.status == 1)
    #expect(gate.complaints.map(String.init) == [TemporaryFolder.hardlyPasses])
    for words in ["FAIL: ", "overall", "copying", "facts", "reports/report.html"] { #expect(gate.out.contains(words)) }
    #expect(try folder.read("reports/report.md").contains("FAIL"))
    let report = try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file("reports/report.json")))
    let kept = try #require(report as? [String: Any])
    #expect(kept["schema_version"] as? Int == 2)
    #expect((kept["candidates"] as? [Any])?.count == 1)

    let json = try holdfast("gate", "--candidate", golden("adapters/plain"), "--json", in: folder)
    #expect(json.status == 1)
    #expect(Set(try json.object().keys) == Set(kept.keys))
  }

  @Test("the worst of several candidates decides, and a series of checkpoints is several")
  func series() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    for step in [2, 10] { try folder.copy(golden("adapters/plain"), as: "out/checkpoint-\(step)") }
    let gate = try holdfast("gate", "--candidate", "out", "--candidate", golden("adapters/nil"), "--json", in: folder)
    #expect(gate.status == 1)
    let candidates = try #require(try gate.object()["candidates"] as? [[String: Any]])
    let paths = candidates.compactMap { $0["path"] as? String }
    #expect(paths.map { $0.split(separator: "/").last } == ["checkpoint-2", "checkpoint-10", "nil"])
    #expect(gate.err.contains("changes nothing"))
  }

  @Test("a model with other tokens is not comparable: exit code 3, the difference named")
  func notComparable() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.copy(golden("checkpoints/llama-tied"), as: "other")
    var tokenizer = try #require(
      try JSONSerialization.jsonObject(with: Data(contentsOf: folder.file("other/tokenizer.json"))) as? [String: Any])
    var model = try #require(tokenizer["model"] as? [String: Any])
    // Without its first merges it cuts text into more tokens.
    let merges = try #require(model["merges"] as? [Any])
    model["merges"] = Array(merges.dropFirst(merges.count / 3))
    tokenizer["model"] = model
    try folder.write("other/tokenizer.json", try JSONSerialization.data(withJSONObject: tokenizer))
    let gate = try holdfast("gate", "--candidate", "other", in: folder)
    #expect(gate.status == 3)
    #expect((gate.out + gate.err).contains("token"))
  }

  @Test("an adapter is scored on the configured base by run too, under another identity")
  func adapterRun() throws {
    let base = try holdfast("run", "--json", in: folder).object()
    let adapter = try holdfast("run", "--model", golden("adapters/plain"), "--json", in: folder).object()
    #expect(base["model_id"] as? String != adapter["model_id"] as? String)
    #expect(adapter["known_blocks"] as? Int == 0)
  }
}
