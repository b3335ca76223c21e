import Foundation
import Testing

@Suite("merge-adapter")
struct MergeAdapterTests {
  let folder: TemporaryFolder
  let model = golden("checkpoints/llama-tied")
  let gguf = golden("checkpoints/llama-tied.gguf")
  let adapter = golden("adapters/patterns")

  init() throws { folder = try TemporaryFolder() }

  @Test("what it writes is asked as base and adapter are", arguments: [false, true], [nil, "f32"])
  func scores(fromGGUF: Bool, into type: String?) throws {
    let base = fromGGUF ? gguf : model
    let out = type == nil ? "merged" : "merged.gguf"
    let kind = type.map { ["--gguf", $0] } ?? ["--dtype", "f32"]
    let like = type != nil && !fromGGUF ? ["--like", gguf] : []
    let made = try Running(["merge-adapter", adapter, "--base", base, "--out", out] + kind + like, in: folder).finish()
    #expect(made.status == 0 && made.out == "\(out)\n", "\(made.err)")
    let expected = try scores(["--model", base, "--adapter", adapter])
    let found = try scores(["--model", out])
    #expect(found.count == expected.count && found.count == 3)
    for (one, other) in zip(found, expected) {
      #expect(one["tokens"] as? [Int] == other["tokens"] as? [Int])
      #expect(one["is_greedy"] as? Bool == other["is_greedy"] as? Bool)
      let (logprob, merged) = (try #require(other["logprob"] as? Double), try #require(one["logprob"] as? Double))
      #expect(abs(logprob - merged) <= 1e-4)
    }
    // The adapter is not nothing.
    #expect(try scores(["--model", base]).map(text) != found.map(text))
  }

  @Test("a merged folder answers a suite as base and adapter do")
  func exactMatch() throws {
    let project = try TemporaryFolder.project()
    let made = try holdfast("merge-adapter", adapter, "--dtype", "f32", "--out", "merged", in: project)
    #expect(made.status == 0, "\(made.err)")
    let runs = try [adapter, "merged"].map { path in
      try #require(try holdfast("run", "--model", path, "--json", in: project).object()["run"] as? String)
    }
    let table = try holdfast("compare", runs[0], runs[1], "--json", in: project).object()
    let pair = try #require((table["comparisons"] as? [[String: Any]])?.first)
    #expect(pair["questions"] as? Int == 192)
    for task in try #require(pair["tasks"] as? [[String: Any]]) {
      for shots in ["zero_shot", "few_shot"] {
        #expect((task[shots] as? [String: Any])?["difference"] as? Double == 0)
      }
    }
  }

  @Test(
    "the same bytes again, and with every kind of kernel",
    arguments: [["--dtype", "bf16"], ["--dtype", "f16"], ["--gguf", "q8_0"], ["--gguf", "bf16"]])
  func reproducible(kind: [String]) throws {
    let ending = kind[0] == "--gguf" ? ".gguf" : ""
    for (name, kernel) in [("a", ""), ("b", ""), ("c", "portable")] {
      let made = try Running(
        ["merge-adapter", adapter, "--base", gguf, "--out", "\(name)\(ending)"] + kind, in: folder,
        environment: kernel.isEmpty ? [:] : ["HOLDFAST_KERNEL": kernel]
      ).finish()
      #expect(made.status == 0, "\(made.err)")
    }
    let contents = try folder.contents()
    for name in contents.keys where name.hasPrefix("a") {
      for other in ["b", "c"] { #expect(contents[name] == contents[other + name.dropFirst()], "\(name)") }
    }
    #expect(contents.keys.contains(ending.isEmpty ? "a/model.safetensors" : "a.gguf"))
  }

  @Test("a folder is of the base's type where none is asked for, and of bf16 where that is quantised; it says which")
  func types() throws {
    for (base, type) in [("llama-f16", "float16"), ("llama-untied", "bfloat16"), ("llama-tied", "float32")] {
      let path = golden("checkpoints/\(base)")
      #expect(
        try holdfast("perturb", "--model", path, "--scale", "0.1", "--out", "\(base)-noise", in: folder).status == 0)
      let made = try holdfast("merge-adapter", "\(base)-noise", "--base", path, "--out", base, in: folder)
      #expect(made.status == 0 && made.err.contains("as the base is"), "\(made.err)")
      #expect(try folder.read("\(base)/config.json").contains("\"dtype\": \"\(type)\""))
    }
    let made = try holdfast(
      "merge-adapter", golden("adapters/plain"), "--base", golden("checkpoints/llama-tied-q8_0.gguf"), "--out", "q8_0",
      in: folder)
    #expect(made.err.contains("merged into the dequantised q8_0 base: an adapter trained on 16-bit weights"))
    #expect(made.err.contains("written as bf16"))
    #expect(try folder.read("q8_0/config.json").contains("\"dtype\": \"bfloat16\""))
  }

  @Test("tokenizer and chat template are the adapter's where it has them, and the record of its training goes along")
  func companions() throws {
    try folder.copy(adapter, as: "tuned")
    try folder.write("tuned/chat_template.jinja", "{{ messages[0].content }}")
    try folder.write(
      "tuned/holdfast_training.json",
      #"{"schema_version": 1, "created_by": "x", "recipe": "r", "seed": 1, "step": 2, "labels": ["yes"], "data": []}"#)
    #expect(try holdfast("merge-adapter", "tuned", "--base", model, "--out", "one", in: folder).status == 0)
    #expect(try folder.read("one/chat_template.jinja") == "{{ messages[0].content }}")
    #expect(try folder.read("one/holdfast_training.json").contains("\"yes\""))
    let name = "tokenizer.json"
    #expect(try folder.read("one/\(name)") == String(contentsOfFile: "\(model)/\(name)", encoding: .utf8))
    let made = try holdfast(
      "merge-adapter", "tuned", "--base", gguf, "--gguf", "f16", "--out", "one.gguf", in: folder)
    #expect(made.status == 0, "\(made.err)")
    // Named templates of the base go along, and are found in what was written.
    try folder.copy(model, as: "named")
    try folder.write("named/chat_template.jinja", "{{ messages[0].content }}")
    try folder.write("named/additional_chat_templates/tool_use.jinja", "tools: {{ messages[0].content }}")
    #expect(
      try holdfast("merge-adapter", golden("adapters/patterns"), "--base", "named", "--out", "kept", in: folder).status
        == 0)
    let chat = try holdfast("chat", "--model", "kept", "--chat-template", "tool_use", "--render", in: folder)
    #expect(chat.status == 0 && chat.out.hasPrefix("tools: "), "\(chat.out)\(chat.err)")

    // A whole tokenizer: the same tokens, written otherwise.
    for name in ["tokenizer.json", "tokenizer_config.json"] { try folder.copy("\(model)/\(name)", as: "tuned/\(name)") }
    try folder.write("tuned/tokenizer.json", try folder.read("tuned/tokenizer.json") + "\n\n")
    let own = try holdfast("merge-adapter", "tuned", "--base", model, "--out", "two", in: folder)
    #expect(own.status == 0 && !own.err.contains("tokenizer"), "\(own.err)")
    #expect(try folder.read("two/tokenizer.json").hasSuffix("\n\n"))
    #expect(try folder.read("two/chat_template.jinja") == "{{ messages[0].content }}")
  }

  @Test("what cannot be written is refused in one line, and nothing is left behind")
  func refusals() throws {
    try folder.copy(adapter, as: "tuned")
    try folder.write("used/file", "")
    try folder.write("used.gguf", "")
    func refuse(_ arguments: String..., naming words: String..., adapter: String = "tuned") throws {
      let before = try folder.contents()
      let finished = try Running(["merge-adapter", adapter] + arguments, in: folder).finish()
      expectOneComplaint(finished, naming: words)
      #expect(try folder.contents() == before)
    }
    try refuse("--base", model, "--out", "used", naming: "used", "--out")
    try refuse("--base", gguf, "--gguf", "f16", "--out", "used.gguf", naming: "used.gguf", "--out")
    try refuse("--base", model, "--out", "new", naming: "adapter_config.json", adapter: model)
    try refuse("--base", "nowhere", "--out", "new", naming: "nowhere")
    try refuse("--out", "new", naming: "holdfast.yaml")
    try refuse("--base", golden("families/qwen2"), "--out", "new", naming: "tuned", "base model")
    try refuse("--base", "tuned", "--out", "new", naming: "tuned", "is an adapter")
    try refuse("--base", model, "--gguf", "f16", "--out", "new.gguf", naming: "is no GGUF file", "--like")
    for other in ["checkpoints/llama-untied.gguf", "families/qwen2.gguf"] {
      try refuse(
        "--base", model, "--gguf", "f16", "--like", golden(other), "--out", "new.gguf", naming: other, "--like")
    }
    try refuse("--base", model, "--gguf", "f16", "--like", model, "--out", "new.gguf", naming: "is not a GGUF file")
  }

  @Test("an adapter that f16 cannot hold is refused by tensor, with the type that can")
  func beyond() throws {
    try folder.copy(golden("adapters/plain"), as: "tuned")
    try folder.replace("\"lora_alpha\": 8", with: "\"lora_alpha\": 8000000", in: "tuned/adapter_config.json")
    for (kind, out) in [(["--dtype", "f16"], "new"), (["--gguf", "f16"], "new.gguf")] {
      let made = try Running(["merge-adapter", "tuned", "--base", gguf, "--out", out] + kind, in: folder).finish()
      #expect(made.status == 2 && made.out == "", "\(made.err)")
      #expect(made.complaints.last?.contains("bf16") == true && made.err.contains("f16 ends at 65504"), "\(made.err)")
      #expect(made.complaints.last?.hasPrefix("holdfast: error: \(out)") == true, "\(made.err)")
    }
    #expect(try folder.contents().keys.allSatisfy { $0.hasPrefix("tuned") })
  }

  @Test(
    "options that do not go together, and types that there are not",
    arguments: [
      ["--dtype", "q4_0", "--out", "new"], ["--gguf", "q4_0", "--out", "new.gguf"],
      ["--gguf", "f16", "--dtype", "f16", "--out", "new.gguf"], ["--like", "x.gguf", "--out", "new"],
      ["--gguf", "f16", "--out", "new"], [],
    ])
  func misuse(arguments: [String]) throws {
    let finished = try Running(["merge-adapter", adapter, "--base", model] + arguments, in: folder).finish()
    #expect(finished.status == 2 && finished.out == "")
    #expect(finished.err.contains("--help"))
    #expect(try folder.contents().isEmpty)
  }

  private func scores(_ model: [String]) throws -> [[String: Any]] {
    let requests = ["Hello", "the word is", "1 2 3"].map { #"{"context": "\#($0)", "continuation": " world"}"# }
    let finished = try Running(
      ["score", "--requests", "-"] + model, in: folder, input: requests.joined(separator: "\n") + "\n"
    ).finish()
    #expect(finished.status == 0, "\(finished.err)")
    return try finished.objects()
  }

  private func text(_ score: [String: Any]) -> String { "\(score["logprob"] ?? "")" }
}
