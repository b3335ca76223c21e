import Foundation
import Testing

@Suite("A server that would be believed wrongly is found out, each trap by its own line")
struct ServedTrapTests {
  private let folder: TemporaryFolder
  private let tokenizer = golden("checkpoints/llama-tied")

  init() throws { folder = try TemporaryFolder() }

  @Test("a sound server passes in each engine's form", arguments: ["vllm", "sglang", "llama", "completions"])
  func sound(form: String) throws {
    let server = try ScriptedServer(form)
    let found = try holdfast("doctor", "--server", server.address, "--tokenizer", tokenizer, "--json", in: folder)
    #expect(found.status == 0, "\(found.err)")
    let facts = try #require(try found.object()["facts"] as? [String: Any])
    #expect(facts["engine"] as? String == (form == "llama" ? "llama-server" : form))
    #expect(facts["model"] as? String == "base")
    let noise = try #require(try found.object()["noise"] as? [String: Any])
    #expect(noise["largest"] as? Double == 0)
  }

  @Test(
    "logprobs of other positions, of other prompts, or of nothing",
    arguments: ["vllm", "sglang", "llama", "completions"],
    [
      ("off-by-one", "one position off"), ("wrong-length", "where"), ("doubled-bos", "where"),
      ("zeros", "every prompt token the same logprob"), ("chance", "worse than chance"), ("nan", "not finite"),
    ])
  func scores(form: String, trap: (name: String, words: String)) throws {
    let server = try ScriptedServer(form, trap: trap.name)
    try refused(server, naming: trap.words)
  }

  @Test("an adapter that prompt logprobs leave out", arguments: ["vllm", "sglang", "llama"])
  func droppedAdapter(form: String) throws {
    let server = try ScriptedServer(form, trap: "dropped-adapter", ["--adapter", "tuned"])
    try refused(server, "--model", "tuned", naming: "tokens that it wrote itself otherwise")
  }

  @Test(
    "ranks, texts and caches that are not the prompt's own, and answers that only a crowd gets",
    arguments: [
      ("vllm", "all-top", "says of each of"), ("vllm", "writes-nothing", "writes no token behind any of"),
      ("vllm", "other-prompt", "behind other ids than those sent"), ("vllm", "crowd", "asked several things at once"),
      ("sglang", "other-cache", "where only the end of a prompt is scored"),
    ])
  func hidden(form: String, trap: String, words: String) throws {
    try refused(try ScriptedServer(form, trap: trap), naming: words)
  }

  @Test("a name that several models' names end with is not the first one's")
  func ending() throws {
    try refused(
      try ScriptedServer(trap: "same-ending"), "--model", "base", naming: "has several models whose name ends so",
      "'one:base', 'other:base'")
  }

  @Test("a context that no model has is none that is stated, and a model's whole name is before one that ends so")
  func listing() throws {
    for trap in ["no-context", "longer-name"] {
      let server = try ScriptedServer(trap: trap)
      let found = try holdfast(
        "doctor", "--server", server.address, "--model", "base", "--tokenizer", tokenizer, "--json", in: folder)
      #expect(found.status == 0, "\(found.err)")
      let facts = try #require(try found.object()["facts"] as? [String: Any])
      #expect(facts["model"] as? String == "base")
    }
  }

  @Test("a text that the server broke off is no wrong answer")
  func aborted() throws {
    let server = try ScriptedServer(trap: "aborts")
    let project = try TemporaryFolder.servedProject(server)
    let finished = try holdfast("run", in: project)
    #expect(finished.status == 2)
    #expect(finished.err.contains("leaves an answer out (finish_reason: abort)"), "\(finished.err)")
  }

  @Test("a gateway that answers while nothing is behind it is waited for as long as was said, and no longer")
  func gateway() throws {
    try refused(try ScriptedServer(trap: "gateway"), "--server-wait", "2", naming: "status 502")
  }

  @Test("a key that the server sends back stands in no message", arguments: ["echoes-key", "sends-key-on"])
  func key(trap: String) throws {
    let server = try ScriptedServer(trap: trap)
    let finished = try holdfast(
      "doctor", "--server", server.address, "--tokenizer", tokenizer, in: folder,
      environment: ["HOLDFAST_API_KEY": "sk-secret-key"])
    #expect(finished.status == 2)
    #expect(!finished.err.contains("sk-secret-key") && finished.err.contains("…"), "\(finished.err)")
  }

  @Test("another tokenizer than the one given")
  func tokenizerDiffers() throws {
    try refused(
      try ScriptedServer(trap: "other-tokenizer"), naming: "as the ids 7 7 7", "tokenizer of the served model")
  }

  @Test(
    "servers that cannot do it, by name",
    arguments: [("llama-cpp-python", "llama-cpp-python's server"), ("ollama", "Ollama")])
  func known(trap: String, words: String) throws { try refused(try ScriptedServer(trap: trap), naming: words) }

  @Test(
    "pages, redirects and answers without an end",
    arguments: [
      ("login", "is not JSON but begins with '<!DOCTYPE html>"), ("redirect", "http://example.invalid/v1/models"),
      ("endless", "larger than"),
    ])
  func noServer(trap: String, words: String) throws { try refused(try ScriptedServer(trap: trap), naming: words) }

  @Test(
    "a server that fails on the way",
    arguments: [
      ("fails", "CUDA error"), ("cut", "connection was cut"), ("trickle", "no whole answer within 1 s"),
      ("busy", "too many requests"),
    ])
  func failing(trap: String, words: String) throws {
    try refused(
      try ScriptedServer(trap: trap), "--server-timeout", "1", "--server-wait", "1", naming: words)
  }

  @Test("a certificate that no authority has signed is trusted where it is named, and nowhere else")
  func certificate() throws {
    let server = try ScriptedServer("vllm", ["--tls"])
    let address = server.address.replacing("http://", with: "https://")
    let certificate = repository.appendingPathComponent("Tests/Servers/server.crt").path
    try expectRefusal(
      "doctor", "--server", address, "--tokenizer", tokenizer, in: folder, naming: ["its certificate is not trusted"])
    let trusted = try holdfast(
      "doctor", "--server", address, "--tokenizer", tokenizer, "--ca", certificate, in: folder)
    #expect(trusted.status == 0, "\(trusted.err)")
    try folder.write("none.pem", "no certificate\n")
    try expectRefusal(
      "doctor", "--server", address, "--tokenizer", tokenizer, "--ca", "none.pem", in: folder,
      naming: ["none.pem", "holds no certificate"])
  }

  @Test("SIGINT ends a run within a second, and the same command goes on")
  func interrupted() throws {
    let server = try ScriptedServer("vllm", ["--delay", "0.02"])
    var known = 0
    // Between the first whole block and the end: how soon that is depends on the machine, and is searched for.
    var (moment, tooEarly, tooLate) = (4.0, 0.0, Double.infinity)
    for _ in 1...12 where known == 0 {
      let project = try TemporaryFolder.servedProject(server, items: 128)
      let running = try Running(["run", "--json", "--concurrency", "2"], in: project)
      Thread.sleep(forTimeInterval: moment)
      let asked = ContinuousClock.now
      running.send(SIGINT)
      let stopped = try running.finish()
      guard stopped.status != 0 else {
        tooLate = moment
        moment = (tooEarly + tooLate) / 2
        continue
      }
      #expect(stopped.status == 130, "\(stopped.err)")
      // Far less than the rest of the run takes, and far more than a busy machine needs for what ends in a second.
      #expect(ContinuousClock.now - asked < .seconds(30))
      let rest = try holdfast("run", "--json", in: project)
      #expect(rest.status == 0, "\(rest.err)")
      known = try #require(rest.object()["known_blocks"] as? Int)
      tooEarly = moment
      moment = tooLate.isFinite ? (tooEarly + tooLate) / 2 : 2 * moment
    }
    #expect(known > 0)
  }

  @Test("nobody there, and a name that the server does not have")
  func absent() throws {
    let server = try ScriptedServer()
    try refused(server, "--model", "other", naming: "no model of this name", "'base'")
    let address = server.address
    server.kill()
    try expectRefusal(
      "doctor", "--server", address, "--tokenizer", tokenizer, in: folder, naming: ["cannot be reached"])
  }

  @Test(
    "addresses that are none",
    arguments: [
      ("ftp://host", "no http or https address"), ("http://me:secret@host", "holds a user or a password"),
      ("http://host/?key=1", "has a query"), ("http://host#", "no model's name"),
    ])
  func address(text: String, words: String) throws {
    let finished = try holdfast("doctor", "--server", text, "--tokenizer", tokenizer, in: folder)
    expectOneComplaint(finished, naming: [words])
    #expect(!finished.err.contains("secret"))
  }

  private func refused(
    _ server: ScriptedServer, _ more: String..., naming words: String...,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let finished = try Running(
      ["doctor", "--server", server.address, "--tokenizer", tokenizer, "--json"] + more, in: folder
    ).finish()
    expectOneComplaint(finished, naming: words, sourceLocation: sourceLocation)
  }
}
