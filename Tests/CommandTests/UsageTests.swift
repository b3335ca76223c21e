import Testing

@Suite("How the program is called")
struct UsageTests {
  static let verbs = [
    "init", "fetch", "run", "baseline", "gate", "plan", "train", "experiment", "repair", "overlap", "perturb",
    "merge-adapter",
    "runs", "show", "compare", "report", "score", "tokenize", "validate", "doctor",
  ]

  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  static let misuses = [
    ["frob"], ["score"], ["score", "--modle", "x"], ["gate"], ["run", "stray"], ["fetch"], ["baseline", "frob"],
    ["perturb", "--scale", "big"], ["score", "--model", "x", "--requests", "-", "--threads", "0"],
    ["run", "--threads", "-3"],
  ]

  @Test("what is not understood is exit code 2, said on standard error with the way to the help", arguments: misuses)
  func misuse(arguments: [String]) throws {
    let finished = try Running(arguments, in: folder).finish()
    #expect(finished.status == 2)
    #expect(finished.out == "")
    #expect(finished.err.contains("--help"))
    #expect(try folder.contents().isEmpty)
  }

  @Test(
    "a verb that there is not is said before its options are, with the nearest one",
    arguments: [("gat", "did you mean 'gate'?"), ("basline", "did you mean 'baseline'?"), ("frobnicate", "is no verb")])
  func verb(typed: String, says: String) throws {
    expectOneComplaint(try holdfast(typed, "--candidate", "x", in: folder), naming: ["'\(typed)'", says])
  }

  @Test("shares and times as people write them", arguments: ["50%", "1/2", "25 %", "1"])
  func shares(text: String) throws {
    let project = try TemporaryFolder.project()
    let run = try holdfast("run", "--share", text, in: project)
    #expect(run.status == 0, "\(run.err)")
    let gate = try holdfast("gate", "gone", "--share", text, "--timeout", "30min", in: project)
    expectOneComplaint(gate, naming: ["gone: no such file or folder"])
  }

  @Test(
    "a share or a time that is none",
    arguments: [
      ["--share", "150%"], ["--share=-5%"], ["--share", "0%"], ["--share", "half"], ["--timeout", "30parsecs"],
      ["--timeout", "min"],
    ])
  func notShares(arguments: [String]) throws {
    let project = try TemporaryFolder.project()
    let gate = try Running(["gate", "x"] + arguments, in: project).finish()
    #expect(gate.status == 2 && gate.err.contains(arguments[0].prefix(7)), "\(gate.err)")
  }

  @Test("candidates are named in one way: what a shell makes of a pattern keeps its order")
  func order() throws {
    let gate = try holdfast("gate", "--candidate", "a", "b", "c", in: folder)
    #expect(gate.status == 2 && gate.err.contains("name candidates in one way"), "\(gate.err)")
  }

  @Test("help is exit code 0 on standard output", arguments: [["help"], ["--help"], ["-h"], []])
  func help(arguments: [String]) throws {
    let finished = try Running(arguments, in: folder).finish()
    #expect(finished.status == 0)
    #expect(finished.err == "")
    for verb in Self.verbs { #expect(finished.out.contains("\n  \(verb) "), "\(verb) is not listed") }
  }

  @Test("every verb has help, with an example to copy", arguments: verbs)
  func help(verb: String) throws {
    let finished = try holdfast("help", verb, in: folder)
    #expect(finished.status == 0)
    #expect(finished.err == "")
    #expect(finished.out == (try holdfast(verb, "--help", in: folder).out))
    // The baseline's examples are with its own verbs.
    if verb != "baseline" { #expect(finished.out.contains("Example: ")) }
  }

  @Test("the baseline's verbs have help, with an example to copy", arguments: ["save", "show", "list"])
  func baselineHelp(verb: String) throws {
    let finished = try holdfast("baseline", verb, "--help", in: folder)
    #expect(finished.status == 0)
    #expect(finished.out.contains("Example: holdfast baseline \(verb)"))
  }

  @Test("the version")
  func version() throws {
    let finished = try holdfast("--version", in: folder)
    #expect(finished.status == 0)
    #expect(finished.out.split(separator: ".").count == 3)
  }

  @Test("an unknown name to fetch names the nearest known one, and nothing is made")
  func unknownModel() throws {
    try expectRefusal(
      "fetch", "smolm2-135m-instruct", in: folder,
      naming: ["'smolm2-135m-instruct' is not in the catalogue", "did you mean 'smollm2-135m-instruct'?"])
  }

  @Test("the models that can be fetched are listed with their licence")
  func list() throws {
    let finished = try holdfast("fetch", "--list", in: folder)
    #expect(finished.status == 0)
    #expect(finished.out.contains("smollm2-135m-instruct  "))
    #expect(finished.out.contains("Apache-2.0"))
  }
}
