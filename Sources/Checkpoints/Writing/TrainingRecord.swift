import Diagnostics
import Foundation
import Reading

/// What a checkpoint was fine-tuned on: `holdfast_training.json` beside its weights, written by the trainer and read by the gate.
///
/// It says nothing about the weights and is no part of a model's identity. A checkpoint without it comes from another trainer.
package struct TrainingRecord: Sendable, Hashable, Codable {
  /// The file's name in a checkpoint's folder.
  package static let fileName = "holdfast_training.json"
  /// The version of the file's layout that this program reads and writes.
  package static let schemaVersion = 1

  /// A file that the training read.
  package struct DataSource: Sendable, Hashable, Codable {
    package enum Role: String, Sendable, Codable, CaseIterable {
      /// The task's samples.
      case train
      /// The samples that target accuracy is measured on.
      case test
      /// General text that is mixed in.
      case general
      /// Few-shot prompts that are mixed in.
      case icl
      /// The prompts of the preservation term.
      case preserve
    }

    /// The path as the trainer read it.
    package let path: String
    /// Of the file's bytes, in lower-case hexadecimal.
    package let sha256: String
    package let role: Role

    package init(path: String, sha256: String, role: Role) {
      self.path = path
      self.sha256 = sha256
      self.role = role
    }
  }

  package let schemaVersion: Int
  /// The program, such as `holdfast 0.1.0`.
  package let createdBy: String
  /// The recipe's name.
  package let recipe: String
  package let seed: UInt64
  /// Steps that were taken.
  package let step: Int
  /// The task's answers where they are few, trimmed and ascending; empty where answers are free.
  package let labels: [String]
  package let data: [DataSource]
  /// True, or nil.
  private let throughTemplate: Bool?
  /// Whether the task went through the model's chat template.
  package var usesChatTemplate: Bool { throughTemplate ?? false }

  package init(
    createdBy: String, recipe: String, seed: UInt64, step: Int, labels: [String], data: [DataSource],
    usesChatTemplate: Bool = false
  ) {
    schemaVersion = Self.schemaVersion
    self.createdBy = createdBy
    self.recipe = recipe
    self.seed = seed
    self.step = step
    self.labels = labels
    self.data = data
    throughTemplate = usesChatTemplate ? true : nil
  }

  enum CodingKeys: String, CodingKey {
    case recipe, seed, step, labels, data
    case throughTemplate = "chat_template"
    case schemaVersion = "schema_version"
    case createdBy = "created_by"
  }
}

extension TrainingRecord {
  /// Far above what a trainer writes, far below what would exhaust memory.
  private static let sizeLimit = 1 << 20
  /// Far above the labels of a classification task: a list beyond it is no list of labels.
  private static let mostLabels = 1024

  /// Reads the record in a checkpoint's folder.
  ///
  /// - Parameter path: a checkpoint as it was given; a single file has no record, whatever lies beside it.
  /// - Returns: nil where there is none.
  /// - Throws: `InputError` where the file is there and cannot be read, is larger than 1 MiB, not JSON, of another schema version, or
  ///   has a part that is missing or impossible.
  package static func read(fromCheckpoint path: String) throws -> TrainingRecord? {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue else { return nil }
    let url = URL(fileURLWithPath: path, isDirectory: true).appendingPathComponent(fileName)
    var status = stat()
    // A link that leads nowhere is there, and is not a record.
    guard lstat(url.path, &status) == 0 else {
      if errno == ENOENT { return nil }
      throw InputError(
        url.path, "cannot be read (\(systemWords(errno)))", remedy: "check the folder's permissions")
    }
    let file = try MappedFile(url)
    guard file.bytes.count <= sizeLimit else {
      throw InputError(url.path, "is larger than \(sizeLimit >> 20) MiB", remedy: remedy)
    }
    return try decode(Data(file.bytes), file: url.path)
  }

  /// Writes the record into a checkpoint's folder, such as one that `StagedFolder` is filling; the same record gives the same bytes.
  ///
  /// - Throws: `InputError` where it cannot be written.
  package func write(into folder: URL) throws {
    try StagedFolder.write(try shownJSON(self, isPretty: true) + Data("\n".utf8), as: Self.fileName, in: folder)
  }

  private static let remedy: ShownText =
    "train again, or remove the file and name the labels under fine_tuning in holdfast.yaml"

  private struct Version: Decodable {
    let schemaVersion: Int
    enum CodingKeys: String, CodingKey { case schemaVersion = "schema_version" }
  }

  private static func decode(_ data: Data, file: String) throws -> TrainingRecord {
    let record: TrainingRecord
    do {
      let decoder = JSONDecoder()
      let version = try decoder.decode(Version.self, from: data).schemaVersion
      guard version == schemaVersion else {
        throw InputError(
          file, field: "schema_version", "is \(version), this program reads \(schemaVersion)",
          remedy: version > schemaVersion ? "use a newer holdfast" : remedy)
      }
      record = try decoder.decode(TrainingRecord.self, from: data)
    } catch let error as DecodingError {
      let (field, problem) = describe(error)
      throw InputError(file, field: field, problem, remedy: remedy)
    }
    func demand(_ holds: Bool, _ field: String, _ problem: ShownText) throws {
      if !holds { throw InputError(file, field: field, problem, remedy: remedy) }
    }
    try demand(record.step >= 0, "step", "is negative")
    try demand(record.labels.count <= mostLabels, "labels", "are more than \(mostLabels)")
    let isBlank = record.labels.contains { $0.allSatisfy(\.isWhitespace) }
    try demand(!isBlank, "labels", "one is blank")
    for (index, source) in record.data.enumerated() {
      let digits = source.sha256.utf8
      let isHash = digits.count == 64 && digits.allSatisfy { (48...57).contains($0) || (97...102).contains($0) }
      try demand(isHash, "data[\(index)].sha256", "is not a SHA-256 in lower-case hexadecimal")
      try demand(!source.path.isEmpty, "data[\(index)].path", "is empty")
    }
    return record
  }

  private static func describe(_ error: DecodingError) -> (field: String?, problem: ShownText) {
    func place(_ path: [any CodingKey]) -> String? {
      path.isEmpty ? nil : path.map { $0.intValue.map { "[\($0)]" } ?? $0.stringValue }.joined(separator: ".")
    }
    return switch error {
    case .keyNotFound(let key, let context): (place(context.codingPath + [key]), "is missing")
    case .valueNotFound(_, let context): (place(context.codingPath), "is null")
    case .typeMismatch(let type, let context): (place(context.codingPath), "is not of type \(type)")
    // Foundation says neither where a number does not fit its type nor that it does not.
    case .dataCorrupted(let context) where context.codingPath.isEmpty:
      (nil, "is not valid JSON, or has a number out of range")
    case .dataCorrupted(let context): (place(context.codingPath), "is not valid")
    @unknown default: (nil, "cannot be read")
    }
  }
}
