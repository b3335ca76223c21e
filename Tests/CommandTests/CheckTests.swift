import Foundation
import Testing

@Suite("doctor and validate")
struct CheckTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder.project() }

  @Test("doctor measures the machine and says where things are")
  func doctor() throws {
    let finished = try holdfast("doctor", "--json", in: folder)
    #expect(finished.status == 0)
    #expect(finished.err == "")
    let found = try finished.object()
    let expected: Set<String> = [
      "version", "processor", "cores", "threads", "memory_bytes", "kernel", "kernel_gflops", "models_folder", "models",
      "ledger", "ledger_state", "problems",
    ]
    // Without OpenBLAS there is nothing to say of it.
    #expect(Set(found.keys).subtracting(["openblas_core", "openblas_gflops"]) == expected)
    #expect(try #require(found["kernel_gflops"] as? Double) > 0)
    #expect(["avx512", "avx2", "portable"].contains(found["kernel"] as? String))
    #expect(found["ledger_state"] as? String == "not made yet")
    #expect((found["ledger"] as? String)?.hasSuffix("/ledger.sqlite") == true)
    #expect(!FileManager.default.fileExists(atPath: folder.file("ledger.sqlite").path))
  }

  @Test("models are looked for where HOLDFAST_MODELS says, else where the configuration does, else in ./models")
  func modelsFolder() throws {
    func looked(in folder: TemporaryFolder, _ environment: [String: String] = [:]) throws -> String? {
      try holdfast("doctor", "--json", in: folder, environment: environment).object()["models_folder"] as? String
    }
    try folder.writeConfiguration(base: golden("checkpoints/llama-tied"), suite: "suite", more: "models: kept")
    #expect(try looked(in: folder)?.hasSuffix("\(folder.url.lastPathComponent)/kept") == true)
    #expect(try looked(in: folder, ["HOLDFAST_MODELS": "/elsewhere"]) == "/elsewhere")
    let empty = try TemporaryFolder()
    #expect(try looked(in: empty)?.hasSuffix("\(empty.url.lastPathComponent)/models") == true)
  }

  @Test("HOLDFAST_KERNEL forces an instruction set, and doctor says so")
  func kernel() throws {
    let found = try holdfast("doctor", "--json", in: folder, environment: ["HOLDFAST_KERNEL": "portable"]).object()
    #expect(found["kernel"] as? String == "portable")
    #expect((found["problems"] as? [String])?.contains { $0.contains("HOLDFAST_KERNEL=portable") } == true)
    for name in ["avx9", "", "AVX2"] {
      let refused = try holdfast("doctor", in: folder, environment: ["HOLDFAST_KERNEL": name])
      #expect(refused.status == 2)
      #expect(refused.err.contains("HOLDFAST_KERNEL: '\(name)' is no kernel of this processor"))
    }
  }

  @Test("doctor needs no configuration, and says that there is none")
  func doctorAlone() throws {
    let finished = try holdfast("doctor", "--json", in: try TemporaryFolder())
    #expect(finished.status == 0)
    let problems = try #require(try finished.object()["problems"] as? [String])
    #expect(problems.contains { $0.contains("holdfast.yaml") })
  }

  @Test("doctor names the newest run, and a ledger that cannot be used")
  func doctorLedger() throws {
    let run = try holdfast("run", "--json", in: folder).object()["run"] as? String
    let state = try holdfast("doctor", "--json", in: folder).object()["ledger_state"] as? String
    #expect(state == "newest run \(try #require(run))")
    try folder.write("ledger.sqlite", String(repeating: "not a database\n", count: 100))
    let broken = try holdfast("doctor", "--json", in: folder).object()
    #expect(broken["ledger_state"] as? String == "unusable")
    #expect((broken["problems"] as? [String])?.contains { $0.contains("ledger.sqlite") } == true)
  }

  @Test("the suites in the box are sound", arguments: [("core", 42, 9), ("smoke", 4, 4)])
  func validate(suite: String, tasks: Int, families: Int) throws {
    let path = repository.appendingPathComponent("suites/\(suite)").path
    let finished = try holdfast("validate", path, in: folder)
    #expect(finished.status == 0)
    #expect(finished.err == "")
    // "PATH: 42 tasks in 9 families, 5344 items, 0 warnings"
    let numbers = finished.out.dropFirst(path.count).split { !$0.isNumber }.compactMap { Int($0) }
    try #require(numbers.count == 4, "\(finished.out)")
    #expect(numbers[0] >= tasks)
    #expect(numbers[1] >= families)
    #expect(numbers[3] == 0)
    #expect(try holdfast("validate", path, "--json", in: folder).out == "")
  }

  @Test("every fault of a suite is listed, a line each, with one line of sum and exit code 2")
  func faults() throws {
    try folder.replace("separator:", with: "seperator:", in: "suite/echo.yaml")
    try folder.write("suite/answer.jsonl", "")
    let before = try folder.contents()
    let finished = try holdfast("validate", in: folder)
    #expect(finished.status == 2)
    #expect(finished.out.contains("seperator"))
    #expect(finished.out.contains("answer.jsonl") || finished.out.contains("answer.yaml"))
    #expect(finished.complaints.count == 1)
    #expect(finished.err.hasPrefix("holdfast: error: "))
    let findings = try holdfast("validate", "--json", in: folder).objects()
    #expect(
      findings.allSatisfy { Set($0.keys) == ["severity", "file", "field", "task", "item", "message", "remedy"] })
    let errors = findings.filter { $0["severity"] as? String == "error" }
    #expect(Set(errors.compactMap { $0["task"] as? String }) == ["echo", "answer"])
    #expect(try folder.contents() == before)
  }

  @Test("a suite folder that is not there")
  func noSuite() throws {
    let finished = try holdfast("validate", "nowhere", in: folder)
    #expect(finished.status == 2)
    #expect((finished.out + finished.err).contains("nowhere"))
  }
}
