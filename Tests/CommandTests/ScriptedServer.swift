import Foundation
import Testing

/// `Tests/Servers/scripted_server.py` as a child process: a server of a made-up model that falls into one trap.
final class ScriptedServer {
  private let process = Process()
  let port: Int

  var address: String { "http://127.0.0.1:\(port)" }

  /// - Parameter port: 0 for any that is free.
  init(_ form: String = "vllm", trap: String? = nil, port: Int = 0, _ more: [String] = []) throws {
    let output = Pipe()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments =
      ["python3", repository.appendingPathComponent("Tests/Servers/scripted_server.py").path, "--form", form]
      + (trap.map { ["--trap", $0] } ?? []) + ["--port", "\(port)"] + more
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    try process.run()
    // "port N" once it listens.
    let line = String(decoding: output.fileHandleForReading.availableData, as: UTF8.self)
    self.port = try #require(Int(line.dropFirst(5).prefix { $0 != "\n" }), "the server did not start: \(line)")
  }

  /// Ends it as a crash would.
  func kill() {
    Foundation.kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
  }

  deinit { kill() }
}

extension TemporaryFolder {
  /// A project whose base a server holds.
  static func servedProject(_ server: ScriptedServer, items: Int = 32) throws -> TemporaryFolder {
    let folder = try project(items: items)
    try folder.writeConfiguration(
      base: "{server: \"\(server.address)\", model: base, tokenizer: \"\(golden("checkpoints/llama-tied"))\"}",
      suite: "suite")
    return folder
  }
}
