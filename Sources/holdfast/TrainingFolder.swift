import Checkpoints
import Diagnostics
import Foundation
import Training

/// The folder that a training run fills: checkpoint-N folders and a log.
struct TrainingFolder {
  let path: String
  private static let stateFiles = ["trainer_state.json", "trainer_state.safetensors"]

  init(_ path: String) { self.path = path }

  func checkpoint(_ step: Int) -> String { "\(path)/checkpoint-\(step)" }

  /// Checks that the folder is free, or one to go on with; nothing is made yet.
  ///
  /// - Throws: `InputError` for a folder that holds something and is not to be resumed, and the other way round.
  func check(resuming: Bool) throws {
    guard resuming else { return try StagedFolder.requireUnused(path) }
    guard newestState != nil else {
      throw InputError(path, "has no checkpoint with a trainer's state", remedy: "start without --resume")
    }
  }

  /// Makes the folder where it is not there.
  func make() throws {
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw InputError(path, "cannot be made (\(error.localizedDescription))", remedy: "give another folder with --out")
    }
  }

  /// The newest checkpoint that holds a trainer's state.
  var newestState: String? { newestStep > 0 ? checkpoint(newestStep) : nil }

  /// Writes a checkpoint with the trainer's state, then takes the state out of the older ones: it is three times their size.
  func save(_ trainer: Trainer, step: Int, baseName: String) throws {
    try trainer.writeCheckpoint(to: checkpoint(step), baseName: baseName)
    for older in steps where older < step {
      for file in Self.stateFiles { try? FileManager.default.removeItem(atPath: "\(checkpoint(older))/\(file)") }
    }
  }

  /// Appends a step to the log.
  func log(_ report: Trainer.StepReport) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let file = "\(path)/training_log.jsonl"
    let line = try encoder.encode(report) + Data("\n".utf8)
    guard let handle = fopen(file, "a") else {
      throw InputError(file, "cannot be written", remedy: "check the folder and the room on its disk")
    }
    defer { fclose(handle) }
    let written = line.withUnsafeBytes { fwrite($0.baseAddress, 1, $0.count, handle) }
    guard written == line.count, fflush(handle) == 0 else {
      throw InputError(file, "cannot be written", remedy: "check the folder and the room on its disk")
    }
  }

  private var steps: [Int] {
    ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? [])
      .compactMap { $0.hasPrefix("checkpoint-") ? Int($0.dropFirst("checkpoint-".count)) : nil }
  }

  private var newestStep: Int { steps.filter(hasState).max() ?? 0 }

  private func hasState(_ step: Int) -> Bool {
    Self.stateFiles.allSatisfy { FileManager.default.fileExists(atPath: "\(checkpoint(step))/\($0)") }
  }
}

/// Progress of training on standard error: redrawn on a terminal, a plain line now and then elsewhere.
final class TrainingProgress {
  private let total: Int
  private let label: String
  private let isTerminal = isatty(STDERR_FILENO) == 1
  private let start = Date()
  private var firstStep: Int?
  private var lastPlain = -Double.infinity
  private var drawn = false

  init(total: Int, label: String) {
    self.total = total
    self.label = label
  }

  func show(_ report: Trainer.StepReport) {
    let first = firstStep ?? report.step - 1
    firstStep = first
    let elapsed = Date().timeIntervalSince(start)
    let left = elapsed / Double(report.step - first) * Double(total - report.step)
    var text = "\(label): step \(report.step)/\(total), loss \(String(format: "%.3f", report.loss))"
    if let preservation = report.preservation { text += String(format: ", preservation %.4f", preservation) }
    if let accuracy = report.targetAccuracy { text += String(format: ", target accuracy %.1f %%", accuracy * 100) }
    text += String(format: ", %.0f tokens/s, %.0fs left", report.tokensPerSecond, left)
    if isTerminal {
      emitError("\r\u{1B}[2K\(text)")
      drawn = true
    } else if elapsed - lastPlain >= 15 || report.targetAccuracy != nil {
      lastPlain = elapsed
      emitError(text + "\n")
    }
  }

  func end() {
    if drawn { emitError("\r\u{1B}[2K") }
    drawn = false
  }
}
