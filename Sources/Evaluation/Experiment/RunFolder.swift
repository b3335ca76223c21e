import Checkpoints
import Diagnostics
import Foundation
import Reading
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
    if let record = try readJSON(Record.self, recordPath) {
      try demand(record.fingerprint, recordPath)
    }
  }

  /// Notes what the folder is for, before anything is in it.
  ///
  /// - Throws: `InputError` for a folder that has something in it and no note.
  func claim() throws {
    guard try readJSON(Record.self, recordPath) == nil else { return }
    try StagedFolder.requireUnused(path)
    try writeJSON(Record(fingerprint: fingerprint), recordPath)
  }

  /// The step that training diverged in; nil where it did not.
  func divergedAt() throws -> Int? { try readJSON(Record.self, recordPath)?.divergedAt }

  func noteDivergence(at step: Int) throws {
    try writeJSON(Record(fingerprint: fingerprint, divergedAt: step), recordPath)
  }

  /// A scored checkpoint; nil where it is not scored yet.
  func point(_ step: Int) throws -> ExperimentPoint? {
    let file = "\(path)/point-\(step).json"
    guard let kept = try readJSON(KeptPoint.self, file) else { return nil }
    try demand(kept.fingerprint, file)
    return kept.point
  }

  func save(_ point: ExperimentPoint) throws {
    try writeJSON(KeptPoint(fingerprint: fingerprint, point: point), "\(path)/point-\(point.step).json")
  }

  /// How far the weights of a scored checkpoint went: what its noise is made of.
  ///
  /// - Throws: `InputError` where the file is damaged or missing.
  func change(_ step: Int) throws -> WeightChange {
    guard let kept = try keptChange(step) else {
      throw InputError(
        changePath(step), "is missing: it was scored by a version that did not write it",
        remedy: "remove \(path) and \(recordPath) to run the arm again")
    }
    return kept
  }

  /// The same; nil of a point that an older version scored.
  func keptChange(_ step: Int) throws -> WeightChange? { try readJSON(WeightChange.self, changePath(step)) }

  func save(_ change: WeightChange, step: Int) throws { try writeJSON(change, changePath(step)) }

  private func changePath(_ step: Int) -> String { "\(path)/change-\(step).json" }

  /// The step that a run's training ends with, as far as its log tells; nil where it is not over.
  func end(of run: PlannedRun, _ last: Int) -> Int? {
    guard let until = run.until else { return last }
    let looks = training.looks
    return until.reached(looks) ?? (looks[until.atMost] == nil ? nil : until.atMost)
  }

  /// The steps that are to be scored: those of the experiment, or where the run ended; none where that is not known yet.
  func scoredSteps(_ run: PlannedRun, _ experiment: Experiment) throws -> [Int] {
    if run.control == .freshDraws { return [0] }
    let diverged = try divergedAt()
    guard let until = run.until else { return experiment.checkpoints.filter { $0 < diverged ?? .max } }
    return diverged == nil ? end(of: run, until.atMost).map { [$0] } ?? [] : []
  }

  func hasCheckpoint(_ step: Int) -> Bool { FileManager.default.fileExists(atPath: training.checkpoint(step)) }

  /// Removes what need not stay of a run whose checkpoints are all scored.
  func tidy(keeping keep: Experiment.Keep, of checkpoints: [Int]) {
    for step in training.steps {
      let stays =
        switch keep {
        case .all: checkpoints.contains(step)
        case .last: step == checkpoints.last
        case .none: false
        }
      if stays { training.removeState(of: step) } else { training.remove(step) }
    }
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
func readJSON<Value: Decodable>(_ type: Value.Type, _ file: String) throws -> Value? {
  guard FileKind.of(file) != nil else { return nil }
  let data = try readFile(file, limit: 64 << 20)
  guard let value = try? JSONDecoder().decode(type, from: data) else {
    throw InputError(file, "is damaged", remedy: "remove it, and what it describes is made again")
  }
  return value
}

/// Writes a JSON file whole or not at all.
func writeJSON(_ value: some Encodable, _ file: String) throws {
  try OutputFile.write(try shownJSON(value, isPretty: true) + Data("\n".utf8), to: file)
}
