import Foundation

/// Drives workers, each over a piece of a target's inputs, and goes on behind an input that ended one.
final class Supervisor {
  struct Limits {
    var seconds = 20.0
    /// MiB that a worker may hold.
    var memory = 1024
  }

  private let targets: [FuzzTarget]
  private let round: UInt64
  private let limits: Limits
  private let workplace: Workplace
  private let findings: FindingFolder
  private(set) var tallies: [String: TargetTally] = [:]
  private var pieces: [Piece] = []
  private static let pieceSize = 20_000

  private struct Piece {
    let target: FuzzTarget
    var numbers: Range<Int>
  }

  private final class Running {
    let piece: Piece
    let process: Process
    let state: WorkerState
    let errors: String
    let stateFile: String
    /// Why it was ended; empty where the round was over.
    var verdict: String?

    /// What it leaves, its workplace included where it could not remove that itself.
    var files: [String] { [errors, stateFile, Workplace.folder(of: process.processIdentifier)] }

    init(_ piece: Piece, _ process: Process, _ stateFile: String, errors: String) throws {
      (self.piece, self.process, self.stateFile, self.errors) = (piece, process, stateFile, errors)
      state = try WorkerState(stateFile)
    }
  }

  init(_ targets: [FuzzTarget], round: UInt64, limits: Limits, workplace: Workplace, findings: FindingFolder) {
    (self.targets, self.round, self.limits) = (targets, round, limits)
    (self.workplace, self.findings) = (workplace, findings)
  }

  /// Reads `inputs` inputs, each target its share, or as many as `seconds` allow.
  func run(first: Int, inputs: Int, seconds: Double?, jobs: Int) throws {
    let each = Double(inputs) / targets.reduce(0) { $0 + $1.share }
    let ends = targets.map { first + max(1, Int(each * $0.share)) }
    // In turns, so that a round that time ends has been at every target.
    var starts = targets.map { _ in first }
    while zip(starts, ends).contains(where: { $0 < $1 }) {
      for (index, target) in targets.enumerated() where starts[index] < ends[index] {
        let end = min(ends[index], starts[index] + Int(Double(Self.pieceSize) * target.share))
        pieces.append(Piece(target: target, numbers: starts[index]..<end))
        starts[index] = end
      }
    }
    pieces.reverse()
    let deadline = seconds.map { Date(timeIntervalSinceNow: $0) }
    var running: [Running] = []
    while true {
      let isOver = deadline.map { $0 < .now } ?? false
      while !isOver, running.count < jobs, let piece = pieces.popLast() { running.append(try start(piece)) }
      if isOver { for worker in running where worker.verdict == nil { stop(worker, "") } }
      if running.isEmpty { return }
      usleep(20_000)
      running.forEach(watch)
      for worker in running where !worker.process.isRunning { try finish(worker) }
      running.removeAll { !$0.process.isRunning }
    }
  }

  private func start(_ piece: Piece) throws -> Running {
    let name = UUID().uuidString
    let (state, errors) = (workplace.path("state-\(name)"), workplace.path("errors-\(name)"))
    _ = FileManager.default.createFile(atPath: errors, contents: nil)
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    process.arguments = [
      "--worker", state, "--target", piece.target.name, "--seed", String(round), "--first",
      String(piece.numbers.lowerBound), "--inputs", String(piece.numbers.count), "--repository", workplace.repository,
    ]
    // A trace of the stack takes longer than a thousand inputs; the input itself says more.
    process.environment = ProcessInfo.processInfo.environment.merging(["SWIFT_BACKTRACE": "enable=no"]) { $1 }
    process.standardError = FileHandle(forWritingAtPath: errors)
    process.standardOutput = FileHandle.nullDevice
    let worker = try Running(piece, process, state, errors: errors)
    try process.run()
    return worker
  }

  /// Ends a worker that takes too long for an input, or too much memory.
  private func watch(_ worker: Running) {
    guard worker.verdict == nil, worker.process.isRunning else { return }
    if worker.state.age > limits.seconds { stop(worker, "hang") }
    let resident = Self.resident(worker.process.processIdentifier)
    tallies[worker.piece.target.name, default: TargetTally()].largest = max(
      tallies[worker.piece.target.name]?.largest ?? 0, resident)
    if resident > limits.memory { stop(worker, "memory") }
  }

  private func stop(_ worker: Running, _ verdict: String) {
    worker.verdict = verdict
    kill(worker.process.processIdentifier, SIGKILL)
  }

  private func finish(_ worker: Running) throws {
    worker.process.waitUntilExit()
    tallies[worker.piece.target.name, default: TargetTally()].add(worker.state)
    defer { for file in worker.files { try? FileManager.default.removeItem(atPath: file) } }
    guard let verdict = worker.verdict ?? Self.verdict(worker.process), !verdict.isEmpty else { return }
    guard worker.state.hasBegun else {
      throw BrokenInvariant(
        description: "a worker for \(worker.piece.target.name) ended before its first input: \(verdict)")
    }
    let number = worker.state.number
    tallies[worker.piece.target.name, default: TargetTally()].findings[verdict, default: 0] += 1
    let said = (try? String(contentsOfFile: worker.errors, encoding: .utf8)) ?? ""
    try findings.keep(worker.piece.target, round: round, number: number, verdict: verdict, said: said)
    let rest = number + 1..<worker.piece.numbers.upperBound
    if !rest.isEmpty { pieces.append(Piece(target: worker.piece.target, numbers: rest)) }
  }

  /// What the end of a worker that was left alone says; nil where it came to its end.
  private static func verdict(_ process: Process) -> String? {
    let status = process.terminationStatus
    switch process.terminationReason {
    case .uncaughtSignal: return "signal \(status)"
    case .exit where status == 0: return nil
    default: return status == Worker.unexpected ? "unexpected error" : "exit \(status)"
    }
  }

  /// MiB that a process has resident.
  private static func resident(_ process: Int32) -> Int {
    guard let text = try? String(contentsOfFile: "/proc/\(process)/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Int($0) })
    else { return 0 }
    return (pages * Int(getpagesize())) >> 20
  }
}
