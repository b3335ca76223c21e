import ArgumentParser
import Foundation

#if !LIBFUZZER
  /// Reads mutated inputs with the parsers, millions of them: run by `make fuzz`. docs/formats.md says what is mutated and
  /// what a finding is.
  @main
  struct ParserFuzzer: ParsableCommand {
    @Option(help: "Only this target; repeatable.")
    var target: [String] = []

    @Option(help: "How many inputs, over all targets.")
    var inputs: Int = 10_000_000

    @Option(help: "End after so many seconds.")
    var seconds: Double?

    @Option(help: "Another seed makes other inputs.")
    var seed: UInt64 = 1

    @Option(help: "The first input of each target.")
    var first: Int = 0

    @Option(help: "Workers at a time.")
    var jobs: Int = ProcessInfo.processInfo.activeProcessorCount

    @Option(help: "Seconds after which an input counts as one that hangs.")
    var hang: Double = 20

    @Option(help: "MiB that a worker may hold.")
    var memory: Int = 1024

    @Option(help: "The folder that findings go to.")
    var findings: String = "fuzz-findings"

    @Option(help: "The folder of the sources, whose goldens the inputs are made of.")
    var repository: String = FileManager.default.currentDirectoryPath

    @Option(help: .hidden)
    var worker: String?

    @Flag(help: "List the targets.")
    var list = false

    func run() throws {
      let workplace = try Workplace(repository: repository)
      defer { workplace.remove() }
      let all = try FuzzTarget.all(workplace)
      guard !list else { return say(all.map(\.name).joined(separator: "\n")) }
      let chosen = target.isEmpty ? all : all.filter { target.contains($0.name) }
      guard chosen.count >= Set(target).count else { throw ValidationError("no such target; --list names them") }
      if let worker {
        for target in chosen {
          Worker(target: target, round: seed, state: try WorkerState(worker)).run(first..<first + inputs)
        }
        return
      }
      try supervise(chosen, workplace)
    }

    private func supervise(_ targets: [FuzzTarget], _ workplace: Workplace) throws {
      let start = ContinuousClock.now
      let supervisor = Supervisor(
        targets, round: seed, limits: Supervisor.Limits(seconds: hang, memory: memory), workplace: workplace,
        findings: FindingFolder(findings))
      try supervisor.run(first: first, inputs: inputs, seconds: seconds, jobs: jobs)
      say(TargetTally.header)
      for (name, tally) in supervisor.tallies.sorted(by: { $0.key < $1.key }) { say(tally.row(name)) }
      let total = supervisor.tallies.values.reduce(0) { $0 + $1.inputs }
      let found = supervisor.tallies.values.reduce(0) { $0 + $1.findings.values.reduce(0, +) }
      say("\(total) inputs in \((ContinuousClock.now - start).components.seconds) s, seed \(seed): \(found) findings")
      if found > 0 { throw ExitCode(1) }
    }
  }
#endif

extension FuzzTarget {
  static func all(_ place: Workplace) throws -> [FuzzTarget] {
    try CheckpointTargets.all(place) + TokenizerTargets.all(place) + VocabularyTargets.all(place)
      + ProjectTargets.all(place) + DataTargets.all(place) + ChatTargets.all(place) + ServerTargets.all()
  }
}
