import Foundation
import Testing

@Suite("A gate of chats, on a tiny model with a template")
struct ChatGateTests {
  static let template =
    "{% for m in messages %}<{{ m.role }}>{{ m.content }}</{{ m.role }}>\n{% endfor %}"
    + "{% if add_generation_prompt %}<assistant>{% endif %}"

  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder.project(base: "./base", items: 64)
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: golden("checkpoints/llama-tied")), to: folder.file("base"))
    try folder.write("base/chat_template.jinja", Self.template)
  }

  private func configure(_ more: String) throws {
    try folder.writeConfiguration(base: "./base", suite: "suite", more: more)
  }

  private func candidate(_ name: String, template: String?) throws {
    try FileManager.default.copyItem(at: folder.file("base"), to: folder.file(name))
    try FileManager.default.removeItem(at: folder.file("\(name)/chat_template.jinja"))
    if let template { try folder.write("\(name)/chat_template.jinja", template) }
  }

  @Test("the baseline keeps the template, and a candidate is asked through it, whatever it ships")
  func gate() throws {
    try configure("prompt: chat")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    #expect(try folder.read("baseline.json").contains(#""form":"chat""#))
    #expect(try holdfast("baseline", "show", in: folder).out.contains("prompt    chat, template "))
    #expect(try holdfast("baseline", "list", in: folder).out.contains("base on tiny 1 as chat, 0 of 2 tasks admitted"))
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    try candidate("same", template: Self.template)
    try candidate("other", template: Self.template + "{# mine #}")
    try candidate("ended", template: Self.template + "\n")
    try candidate("none", template: nil)
    let same = try holdfast("gate", "--candidate", "./same", in: folder)
    #expect(same.status == 1 && !same.out.contains("chat template"))
    let other = try holdfast("gate", "--candidate", "./other", in: folder)
    let said = other.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(other.status == 1)
    #expect(
      said.contains("the candidate ships another chat template than the baseline's, through which it was asked: line 2")
    )
    for same in ["./none", "./ended"] {
      let finished = try holdfast("gate", "--candidate", same, in: folder)
      #expect(finished.status == 1 && !finished.out.contains("another chat template"))
    }
  }

  @Test(
    "a baseline whose chat was changed by hand is refused",
    arguments: [
      (#""form":"chat""#, #""form":"raw""#, "chat.form"), ("<assistant>", "<model>", "chat.template"),
      ("2024-07-26", "2024-02-30", "chat.date"), (#""arguments":"{}""#, #""arguments":"[]""#, "chat.arguments"),
    ])
  func meddled(old: String, new: String, field: String) throws {
    try configure("prompt: \(field == "chat.form" ? "raw" : "chat")")
    #expect(try holdfast("baseline", "save", "--prompt", "chat", in: folder).status == 0)
    let text = try folder.read("baseline.json")
    #expect(text.contains(old))
    try folder.write("baseline.json", text.replacing(old, with: new))
    try expectRefusal(
      "gate", "--candidate", "./base", in: folder, besides: "ledger", naming: ["baseline.json: \(field)"])
  }

  @Test("raw and chat never meet")
  func apart() throws {
    #expect(try holdfast("baseline", "save", "--prompt", "chat", in: folder).status == 0)
    try expectRefusal(
      "gate", "--candidate", "./base", in: folder, besides: "ledger",
      naming: ["holdfast.yaml: prompt: is raw, and the baseline was asked chat", "say 'prompt: chat'"])
    let raw = try holdfast("run", "--json", in: folder).object()
    let chat = try holdfast("run", "--prompt", "chat-single", "--json", in: folder).object()
    #expect(raw["run"] as? String != chat["run"] as? String)
    let compared = try holdfast(
      "compare", try #require(raw["run"] as? String), try #require(chat["run"] as? String), in: folder)
    #expect(compared.status == 2)
    #expect(compared.err.contains("prompt hash"))
  }

  @Test("a missing template, one that raises, and one that doubles BOS are one line each")
  func refused() throws {
    try configure("prompt: chat")
    try FileManager.default.removeItem(at: folder.file("base/chat_template.jinja"))
    try expectRefusal("run", in: folder, besides: "ledger", naming: ["chat template: the model has none"])
    try folder.write("base/chat_template.jinja", "{{ raise_exception('tools only') }}")
    try expectRefusal("run", in: folder, besides: "ledger", naming: ["the template says: tools only"])
    try folder.write("base/chat_template.jinja", "{{ bos_token }}{{ bos_token }}{{ messages[-1].content }}")
    let doubled = try holdfast("run", in: folder)
    #expect(
      doubled.status == 2 && doubled.err.contains("begins with two BOS tokens; give a template that writes BOS once"))
    try configure("prompt: chat\nchat: {date: tomorrow}")
    try expectRefusal("run", in: folder, besides: "ledger", naming: ["chat.date", "'tomorrow' is no day"])
    try configure("prompt: chats")
    try expectRefusal("run", in: folder, besides: "ledger", naming: ["prompt", "is none of raw, chat, chat-single"])
  }

  @Test("what the template is told and a think block that it opens are part of what is asked")
  func arguments() throws {
    let thinking = "{% for m in messages %}{{ m.content }}\n{% endfor %}A:{% if enable_thinking %} <think>\n{% endif %}"
    try folder.write("base/chat_template.jinja", thinking)
    try configure("prompt: chat\nchat: {arguments: {enable_thinking: true}, system: Be brief.}")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let baseline = try folder.read("baseline.json")
    #expect(baseline.contains(#"\"enable_thinking\": true"#) || baseline.contains(#"\"enable_thinking\":true"#))
    #expect(baseline.contains(#""closes_thinking":true"#))
    #expect(baseline.contains(#""system":"Be brief.""#))
  }

  @Test("a candidate may be asked through the template that it ships: the report names both, and where they part")
  func ownTemplate() throws {
    try configure("prompt: chat")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    try candidate("other", template: Self.template.replacing("<assistant>", with: "<model>"))
    func gate(_ path: String, _ more: String? = nil) throws -> (status: Int32, said: String) {
      let gate = try holdfast(
        "gate", "--candidate", path, more ?? "--candidate-template", more == nil ? "own" : "--candidate-template=own",
        in: folder)
      return (gate.status, (gate.out + gate.err).split(whereSeparator: \.isWhitespace).joined(separator: " "))
    }
    let other = try gate("./other")
    #expect(other.status == 1)
    #expect(other.said.contains("asked through the chat template that the candidate ships ("))
    #expect(other.said.contains("): line 2 is '{% endfor %}{% if add_generation_prompt %}<model>{% endif %}', not '"))
    let same = try gate("./base")
    #expect(same.status == 1 && !same.said.contains("that the candidate ships"))
    try candidate("ended", template: Self.template + "\n")
    let ended = try gate("./ended")
    #expect(ended.status == 1 && !ended.said.contains("that the candidate ships"))
    #expect(try gate("./other", "--adaptive").status == 2)
    try configure("prompt: raw")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let raw = try gate("./other")
    #expect(raw.status == 2 && raw.said.contains("--candidate-template: the baseline was asked raw text"))
  }

  @Test("--prompt says which form a baseline, models' runs and an experiment have")
  func forms() throws {
    #expect(try holdfast("baseline", "save", "--out", "raw.json", in: folder).status == 0)
    #expect(try holdfast("baseline", "save", "--prompt", "chat", "--out", "chat.json", in: folder).status == 0)
    for name in ["raw.json", "chat.json"] { try folder.sayThatTheBaseOnceKnew(baseline: name) }
    try candidate("other", template: Self.template)
    let chat = try holdfast("gate", "--candidate", "./other", "--prompt", "chat", "--baseline", "chat.json", in: folder)
    #expect(chat.status == 1, "\(chat.err)")
    let mixed = try holdfast("gate", "--candidate", "./other", "--prompt", "chat", "--baseline", "raw.json", in: folder)
    #expect(mixed.status == 2 && mixed.err.contains("raw.json: was asked raw, not chat; name a baseline of that form"))
    #expect(try holdfast("gate", "--candidate", "./other", "--baseline", "raw.json", in: folder).status == 1)
    let compared = try holdfast("compare", "./base", "./other", "--prompt", "chat", in: folder)
    #expect(compared.status == 0, "\(compared.err)")
    let none = try holdfast("compare", "./base", "./other", "--prompt", "chat-single", in: folder)
    #expect(none.status == 2 && none.err.contains("has no finished run of it"))
  }

  @Test("a model that begins with thoughts is not gateable, and cannot be a baseline")
  func thinking() throws {
    try configure("prompt: chat")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    let lines = (0..<48).map { number in
      let turns = ["echo", "answer"].flatMap { task in
        [
          #"{"role": "user", "content": "Q: \#(task) \#(number)\nA:"}"#,
          #"{"role": "assistant", "content": "<think>"}"#,
        ]
      }
      return #"{"messages": [\#(turns.joined(separator: ", "))]}"#
    }
    try folder.write("thoughts.jsonl", lines.joined(separator: "\n"))
    try folder.write(
      "thinks.yaml",
      "recipe: thinks\nbase: ./base\ndata: {train: thoughts.jsonl}\nmethod: full\nlearning_rate: 3e-3\nsteps: 150\n")
    #expect(try holdfast("train", "thinks.yaml", "--out", "out", in: folder).status == 0)
    let gate = try holdfast("gate", "--candidate", "out/checkpoint-150", in: folder)
    #expect(gate.status == 3, "\(gate.err)")
    let said = gate.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("NOT GATEABLE: the model thinks before it answers ("))
    #expect(said.contains("turn that off with chat.arguments, such as {enable_thinking: false}"))
    let save = try holdfast("baseline", "save", "--model", "out/checkpoint-150", "--out", "b.json", in: folder)
    #expect(save.status == 3 && save.err.contains("the model thinks before it answers"))
  }

  @Test("instructions and prefills are part of what is asked, and only where they are wanted")
  func instructions() throws {
    let without = try holdfast("run", "--prompt", "chat", "--instructions", in: folder)
    #expect(without.status == 2 && without.err.contains("suite: instruction: no task has one"))
    try folder.write("suite/echo.yaml", try folder.read("suite/echo.yaml") + "instruction: Repeat the word.\n")
    let raw = try holdfast("run", "--instructions", in: folder)
    #expect(raw.status == 2 && raw.err.contains("chat.instructions: stands beside prompt: raw"))
    func run(_ more: String = "--json") throws -> String {
      try #require(
        try holdfast("run", "--prompt", "chat", "--json", more, in: folder).object()["run"] as? String)
    }
    #expect(try run() != run("--instructions"))
    try configure("prompt: chat\nchat: {instructions: true}")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    #expect(try folder.read("baseline.json").contains(#""instructions":true"#))
    #expect(try holdfast("baseline", "show", in: folder).out.contains(", with instructions"))
    try folder.write("suite/echo.yaml", try folder.read("suite/echo.yaml") + "chat: {prefill: \"A: \"}\n")
    let blank = try holdfast("run", in: folder)
    #expect(blank.status == 2 && blank.err.contains("chat.prefill: ends in white space"))
  }

  @Test("an experiment and a repair ask as the baseline was asked, and train through the template")
  func experiment() throws {
    try configure("prompt: chat")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    try folder.sayThatTheBaseOnceKnew(baseline: "baseline.json")
    let lines = (0..<16).map {
      #"{"messages": [{"role": "user", "content": "say \#($0)"}, {"role": "assistant", "content": "\#($0 % 2 == 0 ? "yes" : "no")"}]}"#
    }
    try folder.write("chats.jsonl", lines.joined(separator: "\n"))
    try folder.write(
      "full.yaml",
      "recipe: full\ndata: {train: chats.jsonl, test: chats.jsonl}\nmethod: full\nlearning_rate: 1e-3\nsteps: 8\nbatch: 2\n"
    )
    try folder.write("e.yaml", "experiment: tiny\ncheckpoints: [8]\narms:\n  - {arm: full, recipe: full.yaml}\n")
    let experiment = try holdfast("experiment", "e.yaml", in: folder)
    #expect(experiment.status == 0, "\(experiment.err)")
    let other = try holdfast("experiment", "e.yaml", "--prompt", "raw", "--out", "o", "--reports", "p", in: folder)
    #expect(other.status == 2 && other.err.contains("baseline.json: was asked chat, not raw"))
    let checkpoint = "out/tiny/full/seed-1/checkpoint-8"
    #expect(try holdfast("baseline", "save", "--prompt", "raw", "--out", "raw.json", in: folder).status == 0)
    try folder.sayThatTheBaseOnceKnew(baseline: "raw.json")
    let raw = try holdfast("gate", "--candidate", checkpoint, "--prompt", "raw", "--baseline", "raw.json", in: folder)
    let said = raw.out.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    #expect(said.contains("it was trained through a chat template and is asked raw text"), "\(raw.out)\(raw.err)")
    let repair = try holdfast(
      "repair", "--candidate", checkpoint, "--data", "chats.jsonl", "--out", "mended", in: folder)
    // Nothing can be mended of a base that was only said to know; it was asked all the same.
    #expect([0, 1, 3].contains(repair.status), "\(repair.err)")
    #expect(!repair.err.contains("prompt form"))
  }
}
