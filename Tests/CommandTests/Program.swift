import Foundation
import Testing

/// The program under test, run as its users run it: as a child process.
enum Program {
  /// Beside the test runner, where one build puts both; otherwise in the release build's folder.
  static let path: String = {
    let runner = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? ""
    let beside = URL(fileURLWithPath: runner).deletingLastPathComponent().appendingPathComponent("holdfast").path
    if FileManager.default.isExecutableFile(atPath: beside) { return beside }
    return repository.appendingPathComponent(".build/release/holdfast").path
  }()

  /// The exit status where a signal ended the process, for comparison with a finished one's.
  static let killed: Int32 = -SIGKILL
}

/// What a process left when it ended.
struct Finished: Sendable {
  /// The exit code, or the negative signal.
  let status: Int32
  let out: String
  let err: String

  /// The lines of standard error.
  var complaints: [Substring] { err.split(separator: "\n") }

  /// Standard output as one JSON object.
  func object() throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(out.utf8)) as? [String: Any])
  }

  /// Standard output as a JSON object a line.
  func objects() throws -> [[String: Any]] {
    try out.split(separator: "\n").map {
      try #require(try JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
    }
  }
}

/// A process that runs; its output goes to files, so that nothing waits for a reader.
final class Running {
  private let process = Process()
  private let scratch: TemporaryFolder

  /// - Parameter wrapper: a tool and its arguments that run the program, such as one that takes rights away.
  init(
    _ arguments: [String], in folder: TemporaryFolder, input: String = "", wrapper: [String] = [],
    environment: [String: String] = [:]
  ) throws {
    scratch = try TemporaryFolder()
    try scratch.write("in", input)
    try scratch.write("out", "")
    try scratch.write("err", "")
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = wrapper + [Program.path] + arguments
    process.currentDirectoryURL = folder.url
    // What the caller's machine has set must not change what a test sees.
    process.environment = ProcessInfo.processInfo.environment.filter { !["CI", "HOLDFAST_MODELS"].contains($0.key) }
      .merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: scratch.file("in"))
    process.standardOutput = try FileHandle(forWritingTo: scratch.file("out"))
    process.standardError = try FileHandle(forWritingTo: scratch.file("err"))
    try process.run()
  }

  /// Ends it as a power cut would.
  func kill() { Foundation.kill(process.processIdentifier, SIGKILL) }

  func send(_ signal: Int32) { Foundation.kill(process.processIdentifier, signal) }

  func finish() throws -> Finished {
    process.waitUntilExit()
    let status = process.terminationStatus
    return Finished(
      status: process.terminationReason == .uncaughtSignal ? -status : status, out: try scratch.read("out"),
      err: try scratch.read("err"))
  }
}

/// A wrapper that runs a script in which "$@" is the program and its arguments.
func shell(_ script: String) -> [String] { ["bash", "-c", script, "bash"] }

/// Runs the program to its end in a folder.
@discardableResult
func holdfast(
  _ arguments: String..., in folder: TemporaryFolder, input: String = "", wrapper: [String] = [],
  environment: [String: String] = [:]
) throws -> Finished {
  try Running(arguments, in: folder, input: input, wrapper: wrapper, environment: environment).finish()
}

/// Runs the program, which must refuse: exit code 2, nothing on standard output, one line on standard error that holds
/// every one of `words` and a remedy, and the folder as it was.
///
/// - Parameter ledger: a file that may change: the ledger remembers hashes of files, whatever becomes of the run.
func expectRefusal(
  _ arguments: String..., in folder: TemporaryFolder, input: String = "", wrapper: [String] = [],
  besides ledger: String? = nil, naming words: [String],
  sourceLocation: SourceLocation = #_sourceLocation
) throws {
  func contents() throws -> [String: Data?] {
    try folder.contents().filter { file in ledger.map { !file.key.hasPrefix($0) } ?? true }
  }
  let before = try contents()
  let finished = try Running(arguments, in: folder, input: input, wrapper: wrapper).finish()
  expectOneComplaint(finished, naming: words, sourceLocation: sourceLocation)
  #expect(try contents() == before, "something was left behind", sourceLocation: sourceLocation)
}

/// Exit code 2, and one line `holdfast: error: PLACE: problem; remedy`.
func expectOneComplaint(
  _ finished: Finished, naming words: [String], sourceLocation: SourceLocation = #_sourceLocation
) {
  #expect(finished.status == 2, sourceLocation: sourceLocation)
  #expect(finished.out == "", sourceLocation: sourceLocation)
  #expect(finished.complaints.count == 1, "\(finished.err)", sourceLocation: sourceLocation)
  #expect(finished.err.hasPrefix("holdfast: error: "), "\(finished.err)", sourceLocation: sourceLocation)
  #expect(finished.err.contains("; "), "no remedy: \(finished.err)", sourceLocation: sourceLocation)
  for word in words {
    #expect(finished.err.contains(word), "'\(word)' not in: \(finished.err)", sourceLocation: sourceLocation)
  }
}
