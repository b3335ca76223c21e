import Foundation
import Testing

@Suite(
  "Pipes, devices, sockets and folders in a file's place are refused by name, at once; where a stream makes sense it is read"
)
struct PipeTests {
  /// Options that name a file or folder, with "X" for it, and what else the command needs.
  static let places = [
    "run --config X", "run --ledger X", "runs --ledger X", "run --suite X", "run --model X", "validate X",
    "gate --candidate X", "gate --candidate adapter --baseline X", "gate --candidate adapter -o X.html",
    "baseline show X", "compare X X", "train X", "experiment X", "overlap --suite X --data data.jsonl",
    "repair --candidate adapter --data X", "score --model X --requests requests.jsonl",
    "score --model model --adapter X --requests requests.jsonl", "perturb --model model --scale 1 --out X",
    "train recipe.yaml --out X", "baseline save --out X",
  ]

  @Test("where only a file or folder makes sense", arguments: places)
  func refused(place: String) throws {
    let folder = try Self.project()
    // A pipe that nobody writes to or reads from: who opens it as if it were a file waits for ever.
    for (kind, word) in [("pipe", "it is a pipe"), ("zero", "it is a device"), ("socket", "it is a socket")] {
      let arguments = place.split(separator: " ").map { String($0).replacing("X", with: kind) }
      let finished = try Running(arguments, in: folder, wrapper: ["timeout", "-s", "KILL", "60"]).finish()
      // validate lists what it finds.
      if place.hasPrefix("validate") {
        #expect(finished.status == 2 && finished.out.contains(word), "\(finished.out)")
      } else {
        expectOneComplaint(finished, naming: [kind, word])
      }
    }
    #expect(try Set(folder.contents().keys) == Set(Self.project().contents().keys).union(Self.ledgerFiles(folder)))
  }

  @Test(
    "inside what a command names: the suite's files, a checkpoint's, the fine-tuning data, the reports",
    arguments: [
      "suite/suite.yaml", "suite/echo.yaml", "suite/echo.jsonl", "adapter/adapter_config.json",
      "adapter/adapter_model.safetensors", "adapter/holdfast_training.json", "data.jsonl", "reports/report.html",
    ])
  func inside(name: String) throws {
    let folder = try Self.project()
    let config = try folder.read("holdfast.yaml")
    try folder.write("holdfast.yaml", config + "\nfine_tuning: {data: [data.jsonl]}\n")
    try? FileManager.default.removeItem(at: folder.file(name))
    try FileManager.default.createDirectory(
      at: folder.file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    #expect(mkfifo(folder.file(name).path, 0o600) == 0)
    let finished = try Running(
      ["gate", "--candidate", "adapter"], in: folder, wrapper: ["timeout", "-s", "KILL", "60"]
    ).finish()
    #expect(finished.status == 2)
    #expect(
      finished.complaints.last.map { line in
        // What the configuration names stands in quotes.
        ["\(name): ", "\(name)': "].contains { line.contains("\($0)is not a regular file: it is a pipe; ") }
      } == true, "\(finished.err)")
    // The verdict does not depend on where it is written.
    #expect(finished.out.contains("FAIL") == name.hasPrefix("reports"))
  }

  @Test("requests, strings and data come through a pipe, a device and standard input by any name")
  func streams() throws {
    let folder = try Self.project()
    let model = golden("checkpoints/llama-tied")
    let expected = try holdfast("score", "--model", model, "--requests", "requests.jsonl", in: folder)
    #expect(expected.status == 0 && expected.out.split(separator: "\n").count == 1)
    for script in [
      #"exec "$0" score --model "$1" --requests <(sleep 0.3; cat requests.jsonl)"#,
      #"{ sleep 0.3; cat requests.jsonl; } | "$0" score --model "$1" --requests /dev/stdin"#,
      #"cat requests.jsonl >pipe & exec "$0" score --model "$1" --requests pipe"#,
      #"exec "$0" score --model "$1" --requests /dev/fd/0 --out /dev/stdout <requests.jsonl"#,
      #""$0" score --model "$1" --requests requests.jsonl --out pipe & cat pipe"#,
      #"echo before; exec "$0" score --model "$1" --requests requests.jsonl --out /dev/stdout"#,
    ] {
      let finished = try bash(script, model, in: folder)
      #expect(finished.status == 0, "\(script): \(finished.err)")
      #expect(finished.out == (script.hasPrefix("echo") ? "before\n" : "") + expected.out, "\(script)")
    }
    #expect(try bash(#"exec "$0" tokenize --model "$1" --in <(echo '"Hello"')"#, model, in: folder).status == 0)
    #expect(try bash(#"exec "$0" score --model "$1" --requests /dev/null"#, model, in: folder).out == "")
    let data = try bash(
      #"gzip -k data.jsonl; exec "$0" overlap --json --data <(zcat data.jsonl.gz)"#, model, in: folder)
    #expect(data.status == 0, "\(data.err)")
    #expect(try data.object()["files"] != nil)
    let endless = try bash(#"exec "$0" score --model "$1" --requests /dev/zero"#, model, in: folder)
    expectOneComplaint(endless, naming: ["/dev/zero: line 1: is longer than 16 MiB"])
    let closed = try bash(#"exec "$0" score --model "$1" --requests - <&-"#, model, in: folder)
    expectOneComplaint(closed, naming: ["-: cannot be read"])
  }

  @Test("a pipe that nobody reads, and a device without room, are no place for scores")
  func outputs() throws {
    let folder = try Self.project()
    let model = golden("checkpoints/llama-tied")
    for (place, word) in [
      ("pipe", "is a pipe that nobody reads"), ("/dev/full", "No space left"), ("suite", "it is a folder"),
    ] {
      let finished = try Running(
        ["score", "--model", model, "--requests", "requests.jsonl", "--out", place], in: folder,
        wrapper: ["timeout", "-s", "KILL", "60"]
      ).finish()
      expectOneComplaint(finished, naming: [place, word])
    }
    var status = stat()
    #expect(stat("/dev/full", &status) == 0 && status.st_mode & S_IFMT == S_IFCHR)
  }

  private static func ledgerFiles(_ folder: TemporaryFolder) throws -> [String] {
    try folder.contents().keys.filter { $0.hasPrefix("ledger.sqlite") }
  }

  private static func project() throws -> TemporaryFolder {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.copy(golden("adapters/plain"), as: "adapter")
    try folder.copy(golden("checkpoints/llama-tied"), as: "model")
    try folder.write("requests.jsonl", oneRequest)
    try folder.write("data.jsonl", #"{"prompt": "Which way is it?", "completion": "Down the hill."}"# + "\n")
    try folder.write(
      "recipe.yaml",
      """
      recipe: tiny
      base: model
      data: {train: data.jsonl}
      method: lora
      lora: {r: 4}
      learning_rate: 1e-3
      steps: 2
      batch: 2

      """)
    for name in ["pipe", "pipe.html"] where mkfifo(folder.file(name).path, 0o600) != 0 {
      throw CocoaError(.fileWriteUnknown)
    }
    for name in ["zero", "zero.html"] {
      try FileManager.default.createSymbolicLink(atPath: folder.file(name).path, withDestinationPath: "/dev/zero")
    }
    // A socket's place in a file system stays when nobody listens any more.
    for name in ["socket", "socket.html"] {
      let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
      defer { close(descriptor) }
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      // Relative names keep below the 108 bytes that a socket's may have.
      let path = folder.file(name).path
      guard path.utf8.count < 108 else { throw CocoaError(.fileWriteInvalidFileName) }
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
      let bound = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
        }
      }
      guard bound == 0 else { throw CocoaError(.fileWriteUnknown) }
    }
    return folder
  }

  /// Runs a script in which $0 is the program and $1 a model.
  private func bash(_ script: String, _ model: String, in folder: TemporaryFolder) throws -> Finished {
    try Running([model], in: folder, wrapper: ["timeout", "-s", "KILL", "60", "bash", "-c", script]).finish()
  }
}
