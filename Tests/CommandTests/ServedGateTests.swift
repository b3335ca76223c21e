import Foundation
import Testing

@Suite("Served models on the way from a server to a verdict")
struct ServedGateTests {
  @Test(
    "answers come to the same rows whatever the server does on the way",
    .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func disturbed() throws {
    let sound = try rows(trap: nil)
    #expect(sound.count > 100)
    for trap in ["sometimes-busy", "sometimes-fails", "sometimes-cut"] {
      #expect(try rows(trap: trap) == sound, "\(trap)")
    }
  }

  /// The scores of a whole run, in a ledger of their own.
  private func rows(trap: String?) throws -> [Substring] {
    let server = try ScriptedServer(trap: trap)
    let folder = try TemporaryFolder.servedProject(server)
    let run = try holdfast("run", "--json", in: folder)
    #expect(run.status == 0, "\(run.err)")
    return try LedgerDump.rows(folder.file("ledger.sqlite"))
  }

  @Test(
    "a server that is killed and started again ten times loses no answer and doubles none",
    .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func killed() throws {
    let first = try ScriptedServer("vllm", ["--delay", "0.02"])
    let folder = try TemporaryFolder.servedProject(first, items: 256)
    let running = try Running(["run", "--json", "--concurrency", "4"], in: folder)
    var server = first
    for _ in 0..<10 {
      Thread.sleep(forTimeInterval: 0.6)
      server.kill()
      server = try ScriptedServer("vllm", port: server.port, ["--delay", "0.02"])
    }
    let finished = try running.finish()
    #expect(finished.status == 0, "\(finished.err)")
    let other = try TemporaryFolder.servedProject(server, items: 256)
    #expect(try holdfast("run", in: other).status == 0)
    let scores = try LedgerDump.rows(folder.file("ledger.sqlite"))
    #expect(scores.count > 1000)
    #expect(try scores == LedgerDump.rows(other.file("ledger.sqlite")))
  }

  @Test(
    "a server that holds another model before the run is over is not believed",
    .enabled(if: LedgerDump.isAvailable, "no sqlite3 here"))
  func replaced() throws {
    let server = try ScriptedServer(trap: "swaps")
    let folder = try TemporaryFolder.servedProject(server, items: 128)
    let finished = try holdfast("run", "--json", in: folder)
    #expect(finished.status == 2)
    #expect(finished.err.contains("it holds another model now"), "\(finished.err)")
    // None of the other model's answers are kept under the first one's name.
    let kept = try LedgerDump.scores(folder.file("ledger.sqlite"))
    let other = try ScriptedServer()
    let sound = try TemporaryFolder.servedProject(other, items: 128)
    #expect(try holdfast("run", in: sound).status == 0)
    #expect(try Set(kept).isSubset(of: LedgerDump.scores(sound.file("ledger.sqlite"))))
  }

  @Test("base and candidate are asked in one run, and the ledger has both")
  func gate() throws {
    let server = try ScriptedServer("vllm", ["--adapter", "tuned"])
    let folder = try TemporaryFolder.servedProject(server, items: 64)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    #expect(try folder.read("baseline.json").contains("\"server\": {\"build\":\"vllm 0.33.0\""))
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: folder)
    // The base does not know what its baseline says, and is asked again: neither loses anything.
    #expect([0, 1, 3].contains(gate.status), "\(gate.err)")
    let candidates = try #require(try gate.object()["candidates"] as? [[String: Any]])
    #expect((candidates[0]["model"] as? [String: Any])?["storage"] as? String == "served")
    #expect(!gate.out.contains("not gateable"), "\(gate.out.prefix(500))")
    #expect(try holdfast("runs", in: folder).out.contains("tuned"))
  }

  @Test("a server whose answers move: the ledger keeps the first, and the report says by how much they do")
  func noise() throws {
    let server = try ScriptedServer(trap: "noise", ["--adapter", "tuned"])
    let folder = try TemporaryFolder.servedProject(server, items: 64)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    let first = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: folder)
    #expect([0, 1, 3].contains(first.status), "\(first.err)")
    #expect(
      first.out.contains("the server's answers move: logprobs by up to 0.00"), "\(first.out.prefix(2000))\(first.err)")
    let again = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: folder)
    #expect(again.status == first.status, "\(again.err)")
  }

  @Test("a folder of adapters is loaded, gated and unloaded")
  func loading() throws {
    let server = try ScriptedServer()
    let folder = try TemporaryFolder.servedProject(server)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    for name in ["plain", "other-model"] { try folder.copy(golden("adapters/\(name)"), as: "adapters/\(name)") }
    let gate = try holdfast("gate", "--load-adapters", "adapters", "--json", in: folder)
    let candidates = try #require(try gate.object()["candidates"] as? [[String: Any]], "\(gate.err)")
    let names = candidates.compactMap { $0["path"] as? String }
    #expect(names.count == 2 && names[0].contains("#other-model-") && names[1].contains("#plain-"))
    #expect(!gate.err.contains("stays loaded"), "\(gate.err)")
    let left = try holdfast(
      "doctor", "--server", server.address, "--model", "none", "--tokenizer", golden("checkpoints/llama-tied"),
      in: folder)
    #expect(left.err.contains("behind a '#': 'base'\n"), "\(left.err)")
  }

  @Test("an adapter that the server does not apply is no candidate")
  func notApplied() throws {
    let server = try ScriptedServer(trap: "adapter-is-base", ["--adapter", "tuned"])
    let folder = try TemporaryFolder.servedProject(server, items: 64)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", in: folder)
    #expect(gate.status == 3)
    #expect(gate.out.contains("adapter is not applied"), "\(gate.out)")
  }

  @Test("scores of two engines or two builds never meet")
  func otherBuild() throws {
    let server = try ScriptedServer("vllm", ["--adapter", "tuned"])
    let folder = try TemporaryFolder.servedProject(server, items: 64)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    server.kill()
    let newer = try ScriptedServer("vllm", port: server.port, ["--adapter", "tuned", "--version", "0.34.0"])
    let gate = try holdfast("gate", "--candidate", "\(newer.address)#tuned", in: folder)
    #expect(gate.status == 3)
    #expect("\(gate.out)\(gate.err)".contains("vllm 0.34.0"), "\(gate.out)\(gate.err)")
    let files = try holdfast("gate", "--candidate", golden("checkpoints/llama-untied"), in: folder)
    #expect(files.status == 3)
    #expect(files.out.contains("the engine differs"), "\(files.out)\(files.err)")
  }

  @Test("a key goes to the server and nowhere else")
  func key() throws {
    let folder = try TemporaryFolder()
    let log = folder.file("log.txt").path
    let server = try ScriptedServer("vllm", ["--key", "sk-very-secret-77", "--log", log])
    let project = try TemporaryFolder.servedProject(server)
    let without = try holdfast("run", in: project)
    expectOneComplaint(without, naming: ["refuses the key", "HOLDFAST_API_KEY"])
    let finished = try holdfast("run", "--json", in: project, environment: ["HOLDFAST_API_KEY": "sk-very-secret-77"])
    #expect(finished.status == 0, "\(finished.err)")
    #expect(try folder.read("log.txt").contains("Bearer sk-very-secret-77"))
    try project.write("key.txt", "sk-very-secret-77\n")
    let named = try project.read("holdfast.yaml") + "api_key_file: key.txt\n"
    try project.write("holdfast.yaml", named)
    #expect(try holdfast("baseline", "save", in: project).status == 0)
    try FileManager.default.removeItem(at: project.file("key.txt"))
    let secret = Data("sk-very-secret-77".utf8)
    for (name, data) in try project.contents() {
      #expect(data?.range(of: secret) == nil, "the key is in \(name)")
    }
    #expect(!finished.out.contains("secret-77") && !finished.err.contains("secret-77"))
  }
}
