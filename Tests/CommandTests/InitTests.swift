import Foundation
import Testing

@Suite("init writes a configuration")
struct InitTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("for a model and an adapter on it the file works, and the steps that it names lead to a verdict")
  func modelAndAdapter() throws {
    try folder.addTinySuite()
    try folder.addModel("llama-tied")
    try folder.addAdapter("out/lora")
    let made = try holdfast("init", in: folder)
    #expect(made.status == 0, "\(made.err)")
    #expect(made.err == "")
    #expect(try folder.configured("base") == "./llama-tied")
    #expect(try folder.configured("suites") == "[suite]")
    #expect(try folder.configured("baseline") == "baselines/llama-tied.tiny.json")
    #expect(made.steps == ["1. holdfast baseline save", "2. holdfast gate --candidate out/lora"])
    #expect(try holdfast("validate", in: folder).status == 0)

    let saved = try holdfast("baseline", "save", in: folder)
    #expect(saved.status == 0, "\(saved.err)")
    // The tiny model knows nothing, so that nothing can be judged; bad input would be exit code 2.
    let gate = try holdfast("gate", "--candidate", "out/lora", in: folder)
    #expect(gate.status == 3, "\(gate.err)")
    let again = try holdfast("init", "--force", in: folder)
    #expect(again.steps == ["1. holdfast gate --candidate out/lora"])
    #expect(try folder.configured("baseline") == "baselines/llama-tied.tiny.json")
  }

  @Test("a base with a chat template is proposed to be asked through it, until a baseline says otherwise")
  func instructModel() throws {
    try folder.addTinySuite()
    try folder.addModel("llama-tied")
    #expect(try holdfast("init", in: folder).out.contains("prompt: raw: the base has no chat template"))
    try folder.write("llama-tied/chat_template.jinja", ChatGateTests.template)
    let made = try holdfast("init", "--force", in: folder)
    #expect(made.out.contains("prompt: chat: the base has a chat template"))
    #expect(try folder.configured("prompt") == "chat")
    #expect(try holdfast("baseline", "save", in: folder).status == 0)
    let again = try holdfast("init", "--force", in: folder)
    #expect(again.out.contains("prompt: chat: as the baseline was asked"))
    #expect(try holdfast("baseline", "save", "--prompt", "raw", in: folder).status == 0)
    #expect(try holdfast("init", "--force", in: folder).out.contains("prompt: raw: as the baseline was asked"))
  }

  @Test("every key of the configuration is there, each under a comment")
  func keys() throws {
    #expect(try holdfast("init", in: folder).status == 0)
    let lines = try folder.read("holdfast.yaml").split(separator: "\n", omittingEmptySubsequences: false)
    let keys = lines.filter { !$0.hasPrefix("#") && $0.contains(": ") && !$0.hasPrefix(" ") }
      .compactMap { $0.split(separator: ":").first }
    #expect(keys == ["base", "baseline", "suites", "prompt", "ledger", "models", "reports", "threads"])
    let rules = lines.filter { $0.hasPrefix("  ") && !$0.contains("#") }.compactMap { $0.split(separator: ":").first }
    #expect(
      rules == [
        "  max_drop", "  max_drop_largest_k", "  max_error_ratio", "  min_retention", "  max_relative_drop",
        "  max_probability_drop", "  max_logprob_drop", "  max_leak_mass", "  alpha_pass", "  alpha_fail",
        "  on_inconclusive", "  min_families", "  share",
      ])
    #expect(lines.contains { $0.hasPrefix("# fine_tuning: ") })
  }

  @Test("in an empty folder it names the model that can be fetched, and says what is missing")
  func empty() throws {
    let made = try holdfast("init", in: folder)
    #expect(made.status == 0, "\(made.err)")
    #expect(try folder.contents().keys.sorted() == ["holdfast.yaml"])
    #expect(try folder.configured("base") == "smollm2-135m-instruct")
    #expect(made.out.contains("no base model was found here"))
    #expect(
      made.steps == [
        "1. copy the folder suites/core of the Holdfast repository to suites/core",
        "2. holdfast fetch smollm2-135m-instruct", "3. holdfast baseline save", "4. holdfast gate --candidate PATH",
      ])
    try expectRefusal(
      "baseline", "show", in: folder, naming: ["/baselines/smollm2-135m-instruct.core.json", "no such file"])
  }

  static let names = [
    "a b", "b: c", "- d", "-e", "it's", #"q"q"#, #"back\slash"#, "# f", "é", "e\u{301}", "null", "~", "line\nbreak",
    "%41", "{x}", "[x], y", "tab\tx", "\u{202E}x", "x.gguf", "smollm2-135m-instruct", "$HOME", "*",
  ]

  @Test("names that YAML, a shell or a terminal would take for something else", arguments: names)
  func hostileNames(name: String) throws {
    try folder.addTinySuite()
    try FileManager.default.moveItem(at: folder.file("suite"), to: folder.file("\(name)-suite"))
    try folder.addModel(name)
    try folder.addAdapter("\(name)-lora")
    let made = try holdfast("init", in: folder)
    #expect(made.status == 0, "\(made.err)")
    let text = try folder.read("holdfast.yaml") + made.out
    let isShown = text.unicodeScalars.allSatisfy { scalar in
      let category = scalar.properties.generalCategory
      return scalar == "\n" || (category != .control && category != .format)
    }
    #expect(isShown, "\(text.debugDescription)")

    let step = try #require(made.steps.last)
    let word = try #require(step.split(separator: "--candidate ").last)
    let candidate = try bash("printf %s \(word)")
    #expect([name, "./\(name)"].contains(String(candidate.dropLast("-lora".count))), "\(candidate)")
    let run = try holdfast("run", "--json", "--model", candidate, in: folder)
    #expect(run.status == 0, "\(run.err)")
    #expect(try holdfast("run", "--json", in: folder).status == 0)
  }

  @Test("what is there is not overwritten, unless that is asked for")
  func overwriting() throws {
    try folder.write("holdfast.yaml", "mine")
    try expectRefusal("init", in: folder, naming: ["holdfast.yaml: is there already", "--config OTHER", "--force"])
    #expect(try holdfast("init", "--config", "other.yaml", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml") == "mine")
    #expect(try holdfast("init", "--force", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml") == folder.read("other.yaml"))
    #expect(try folder.contents().keys.sorted() == ["holdfast.yaml", "other.yaml"])
  }

  @Test("a place that is no file's is refused")
  func places() throws {
    try folder.makeFolder("kept")
    try folder.link("link.yaml", to: "nowhere")
    try expectRefusal("init", "--config", "kept", "--force", in: folder, naming: ["kept: is no plain file"])
    try expectRefusal("init", "--config", "link.yaml", in: folder, naming: ["link.yaml: is there already"])
    try expectRefusal("init", "--config", "no/such.yaml", in: folder, naming: ["no/such.yaml: cannot be written"])
  }

  @Test("--print writes the same text to standard output, and nothing else anywhere")
  func printing() throws {
    try folder.addModel("llama-tied")
    let before = try folder.contents()
    let printed = try holdfast("init", "--print", in: folder)
    #expect(printed.status == 0)
    #expect(printed.err.contains("llama-tied: model\n") && printed.err.contains("\nnext\n"))
    #expect(try folder.contents() == before)
    #expect(try holdfast("init", in: folder).status == 0)
    #expect(try folder.read("holdfast.yaml") == printed.out)
    #expect(try holdfast("init", "--print", in: folder).out == printed.out)
  }

  @Test("a configuration in another folder names what is in the current one")
  func elsewhere() throws {
    try folder.addTinySuite()
    try folder.addModel("llama-tied")
    try folder.makeFolder("ci/gates")
    let made = try holdfast("init", "--config", "ci/gates/tiny.yaml", in: folder)
    #expect(made.status == 0, "\(made.err)")
    #expect(try folder.configured("base", in: "ci/gates/tiny.yaml") == "../../llama-tied")
    #expect(made.steps.first == "1. holdfast baseline save --config ci/gates/tiny.yaml")
    let run = try holdfast("run", "--json", "--config", "ci/gates/tiny.yaml", in: folder)
    #expect(run.status == 0, "\(run.err)")
    #expect(FileManager.default.fileExists(atPath: folder.file(".holdfast/ledger.sqlite").path))
  }

  @Test("help has an example to copy")
  func help() throws {
    let help = try holdfast("init", "--help", in: folder)
    #expect(help.status == 0 && help.out.contains("Example: holdfast init"))
    #expect(try holdfast("--help", in: folder).out.contains("SUBCOMMANDS:\n  init "))
  }
}

/// What bash prints for a command.
private func bash(_ command: String) throws -> String {
  let process = Process()
  let pipe = Pipe()
  process.executableURL = URL(fileURLWithPath: "/bin/bash")
  process.arguments = ["-c", command]
  process.standardOutput = pipe
  try process.run()
  let output = pipe.fileHandleForReading.readDataToEndOfFile()
  process.waitUntilExit()
  return String(decoding: output, as: UTF8.self)
}

extension Finished {
  /// The numbered lines of what comes next.
  var steps: [String] {
    let lines = out.split(separator: "\n").map(String.init)
    guard let start = lines.firstIndex(of: "next") else { return [] }
    return lines[(start + 1)...].map { $0.trimmingCharacters(in: .whitespaces) }
  }
}

extension TemporaryFolder {
  /// What a configuration says under a key.
  func configured(_ key: String, in file: String = "holdfast.yaml") throws -> String? {
    let start = "\(key): "
    return try read(file).split(separator: "\n").first { $0.hasPrefix(start) }.map { String($0.dropFirst(start.count)) }
  }

  func addModel(_ name: String) throws { try add(golden("checkpoints/llama-tied"), as: name) }

  func addAdapter(_ name: String) throws { try add(golden("adapters/plain"), as: name) }

  func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: file(name).path, withDestinationPath: target)
  }

  /// The suite "tiny" in the folder "suite".
  func addTinySuite() throws {
    try write("suite/suite.yaml", "suite: tiny\nversion: 1\nseed: 7\ndescription: for tests\n")
    try writeTask("echo", family: "copying", items: 32)
    try writeTask("answer", family: "facts", items: 32)
  }

  private func add(_ source: String, as name: String) throws {
    try FileManager.default.createDirectory(
      at: file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try copy(source, as: name)
  }
}
