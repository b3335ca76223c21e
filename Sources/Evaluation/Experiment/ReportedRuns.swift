import Diagnostics
import Foundation
import Reading
import Reporting

/// The runs that a report has finished: what was made on another machine is not made again.
///
/// A run is known by the fingerprint of all that decides its result, and results are the same on every machine.
struct ReportedRuns {
  private let path: String
  private let finished: [ExperimentRun]

  /// - Parameters:
  ///   - path: a results.json; nil, and one that is not there yet, has none.
  ///   - machine: what the runs will stand beside: those of another are named after it.
  /// - Throws: `InputError` for a file that is no experiment's results.
  init(of path: String?, besides machine: String) throws {
    self.path = path ?? ""
    guard let path, FileManager.default.fileExists(atPath: path) else {
      finished = []
      return
    }
    let report = try ExperimentResult.read(path)
    finished = report.runs.filter { $0.state != .unfinished }.map { run in
      let place = run.machine ?? report.header.machine
      return run.made(on: place == machine ? nil : place)
    }
  }

  /// What the report says of a run; nil where it is not finished there or was made with something else.
  func run(_ planned: PlannedRun) -> ExperimentRun? {
    named(planned).flatMap { $0.fingerprint == planned.fingerprint ? $0 : nil }
  }

  /// What to say of runs that the report has finished and that are made again all the same; nil where there is none.
  func warning(of runs: [PlannedRun]) -> String? {
    let other = runs.filter { named($0) != nil && run($0) == nil }
    guard let first = other.first else { return nil }
    return
      "\(path) has \(first.arm), seed \(first.seed)\(other.count > 1 ? " and \(other.count - 1) more" : "") of another recipe, data, "
      + "suite, share, baseline or engine, or of a version that did not say it: made again"
  }

  private func named(_ planned: PlannedRun) -> ExperimentRun? {
    finished.first { $0.arm == planned.arm && $0.seed == planned.seed }
  }
}
