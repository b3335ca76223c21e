import ArgumentParser
import Calibration
import Diagnostics
import Foundation

/// Simulates gates and says how often the shipped verdict is wrong: run by `make calibrate`.
@main
struct CalibrationBenchmark: AsyncParsableCommand {
  /// Which rows are simulated.
  enum Rows: String, ExpressibleByArgument, CaseIterable {
    case promised, expected, all

    func contains(_ cell: CalibrationCell) -> Bool {
      switch self {
      case .promised: !cell.promises.isEmpty
      case .expected: cell.promises.isEmpty
      case .all: true
      }
    }
  }

  @Option(help: "Simulate only rows whose title has this in it.")
  var only: String?

  @Option(help: "promised: rows of which something is promised; expected: the others; all.")
  var rows: Rows = .all

  @Option(help: "Simulated gates a row.")
  var gates: Int = 20_000

  @Option(help: "What the random numbers are made from.")
  var seed: UInt64 = 20_260_101

  @Option(help: "Threads; the figures do not depend on them.")
  var threads: Int = ProcessInfo.processInfo.activeProcessorCount

  @Option(help: "The file that the table is written to as well.")
  var out: String?

  @Option(help: "The program and version that the page names.")
  var program: String = "built from source"

  func validate() throws {
    guard (1...10_000_000).contains(gates) else { throw ValidationError("--gates is not between 1 and 10,000,000") }
    guard (1...1024).contains(threads) else { throw ValidationError("--threads is not between 1 and 1,024") }
  }

  func run() async throws {
    let start = ContinuousClock.now
    let total = gates
    let step = max(1, total / 20)
    let run = try await CalibrationRun(cells: cells, gates: gates, seed: seed, threads: threads) { done in
      if done.isMultiple(of: step) || done == total { note("\(done) of \(total) gates a row") }
    }
    let page = run.markdown(program: program, command: command)
    print(page, terminator: "")
    if let out {
      do {
        try Data(page.utf8).write(to: URL(fileURLWithPath: out), options: .atomic)
      } catch {
        throw InputError(out, "cannot be written", remedy: "name a file in a folder that exists and may be written to")
      }
    }
    let taken = start.duration(to: .now)
    let gate = taken / (total * cells.count) * threads
    note("\(taken) in all; \(gate) of a thread a gate")
    let broken = run.bounds.filter(\.isBroken)
    for bound in broken { note("broken: \(bound.claim)") }
    if !broken.isEmpty { throw ExitCode(1) }
  }

  private var cells: [CalibrationCell] {
    CalibrationCell.all.filter { cell in
      (only.map { cell.title.contains($0) } ?? true) && rows.contains(cell)
    }
  }

  /// What writes the same page again.
  private var command: String {
    "swift run -c release CalibrationBenchmark --rows \(rows.rawValue)\(only.map { " --only '\($0)'" } ?? "") --gates \(gates) --seed \(seed)"
  }
}

/// Progress is not part of the result.
private func note(_ text: String) { FileHandle.standardError.write(Data("\(text)\n".utf8)) }
