import Checkpoints
import Diagnostics
import Foundation
import Reading
import Training

/// The folder that a training run fills: checkpoint-N folders and a log.
package struct TrainingFolder {
  package let path: String
  private static let checkpointPrefix = "checkpoint-"
  private var logFile: String { "\(path)/training_log.jsonl" }

  package init(_ path: String) { self.path = path }

  package func checkpoint(_ step: Int) -> String { "\(path)/\(Self.checkpointPrefix)\(step)" }

  /// Checks that the folder is free, or one to go on with; nothing is made yet.
  ///
  /// - Throws: `InputError` for a folder that holds something and is not to be resumed, and the other way round.
  package func check(resuming: Bool) throws {
    guard resuming else {
      return try StagedFolder.requireUnused(
        path,
        remedy: newestState == nil
          ? "give a new folder with --out, or remove this one" : "go on with --resume, or give a new folder with --out")
    }
    guard newestState != nil else {
      throw InputError(
        path, "has no checkpoint with a trainer's state",
        remedy: "remove it and start without --resume: the run ended before its first checkpoint")
    }
  }

  /// Makes the folder where it is not there.
  package func make() throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, "cannot be made (\(systemWords(error)))", remedy: "give another folder with --out")
    }
  }

  /// The newest checkpoint that holds a trainer's state.
  package var newestState: String? { newestStep > 0 ? checkpoint(newestStep) : nil }

  /// Writes a checkpoint with the trainer's state, then takes the state out of the older ones: it is three times their size.
  package func save(_ trainer: Trainer, step: Int, baseName: String, record: TrainingRecord) throws {
    try trainer.writeCheckpoint(to: checkpoint(step), baseName: baseName, record: record)
    for older in steps where older < step { removeState(of: older) }
  }

  /// Removes a checkpoint, or of a checkpoint what only a resumption needs.
  package func remove(_ step: Int) { try? FileManager.default.removeItem(atPath: checkpoint(step)) }

  package func removeState(of step: Int) {
    for file in Trainer.stateFiles { try? FileManager.default.removeItem(atPath: "\(checkpoint(step))/\(file)") }
  }

  /// Removes what a run left that was stopped before there was a state to go on from.
  package func clear() {
    for name in contents where name.hasPrefix(".holdfast-") {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
    for step in steps { remove(step) }
    try? FileManager.default.removeItem(atPath: logFile)
  }

  /// The log by step; the last line of a step counts.
  package var evaluations: [Int: Trainer.StepReport] {
    let log = (try? readText(logFile, limit: 1 << 30)) ?? ""
    let reports = log.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Trainer.StepReport.self, from: Data($0.utf8))
    }
    return Dictionary(reports.map { ($0.step, $0) }) { $1 }
  }

  /// Target accuracies of the log, by step.
  package var looks: [Int: Double] { evaluations.compactMapValues(\.targetAccuracy) }

  /// Appends a step to the log.
  package func log(_ report: Trainer.StepReport) throws {
    let file = logFile
    let line = try shownJSON(report) + Data("\n".utf8)
    try FileKind.requireRegular(file, remedy: "remove it")
    let descriptor = open(file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NONBLOCK, 0o666)
    let error = descriptor < 0 ? errno : line.withUnsafeBytes { writeAll($0, to: descriptor) }
    if descriptor >= 0 { close(descriptor) }
    guard error == 0 else {
      throw InputError(
        file, "cannot be written (\(systemWords(error)))", remedy: "check the folder and the room on its disk")
    }
  }

  /// The steps that there are checkpoints of, in no order.
  package var steps: [Int] {
    contents.compactMap { $0.hasPrefix(Self.checkpointPrefix) ? Int($0.dropFirst(Self.checkpointPrefix.count)) : nil }
  }

  private var contents: [String] { (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [] }

  private var newestStep: Int { steps.filter(hasState).max() ?? 0 }

  private func hasState(_ step: Int) -> Bool {
    Trainer.stateFiles.allSatisfy { FileManager.default.fileExists(atPath: "\(checkpoint(step))/\($0)") }
  }
}
