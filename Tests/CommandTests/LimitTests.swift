import Foundation
import Testing

@Suite("A machine that grants little: it works, or ends with one line, and never with a signal or not at all")
struct LimitTests {
  /// Verbs that open the most, each with the codes that it has where nothing is in its way.
  static let verbs: [(arguments: [String], codes: Set<Int32>)] = [
    (["gate", "--candidate", golden("adapters/plain")], [1]), (["run"], [0]), (["report"], [0]),
    (["overlap", "--data", "data.jsonl"], [0, 1]), (["train", "recipe.yaml", "--out", "trained"], [0]),
    (["score", "--model", golden("checkpoints/llama-tied"), "--requests", "-", "--out", "scores.jsonl"], [0]),
    (["perturb", "--model", golden("checkpoints/llama-tied"), "--scale", "1", "--out", "noise"], [0]),
    (["compare", "baseline.json", golden("adapters/plain")], [0]), (["doctor", "--json"], [0]), (["--help"], [0]),
  ]

  @Test("few descriptors", arguments: [5, 8, 10, 14, 16, 20, 22, 23, 24, 25, 26, 28, 32, 40])
  func descriptors(limit: Int) throws {
    let folder = try Self.project()
    for (arguments, codes) in Self.verbs {
      let finished = try limited("ulimit -n \(limit)", arguments, in: folder)
      if limit >= 32 {
        #expect(codes.contains(finished.status), "\(arguments) with \(limit): \(finished.status), \(finished.err)")
      } else if !codes.contains(finished.status) {
        expectOneComplaint(finished, naming: ["Too many open files", "ulimit -n"])
      }
      clean(folder)
    }
  }

  @Test("a small stack, of threads too", arguments: [64, 128, 256])
  func stack(kibibytes: Int) throws {
    let folder = try Self.project()
    for (arguments, codes) in Self.verbs {
      let finished = try limited("ulimit -s \(kibibytes)", arguments, in: folder)
      #expect(codes.contains(finished.status), "\(arguments) with \(kibibytes): \(finished.status), \(finished.err)")
      clean(folder)
    }
  }

  @Test(
    "files that may not grow: nothing half-written, and nothing that was committed is lost",
    arguments: [1, 4, 16, 64, 200])
  func fileSize(blocks: Int) throws {
    let folder = try Self.project()
    // Scores of a block each, none of which fits.
    let many = String(repeating: oneRequest, count: 300 * blocks / 4 + 10)
    for (arguments, codes) in Self.verbs where !["report", "doctor", "compare", "--help"].contains(arguments[0]) {
      clean(folder)
      let finished = try Running(
        arguments + (arguments[0] == "run" || arguments[0] == "gate" ? ["--ledger", "small.sqlite"] : []), in: folder,
        input: many, wrapper: shell("ulimit -f \(blocks); exec \"$@\"")
      ).finish()
      guard !codes.contains(finished.status) else { continue }
      // A verdict is printed whatever becomes of its reports.
      #expect(finished.status == 2, "\(arguments) with \(blocks): \(finished.status), \(finished.err)")
      let complaint = finished.complaints.last.map(String.init) ?? ""
      #expect(
        complaint.hasPrefix("holdfast: error: ")
          && ["File too large", "the file system failed to read or write it"].contains(where: complaint.contains),
        "\(arguments): \(finished.err)")
      for file in ["scores.jsonl", "noise", "trained/checkpoint-2"] {
        #expect(arguments[0] == "train" || !FileManager.default.fileExists(atPath: folder.file(file).path))
      }
      #expect(try folder.contents().keys.allSatisfy { !$0.contains(".holdfast-") }, "something half-written stays")
    }
  }

  @Test(
    "no home, no temporary folder, another language, a clock in the past",
    arguments: [
      "unset HOME; exec \"$@\"", "export HOME=/nowhere TMPDIR=/nowhere; exec \"$@\"",
      "export LANG=C LC_ALL=C; exec \"$@\"",
      "export LC_ALL=tr_TR.UTF-8 TZ=nowhere; exec \"$@\"", "exec env -i \"$@\"", "umask 777; exec \"$@\"",
      "exec \"$@\" <&-",
    ])
  func surroundings(script: String) throws {
    let folder = try Self.project()
    let gate = try Running(["gate", "--candidate", golden("adapters/plain")], in: folder, wrapper: shell(script))
      .finish()
    // Under such a mask only root can read what it has just made.
    if !script.hasPrefix("umask") || geteuid() == 0 { #expect(gate.status == 1, "\(gate.err)") }
    #expect([1, 2].contains(gate.status))
  }

  @Test("a working folder that is gone")
  func gone() throws {
    let folder = try TemporaryFolder.project()
    try folder.makeFolder("gone")
    let script = #"mkdir -p gone && cd gone && rmdir ../gone && exec "$@""#
    for arguments in [["run"], ["validate"], ["gate", "--candidate", "x"], ["init"]] {
      let finished = try Running(arguments, in: folder, wrapper: shell(script)).finish()
      expectOneComplaint(finished, naming: [])
    }
  }

  private static func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    _ = try holdfast("gate", "--candidate", golden("adapters/plain"), in: folder)
    let samples = (0..<8).map { #"{"prompt": "Say \#($0):", "completion": " it \#($0)"}"# + "\n" }.joined()
    try folder.write("data.jsonl", samples)
    try folder.write(
      "recipe.yaml",
      """
      recipe: tiny
      base: \(golden("checkpoints/llama-tied"))
      data: {train: data.jsonl}
      method: lora
      lora: {r: 4}
      learning_rate: 1e-3
      steps: 2
      batch: 2

      """)
    return folder
  }

  private func limited(_ limit: String, _ arguments: [String], in folder: TemporaryFolder) throws -> Finished {
    try Running(
      arguments, in: folder, input: oneRequest,
      wrapper: ["timeout", "-s", "KILL", "120"] + shell("\(limit); exec \"$@\"")
    ).finish()
  }

  private func clean(_ folder: TemporaryFolder) {
    for name in ["scores.jsonl", "noise", "trained", "small.sqlite", "small.sqlite-wal", "small.sqlite-shm"] {
      try? FileManager.default.removeItem(at: folder.file(name))
    }
  }
}
