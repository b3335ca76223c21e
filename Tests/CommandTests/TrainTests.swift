import Foundation
import Testing

@Suite("train")
struct TrainTests {
  let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    let lines = ["quick", "brown", "lazy", "fox"].map { #"{"prompt": "say \#($0)", "completion": " \#($0)"}"# }
    try folder.write("train.jsonl", lines.joined(separator: "\n"))
    try recipe("lora", "method: lora\nlora: {r: 4, dropout: 0.1}")
    try recipe("full", "method: full")
  }

  @Test("a LoRA recipe gives an adapter that score takes, with a log of every step")
  func adapter() throws {
    let trained = try holdfast("train", "lora.yaml", "--out", "out", in: folder)
    #expect(trained.status == 0, "\(trained.err)")
    #expect(trained.out.hasSuffix("out/checkpoint-12\n"))
    let base = golden("checkpoints/llama-tied")
    let scored = try holdfast(
      "score", "--model", base, "--adapter", "out/checkpoint-12", "--requests", "-", in: folder, input: oneRequest)
    #expect(scored.status == 0, "\(scored.err)")
    let steps = try folder.read("out/training_log.jsonl").split(separator: "\n")
    #expect(steps.count == 12)
  }

  @Test("a full recipe gives a Hugging Face folder that score takes as a model")
  func model() throws {
    #expect(try holdfast("train", "full.yaml", "--out", "out", in: folder).status == 0)
    let scored = try holdfast(
      "score", "--model", "out/checkpoint-12", "--requests", "-", in: folder, input: oneRequest)
    #expect(scored.status == 0, "\(scored.err)")
  }

  @Test("a run that is killed and resumed ends with the same bytes", arguments: ["lora", "full"])
  func resume(recipe: String) throws {
    #expect(try holdfast("train", "\(recipe).yaml", "--out", "whole", "--steps", "400", in: folder).status == 0)
    let killed = try Running(["train", "\(recipe).yaml", "--out", "cut", "--steps", "400"], in: folder)
    // Until there is a checkpoint to go on from.
    let deadline = Date().addingTimeInterval(600)
    while Date() < deadline, !FileManager.default.fileExists(atPath: folder.file("cut/checkpoint-8").path) {
      Thread.sleep(forTimeInterval: 0.002)
    }
    killed.kill()
    #expect(try killed.finish().status == Program.killed)
    let resumed = try holdfast("train", "\(recipe).yaml", "--out", "cut", "--steps", "400", "--resume", in: folder)
    #expect(resumed.status == 0, "\(resumed.err)")
    let file = recipe == "lora" ? "adapter_model.safetensors" : "model.safetensors"
    let contents = try folder.contents()
    let expected = try #require(contents["whole/checkpoint-400/\(file)"])
    #expect(contents["cut/checkpoint-400/\(file)"] == expected)
  }

  @Test("an output folder that is in use, and one that is no checkpoint")
  func folders() throws {
    try folder.write("used/file", "")
    try expectRefusal("train", "lora.yaml", "--out", "used", in: folder, naming: ["used"])
    try expectRefusal("train", "lora.yaml", "--out", "used", "--resume", in: folder, naming: ["used"])
  }

  @Test("an empty data file, a sample without loss tokens, an unknown target module, λ below 0")
  func recipes() throws {
    try folder.write("empty.jsonl", "")
    try recipe("empty", "method: full", data: "empty.jsonl")
    try expectRefusal("train", "empty.yaml", "--out", "out", in: folder, naming: ["empty.jsonl"])
    try folder.write("silent.jsonl", #"{"prompt": "say", "completion": ""}"#)
    try recipe("silent", "method: full", data: "silent.jsonl")
    try expectRefusal("train", "silent.yaml", "--out", "out", in: folder, naming: ["silent.jsonl", "1"])
    try recipe("module", "method: lora\nlora: {target_modules: [q_porj]}")
    try expectRefusal("train", "module.yaml", "--out", "out", in: folder, naming: ["q_porj", "q_proj"])
    try recipe("lambda", "method: full\npreserve: {lambda: -1, pool: pool.yaml, shots: 1, prompts: 1}")
    try expectRefusal("train", "lambda.yaml", "--out", "out", in: folder, naming: ["lambda"])
  }

  @Test("messages go through the model's chat template, which the checkpoint has with it", arguments: ["lora", "full"])
  func template(method: String) throws {
    try FileManager.default.copyItem(
      at: URL(fileURLWithPath: golden("checkpoints/llama-tied")), to: folder.file("base"))
    try folder.write("base/chat_template.jinja", ChatGateTests.template)
    let lines = ["fox", "dog"].map {
      #"{"messages": [{"role": "user", "content": "say \#($0)"}, {"role": "assistant", "content": "\#($0)"}], "id": 3}"#
    }
    try folder.write("chats.jsonl", lines.joined(separator: "\n"))
    try recipe("chats", "method: \(method)", data: "chats.jsonl", base: "./base")
    let trained = try holdfast("train", "chats.yaml", "--out", "out", in: folder)
    #expect(trained.status == 0, "\(trained.err)")
    // This template ends an answer with plain text.
    #expect(
      trained.err.contains("chats.jsonl: 2 of 2 samples: the chat template writes no special token behind the answer"))
    #expect(try folder.read("out/checkpoint-12/chat_template.jinja") == ChatGateTests.template)

    try folder.write("own.jinja", "{{ raise_exception('never') }}")
    try recipe("raising", "method: \(method)\ntemplate: ./own.jinja", data: "chats.jsonl", base: "./base")
    try expectRefusal(
      "train", "raising.yaml", "--out", "none", in: folder,
      naming: ["chats.jsonl: line 1: the chat template refuses it (", "never"])
    try recipe("plain", "method: \(method)", data: "chats.jsonl")
    try expectRefusal(
      "train", "plain.yaml", "--out", "none", in: folder,
      naming: ["chats.jsonl: line 1: the base model has no chat template for conversations"])
    try recipe("unnamed", "method: \(method)\ntemplate: tool_use", data: "chats.jsonl", base: "./base")
    try expectRefusal("train", "unnamed.yaml", "--out", "none", in: folder, naming: ["tool_use"])
  }

  private func recipe(
    _ name: String, _ method: String, data: String = "train.jsonl", base: String = golden("checkpoints/llama-tied")
  ) throws {
    try folder.write(
      "\(name).yaml",
      """
      recipe: \(name)
      base: \(base)
      data: {train: \(data)}
      \(method)
      learning_rate: 1e-3
      steps: 12
      batch: 2
      checkpoint_every: 4
      """)
  }
}
