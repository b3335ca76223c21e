import Diagnostics
import Foundation
import Reading
import Reporting

/// The runs that a report has finished: what was made on another machine is not made again.
///
/// A run is known by the fingerprint of all that decides its result, and results are the same on every machine.
struct ReportedRuns {
  private let finished: [String: ExperimentRun]

  /// - Parameters:
  ///   - path: a results.json; nil, and one that is not there yet, has none.
  ///   - machine: what the runs will stand beside: those of another are named after it.
  /// - Throws: `InputError` for a file that is no experiment's results.
  init(of path: String?, besides machine: String) throws {
    guard let path, FileManager.default.fileExists(atPath: path) else {
      finished = [:]
      return
    }
    let report = try ExperimentResult.read(path)
    let runs = report.runs.filter { $0.state != .unfinished }.map { run in
      let place = run.machine ?? report.header.machine
      return run.made(on: place == machine ? nil : place)
    }
    finished = Dictionary(
      runs.compactMap { run in run.fingerprint.map { ($0, run) } }, uniquingKeysWith: { first, _ in first })
  }

  /// What the report says of a run; nil where it is not finished there or was made with something else.
  func run(_ planned: PlannedRun) -> ExperimentRun? {
    finished[planned.fingerprint].flatMap { $0.arm == planned.arm && $0.seed == planned.seed ? $0 : nil }
  }
}
