import Foundation
import Testing

@Suite("init chooses from what it finds")
struct InitSurveyTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("the catalogue's model that an adapter names wins over a model that lies about")
  func catalogue() throws {
    try folder.addModel("some-model")
    try folder.addAdapter("lora")
    try folder.replace(
      "\"llama-tied\"", with: "\"HuggingFaceTB/SmolLM2-135M-Instruct\"", in: "lora/adapter_config.json")
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    #expect(made.steps.contains { $0.hasSuffix(" holdfast fetch smollm2-135m-instruct") })
    #expect(made.steps.last?.hasSuffix("--candidate lora") == true)
  }

  @Test("the path that an adapter names, relative or absolute, wins over the other models", arguments: [true, false])
  func path(isAbsolute: Bool) throws {
    for name in ["one", "bases/two"] { try folder.addModel(name) }
    try folder.addAdapter("lora")
    let start = isAbsolute ? folder.url.resolvingSymlinksInPath().path : "."
    try folder.replace("\"llama-tied\"", with: "\"\(start)/bases/two\"", in: "lora/adapter_config.json")
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "bases/two")
    #expect(!made.out.contains("was not found here"))
  }

  @Test("an adapter on a model that is neither here nor known is said, in the file too")
  func unknownBase() throws {
    try folder.addAdapter("lora")
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    let note = "lora says that it was fine-tuned from llama-tied, which was not found here"
    #expect(made.out.contains(note))
    #expect(try folder.read("holdfast.yaml").contains("# Note: \(note)."))
  }

  @Test("of two models neither is taken: both are named as comments")
  func ambiguous() throws {
    for name in ["one", "two"] { try folder.addModel(name) }
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    let text = try folder.read("holdfast.yaml")
    #expect(text.contains("\n#   base: ./one\n#   base: ./two\nbase: smollm2"))
    #expect(made.steps.last == "4. holdfast gate --candidate PATH")
  }

  @Test("what a trainer left is a candidate and no base; a GGUF file is a base")
  func trained() throws {
    try folder.addModel("tuned")
    try folder.write("tuned/trainer_state.json", "{}")
    #expect(try holdfast("init", in: folder).steps.last == "4. holdfast gate --candidate tuned")
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    try folder.copy(golden("checkpoints/llama-tied.gguf"), as: "base.gguf")
    let made = try holdfast("init", "--force", in: folder)
    #expect(try folder.configured("base") == "./base.gguf")
    #expect(made.steps.last == "3. holdfast gate --candidate tuned")
  }

  @Test("a GGUF model in parts is one base, named by its first")
  func parts() throws {
    for number in 1...3 {
      let name = "llama-tied-q8_0-0000\(number)-of-00003.gguf"
      try folder.copy(golden("checkpoints/split/\(name)"), as: name)
    }
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "./llama-tied-q8_0-00001-of-00003.gguf")
    #expect(made.out.contains("the only model found here"))
  }

  @Test("a model that was fetched is named by its name")
  func fetched() throws {
    try folder.makeFolder("models")
    try folder.copy(golden("checkpoints/llama-tied.gguf"), as: "models/smollm2-135m-instruct.gguf")
    let made = try holdfast("init", in: folder)
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    #expect(made.out.contains("the only model found here"))
    #expect(!made.out.contains("holdfast fetch"))
  }

  @Test("a series is one candidate, and its newest record says labels and data")
  func series() throws {
    try folder.addModel("llama-tied")
    for step in [2, 10] { try folder.addAdapter("out/run/checkpoint-\(step)") }
    let record = """
      {"schema_version": 1, "created_by": "holdfast", "recipe": "r", "seed": 1, "step": 10,
       "labels": ["negative", "off"], "data": [
        {"path": "recipes/../data/a.jsonl", "role": "train", "sha256": "\(String(repeating: "0", count: 64))"},
        {"path": "data/b.jsonl", "role": "test", "sha256": "\(String(repeating: "0", count: 64))"}]}
      """
    try folder.write("out/run/checkpoint-10/holdfast_training.json", record)
    for name in ["a", "b"] { try folder.write("data/\(name).jsonl", sample) }
    let made = try holdfast("init", in: folder)
    #expect(made.out.contains("  out/run: series of 2 checkpoints on llama-tied\n"))
    #expect(made.steps.last == "3. holdfast gate --candidate out/run")
    let text = try folder.read("holdfast.yaml")
    #expect(text.contains("\nfine_tuning:\n  labels: [negative, \"off\"]\n  data: [data/a.jsonl]\n"))
    #expect(text.contains("\n#   data: [data/b.jsonl]\n"))
  }

  @Test("fine-tuning data are told by their records, and taken where it is clear which they are")
  func data() throws {
    try folder.addTinySuite()
    try folder.write("package.json", #"{"name": "x", "source": "y", "label": "z"}"#)
    try folder.write("words.json", #"["a", "b"]"#)
    try folder.write("log.jsonl", #"{"step": 1, "loss": 0.5}"# + "\n")
    try folder.write("sales.csv", "day,amount\n1,2\n")
    #expect(try holdfast("init", in: folder).out.contains("data: none: no such file was found here"))
    try folder.write("rows.csv", "text,label\ngood,positive\n")
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml").contains("\n  data: [rows.csv]\n"))
    try folder.write("more.jsonl", sample)
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    let unclear = try folder.read("holdfast.yaml")
    #expect(unclear.contains("\n#   data: [more.jsonl]\n#   data: [rows.csv]\n# fine_tuning: "))
    try folder.write("set/train.json", "[\(sample.trimmingCharacters(in: .newlines))]")
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml").contains("\n  data: [set/train.json]\n"))
  }

  @Test(
    "data whose only answers are a few words say their labels; varied answers, long ones, few samples and tables say none",
    arguments: [
      (#"{"prompt": "N good?", "completion": " X"}"#, "labels: [\"no\", \"yes\"]"),
      (
        #"{"messages": [{"role": "user", "content": "N"}, {"role": "assistant", "content": "X"}]}"#,
        "labels: [\"no\", \"yes\"]"
      ),
      (#"{"prompt": "N good?", "completion": "XN"}"#, nil),
      (#"{"prompt": "N good?", "completion": "X, and so much more than any label would say here"}"#, nil),
      (#"{"text": "N good? X"}"#, nil),
    ])
  func dataLabels(line: String, expected: String?) throws {
    func lines(_ count: Int) -> String {
      (0..<count).map {
        line.replacing("N", with: "\($0)").replacing("X", with: $0.isMultiple(of: 3) ? "yes" : "no") + "\n"
      }.joined()
    }
    try folder.write("train.jsonl", lines(40))
    #expect(try holdfast("init", in: folder).status == 0)
    let text = try folder.read("holdfast.yaml")
    #expect(text.contains("\n  data: [train.jsonl]\n"))
    #expect(text.contains("\n  \(expected ?? "# labels: [positive, negative]")\n"), "\(text)")
    #expect(text.contains("the only answers in the first 40 samples of train.jsonl") == (expected != nil))
    try folder.write("train.jsonl", lines(7))
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml").contains("\n  # labels: [positive, negative]\n"))
  }

  @Test("a baseline of the base on the suite is taken under any name, another model's is not")
  func baseline() throws {
    try folder.addTinySuite()
    try folder.addModel("llama-tied")
    #expect(try holdfast("init", in: folder).status == 0)
    #expect(try holdfast("baseline", "save", "--out", "kept/scores.json", in: folder).status == 0)
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.configured("baseline") == "kept/scores.json")
    try folder.replace("\"name\":\"llama-tied\"", with: "\"name\":\"other\"", in: "kept/scores.json")
    try folder.write("baselines/llama-tied.tiny.json", "somebody's")
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.configured("baseline") == "baselines/llama-tied.tiny-2.json")
    #expect(try folder.read("holdfast.yaml").contains("\n#   baseline: kept/scores.json\n"))
  }

  @Test("of several suites it takes core")
  func suites() throws {
    try folder.addTinySuite()
    try FileManager.default.moveItem(at: folder.file("suite"), to: folder.file("another"))
    try folder.makeFolder("suites")
    try folder.copy(folder.file("another").path, as: "suites/core")
    #expect(try holdfast("init", in: folder).status == 0)
    #expect(try folder.configured("suites") == "[suites/core]")
    #expect(try folder.read("holdfast.yaml").contains("\n#   suites: [another]\n"))
  }

  @Test("in a suite's own folder it says that a configuration does not belong there")
  func suiteItself() throws {
    try folder.addTinySuite()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.file("suite").path) {
      try folder.copy(folder.file("suite/\(name)").path, as: name)
    }
    try FileManager.default.removeItem(at: folder.file("suite"))
    let made = try holdfast("init", "--print", in: folder)
    #expect(made.err.contains("this folder is a suite itself") && made.err.contains("nothing that a configuration"))
  }

  @Test("links, hidden and tools' folders, and what is deeper than two levels are not looked at")
  func unseen() throws {
    try folder.link("linked", to: golden("checkpoints/llama-tied"))
    for name in [".hidden", "node_modules/model", "a/b/c"] { try folder.addModel(name) }
    let none = try holdfast("init", in: folder)
    #expect(none.out.contains("nothing that a configuration names"))
    #expect(none.out.contains("links are not followed: linked\n"))
    try folder.addModel("a/near")
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.configured("base") == "a/near")
  }

  @Test("what cannot be used is passed over with a word")
  func unusable() throws {
    try folder.addModel("encoder")
    try folder.replace("\"model_type\": \"llama\"", with: "\"model_type\": \"bert\"", in: "encoder/config.json")
    try folder.addAdapter("damaged")
    try folder.write("damaged/adapter_config.json", "no JSON")
    try folder.addAdapter("recorded")
    try folder.write("recorded/holdfast_training.json", "{}")
    try folder.write("text.gguf", "no model")
    let made = try holdfast("init", in: folder)
    #expect(made.status == 0, "\(made.err)")
    for words in [
      "encoder: model_type 'bert' is not supported", "text.gguf: is not a GGUF file", "damaged: adapter\n",
      "recorded: schema_version is missing", "recorded: adapter on llama-tied\n",
    ] {
      #expect(made.out.contains(words), "'\(words)' not in: \(made.out)")
    }
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
  }

  @Test("a folder of very many files is looked at in part, which is said; what lies beside it is found")
  func many() throws {
    for number in 0..<2_100 { try folder.write("many/\(number)", "") }
    try folder.addModel("model")
    let made = try holdfast("init", in: folder)
    #expect(made.status == 0, "\(made.err)")
    #expect(made.out.contains("there is more here than init looks at"))
    #expect(try folder.configured("base") == "./model")
  }

  private let sample = #"{"prompt": "Review: fine.", "completion": " positive"}"# + "\n"
}
