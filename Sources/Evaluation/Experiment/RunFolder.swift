import Checkpoints
import Diagnostics
import Foundation
import Reporting
import Training

/// The place of one arm under one seed: OUT/ARM/seed-N with checkpoints, log and scored points, and beside it
/// seed-N.json, which says what
/// they were made with.
struct RunFolder {
  let path: String
  private let fingerprint: String

  init(out: String, run: PlannedRun) {
    path = "\(out)/\(run.arm)/seed-\(run.seed)"
    fingerprint = run.fingerprint
  }

  private struct Record: Codable {
    let fingerprint: String
    /// The step that training diverged in.
    var divergedAt: Int?

    enum CodingKeys: String, CodingKey {
      case fingerprint
      case divergedAt = "diverged_at"
    }
  }

  var training: TrainingFolder { TrainingFolder(path) }
  private var recordPath: String { path + ".json" }

  /// Refuses what was made with something else. Nothing is written.
  func check() throws {
    if let record = try read(Record.self, recordPath) {
      try demand(record.fingerprint, recordPath)
    }
  }

  /// Notes what the folder is for, before anything is in it.
  ///
  /// - Throws: `InputError` for a folder that has something in it and no note.
  func claim() throws {
    guard try read(Record.self, recordPath) == nil else { return }
    try StagedFolder.requireUnused(path)
    try write(Record(fingerprint: fingerprint), recordPath)
  }

  /// The step that training diverged in; nil where it did not.
  func divergedAt() throws -> Int? { try read(Record.self, recordPath)?.divergedAt }

  func noteDivergence(at step: Int) throws { try write(Record(fingerprint: fingerprint, divergedAt: step), recordPath) }

  /// A scored checkpoint; nil where it is not scored yet.
  func point(_ step: Int) throws -> ExperimentPoint? {
    let file = "\(path)/point-\(step).json"
    guard let kept = try read(KeptPoint.self, file) else { return nil }
    try demand(kept.fingerprint, file)
    return kept.point
  }

  func save(_ point: ExperimentPoint) throws {
    try write(KeptPoint(fingerprint: fingerprint, point: point), "\(path)/point-\(point.step).json")
  }

  /// Empties a folder of what a run left that was stopped before there was a state to go on from.
  func clear() {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []
    where name == "training_log.jsonl" || name.hasPrefix("checkpoint-") || name.hasPrefix(".holdfast-") {
      try? FileManager.default.removeItem(atPath: "\(path)/\(name)")
    }
  }

  func hasCheckpoint(_ step: Int) -> Bool { FileManager.default.fileExists(atPath: training.checkpoint(step)) }

  /// Removes what need not stay of a run whose checkpoints are all scored.
  func tidy(keeping keep: Experiment.Keep, of checkpoints: [Int]) {
    let files = FileManager.default
    for name in (try? files.contentsOfDirectory(atPath: path)) ?? [] where name.hasPrefix("checkpoint-") {
      let step = Int(name.dropFirst("checkpoint-".count)) ?? 0
      let stays =
        switch keep {
        case .all: checkpoints.contains(step)
        case .last: step == checkpoints.last
        case .none: false
        }
      let parts = stays ? ["/trainer_state.json", "/trainer_state.safetensors"] : [""]
      for part in parts { try? files.removeItem(atPath: "\(path)/\(name)\(part)") }
    }
  }

  /// The evaluations in the training log by step; the last line of a step counts.
  func evaluations() -> [Int: Trainer.StepReport] {
    let log = (try? String(contentsOfFile: "\(path)/training_log.jsonl", encoding: .utf8)) ?? ""
    let reports = log.split(separator: "\n").compactMap {
      try? JSONDecoder().decode(Trainer.StepReport.self, from: Data($0.utf8))
    }
    return Dictionary(reports.map { ($0.step, $0) }) { $1 }
  }

  private func demand(_ other: String, _ file: String) throws {
    guard other != fingerprint else { return }
    throw InputError(
      file, "was made with another recipe, data, suite, share, baseline or engine",
      remedy: "give another folder with --out, or remove \(path) and \(recordPath)")
  }
}

/// A scored checkpoint with the fingerprint of what it was made with.
struct KeptPoint: Codable {
  let fingerprint: String
  let point: ExperimentPoint
}

/// A JSON file; nil where there is none.
///
/// - Throws: `InputError` where it is damaged.
func read<Value: Decodable>(_ type: Value.Type, _ file: String) throws -> Value? {
  guard let data = FileManager.default.contents(atPath: file) else { return nil }
  guard let value = try? JSONDecoder().decode(type, from: data) else {
    throw InputError(file, "is damaged", remedy: "remove it, and what it describes is made again")
  }
  return value
}

/// Writes a JSON file whole or not at all.
func write(_ value: some Encodable, _ file: String) throws {
  let encoder = JSONEncoder()
  encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
  try write(try encoder.encode(value) + Data("\n".utf8), file)
}

/// Writes a file whole or not at all, and the folders that it is in.
func write(_ data: Data, _ file: String) throws {
  let url = URL(fileURLWithPath: file)
  do {
    try FileManager.default.createDirectory(at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: url, options: .atomic)
  } catch {
    throw InputError(
      file, "cannot be written (\(error.localizedDescription))", remedy: "check the folder and the room on its disk")
  }
}
