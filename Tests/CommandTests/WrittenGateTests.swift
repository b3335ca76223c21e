import Foundation
import Testing

@Suite("Models of servers that only write text")
struct WrittenGateTests {
  /// A project whose base is asked for text alone.
  private func project(_ server: ScriptedServer, prompt: String = "chat", more: String = "") throws -> TemporaryFolder {
    let folder = try TemporaryFolder.project(items: 64)
    try folder.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, answers: written}", suite: "suite",
      more: "prompt: \(prompt)\n\(more)")
    return folder
  }

  @Test("a chat endpoint's base knows everything, and the adapter that forgot it FAILs", arguments: ["chat", "ollama"])
  func gate(form: String) throws {
    let server = try ScriptedServer(form, ["--adapter", "tuned"])
    let folder = try project(server, prompt: form == "ollama" ? "raw" : "chat")
    let saved = try holdfast("baseline", "save", in: folder)
    #expect(saved.status == 0, "\(saved.err)")
    let baseline = try folder.read("baseline.json")
    #expect(baseline.contains("\"k\":4,\"draw\":0,\"block\":1,\"exact_match\":1,\"logprob\":null,\"choice\":null"))
    let gate = try holdfast(
      "gate", "--candidate", "\(server.address)#tuned", "--diagnose", "--output", "all.csv", "--output", "all.json",
      in: folder)
    #expect(gate.status == 1, "\(gate.out)\(gate.err)")
    #expect(gate.out.contains("fell by 100.0 points"), "\(gate.out)")
    #expect(gate.out.contains("Behind random answers exact match went from 100.0 to 0.0 %"), "\(gate.out)")
    #expect(try !folder.read("all.json").contains("probability_drop_interval"))
    let rows = try folder.read("all.csv").split(separator: "\r\n").filter { $0.contains(",echo,") }
    #expect(rows.count == 192 && rows.allSatisfy { $0.hasSuffix(",,,,") })
    let show = try holdfast("show", "echo-20", in: folder)
    #expect(show.out.contains("written text alone"), "\(show.out.prefix(800))\(show.err)")
    // The same command a second time asks nothing but a look at whether the ledger is right.
    let again = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: folder)
    #expect(again.status == 1, "\(again.err)")
  }

  @Test("the messages are the suite's, demonstrations as turns, and what the template is told goes along")
  func messages() throws {
    let server = try ScriptedServer("chat")
    let folder = try project(server, more: "chat: {arguments: {enable_thinking: false}, system: Be brief.}")
    #expect(try holdfast("run", in: folder).status == 0)
    let trace = try holdfast("show", "echo-20", "--json", in: folder)
    let traces = try trace.out.split(separator: "\n").compactMap {
      try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any]
    }
    let context = try #require(traces.first { $0["k"] as? Int == 1 }?["context"] as? String)
    let sent = try #require(try JSONSerialization.jsonObject(with: Data(context.utf8)) as? [String: Any])
    let messages = try #require(sent["messages"] as? [[String: String]])
    #expect(messages.map { $0["role"] } == ["system", "user", "assistant", "user"])
    #expect(messages[0]["content"] == "Be brief." && messages[3]["content"] == "Q: echo 20\nA:")
    #expect((sent["chat_template_kwargs"] as? [String: Bool]) == ["enable_thinking": false])
  }

  @Test("rules on logprobs are refused by name before anything is asked")
  func rules() throws {
    let server = try ScriptedServer("chat", ["--adapter", "tuned"])
    let folder = try project(server)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    for rule in ["max_logprob_drop", "max_probability_drop", "max_leak_mass"] {
      let told = try project(server, more: "gate: {\(rule): {overall: 0.1}}\nfine_tuning: {labels: [yes]}\n")
      try told.write("baseline.json", folder.read("baseline.json"))
      let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", in: told)
      expectOneComplaint(gate, naming: ["gate.\(rule)", "needs logprobs"])
    }
    let early = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--early-warning", in: folder)
    expectOneComplaint(early, naming: ["--early-warning", "needs logprobs"])
  }

  @Test(
    "each trap of a server that writes ends in its own line",
    arguments: [
      ("thinks", "the model thinks before it answers"), ("same-text", "writes the same text behind"),
      ("samples", "it does not write greedily"),
    ])
  func traps(trap: String, says: String) throws {
    let server = try ScriptedServer("chat", trap: trap)
    let folder = try project(server)
    expectOneComplaint(try holdfast("run", in: folder), naming: [says])
    let doctor = try holdfast("doctor", "--server", server.address, "--written", in: folder)
    #expect(doctor.status == 2 && doctor.err.contains(says), "\(doctor.err)")
  }

  @Test("what the template is told goes to the self-test too: a model that thinks unless told is asked")
  func told() throws {
    let server = try ScriptedServer("chat", trap: "thinks-unless-told", ["--adapter", "tuned"])
    expectOneComplaint(try holdfast("run", in: try project(server)), naming: ["the model thinks before it answers"])
    let folder = try project(server, more: "chat: {arguments: {enable_thinking: false}}")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", in: folder)
    #expect(gate.status == 1, "\(gate.out)\(gate.err)")
    let doctor = try holdfast("doctor", "--server", server.address, "--model", "base", "--written", in: folder)
    #expect(doctor.status == 0, "\(doctor.err)")
  }

  @Test("Ollama is known by its own route, whoever made the model, and what it would leave out or cut is refused")
  func ollama() throws {
    let own = try ScriptedServer("ollama", trap: "own-model")
    #expect(try holdfast("run", in: try project(own, prompt: "raw")).status == 0)
    expectOneComplaint(
      try holdfast("run", in: try project(own, more: "chat: {arguments: {style: brief}}")),
      naming: ["Ollama", "nothing but enable_thinking", "chat.arguments has 'style'"])
    let short = try ScriptedServer("ollama", trap: "short")
    let doctor = try holdfast("doctor", "--server", short.address, "--written", in: try project(short))
    #expect(doctor.status == 0, "\(doctor.err)")
    let folder = try project(short, prompt: "raw")
    try folder.replace(
      #"separator: "\n\n""#, with: #"separator: "\n\#(String(repeating: "-", count: 80))\n""#, in: "suite/echo.yaml")
    let long = try holdfast("run", in: folder)
    #expect(long.status == 2, "\(long.err)")
    #expect(long.err.contains("keeps 300 tokens of a prompt and its answer, and a prompt of "), "\(long.err)")
  }

  @Test("a context that holds no prompt is refused, and one that is not known is said")
  func contexts() throws {
    let tiny = try ScriptedServer("ollama", trap: "tiny")
    expectOneComplaint(
      try holdfast("run", in: try project(tiny, prompt: "raw")), naming: ["has a context of 16 tokens"])
    let silent = try ScriptedServer("ollama", trap: "no-show")
    let run = try holdfast("run", in: try project(silent, prompt: "raw"))
    #expect(run.status == 0 && run.err.contains("that 16384 tokens fit is taken on trust"), "\(run.err)")
  }

  @Test("a model that thinks in chats alone is asked raw text")
  func thinksInChats() throws {
    let server = try ScriptedServer("chat", trap: "thinks-in-chats")
    #expect(try holdfast("run", in: try project(server, prompt: "raw")).status == 0)
    let chats = try holdfast("run", in: try project(server))
    #expect(chats.status == 2 && chats.err.contains("the model thinks before it answers"), "\(chats.err)")
  }

  @Test("--prompt chat tells the template what the configuration says, in the self-test too")
  func promptOption() throws {
    let server = try ScriptedServer("chat", trap: "thinks-unless-told")
    let folder = try project(server, prompt: "raw", more: "chat: {arguments: {enable_thinking: false}}")
    let run = try holdfast("run", "--prompt", "chat", in: folder)
    #expect(run.status == 0, "\(run.err)")
  }

  @Test("why a kind of prompt is not taken is said where the suite is asked so")
  func refusals() throws {
    let server = try ScriptedServer("chat", trap: "no-chats")
    let chats = try holdfast("run", in: try project(server))
    #expect(chats.status == 2 && chats.err.contains("takes no chats"), "\(chats.err)")
    #expect(chats.err.contains("/v1/chat/completions answers 400 no chat template"), "\(chats.err)")
    let failing = try ScriptedServer("chat", trap: "overloaded")
    let run = try holdfast("run", in: try project(failing))
    #expect(run.status == 2 && run.err.contains("status 507: out of memory"), "\(run.err)")
  }

  @Test(
    "an answer that the server keeps back or breaks off is neither right nor wrong",
    arguments: [
      ("filters", "finish_reason: content_filter"), ("fails-midway", "finish_reason: error"),
      ("refuses", "refuses to answer ('I cannot answer')"),
    ])
  func withheld(trap: String, words: String) throws {
    let server = try ScriptedServer("chat", trap: trap)
    let run = try holdfast("run", in: try project(server))
    #expect(run.status == 2 && run.err.contains(words) && run.err.contains("neither right nor wrong"), "\(run.err)")
  }

  @Test("a server that refuses fields that it does not know is asked without them, and that is said")
  func strict() throws {
    let server = try ScriptedServer("chat", trap: "strict")
    let run = try holdfast("run", in: try project(server))
    #expect(run.status == 0 && run.err.contains("it takes no repetition_penalty"), "\(run.err)")
  }

  @Test("a server whose texts move says so in the report")
  func noise() throws {
    let server = try ScriptedServer("chat", trap: "noise", ["--adapter", "tuned"])
    let folder = try project(server)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", "--json", in: folder)
    #expect(gate.status == 1, "\(gate.err)")
    #expect(gate.err.contains("texts moved"), "\(gate.err)")
    #expect(gate.out.contains("the server's answers move"), "\(gate.out.prefix(2000))")
  }

  @Test("a candidate that answers as the base does is no candidate")
  func notApplied() throws {
    let server = try ScriptedServer("chat", trap: "adapter-is-base", ["--adapter", "tuned"])
    let folder = try project(server)
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "\(server.address)#tuned", in: folder)
    #expect(gate.status == 3 && gate.out.contains("adapter is not applied"), "\(gate.out)\(gate.err)")
  }

  @Test("a server that holds another model before the run is over is not believed")
  func replaced() throws {
    let server = try ScriptedServer("chat", trap: "swaps")
    let run = try holdfast("run", in: try project(server))
    #expect(run.status == 2 && run.err.contains("it holds another model now"), "\(run.err)")
  }

  @Test("raw text and a template of one's own are refused where the server takes messages alone")
  func forms() throws {
    let server = try ScriptedServer("chat")
    expectOneComplaint(
      try holdfast("run", in: try project(server, prompt: "raw")), naming: ["/v1/completions", "prompt: chat"])
    let folder = try project(server, more: "chat: {template: own.jinja}")
    try folder.write("own.jinja", "{{ messages[0].content }}")
    expectOneComplaint(try holdfast("run", in: folder), naming: ["chat.template", "leave it out"])
  }

  @Test("what is scored and what is written never meet, and a word that is neither is refused")
  func kinds() throws {
    let server = try ScriptedServer("vllm", ["--adapter", "tuned"])
    let folder = try TemporaryFolder.servedProject(server)
    try folder.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, tokenizer: \"\(golden("checkpoints/llama-tied"))\"}",
      suite: "suite", more: "candidate: {server: \"\(server.address)\", model: tuned, answers: written}")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let gate = try holdfast("gate", in: folder)
    #expect(gate.status == 2 && gate.err.contains("candidate.answers"), "\(gate.err)")
    #expect(gate.err.contains("one word in both places"), "\(gate.err)")
    try folder.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, answers: spoken}", suite: "suite")
    expectOneComplaint(try holdfast("run", in: folder), naming: ["base.answers", "scored"])
    try folder.writeConfiguration(base: "{server: localhost, model: base, answers: written}", suite: "suite")
    expectOneComplaint(try holdfast("run", in: folder), naming: ["base.server", "http://localhost:8000"])
  }
}
