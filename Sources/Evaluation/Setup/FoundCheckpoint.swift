import Checkpoints
import Foundation
import Reading

/// A checkpoint that a survey found.
package struct FoundCheckpoint: Sendable, Hashable {
  package enum Form: Sendable, Hashable {
    /// A GGUF file or a Hugging Face folder.
    case model
    case adapter
    /// So many `checkpoint-N` folders.
    case series(Int)
  }

  package let path: String
  package let form: Form
  /// Whether its own files say that it came out of a fine-tuning; a base model's never do.
  package internal(set) var isFineTuned = false
  /// What an adapter calls its base; of a series, the newest one's.
  package internal(set) var baseName: String?
  /// Of a series, the newest one's.
  package internal(set) var record: TrainingRecord?

  init(path: String, form: Form) { (self.path, self.form) = (path, form) }

  /// Files that trainers leave beside weights.
  static let marksOfTraining: Set<String> = [
    TrainingRecord.fileName, RepairResult.fileName, "trainer_state.json", "training_args.bin", "optimizer.pt",
  ]

  static func baseName(inHead head: [UInt8]) -> String? {
    let object = try? head.withUnsafeBytes { try JSONFile(path: "", bytes: $0) }
    guard let name = try? object?.string("base_model_name_or_path") else { return nil }
    return name.allSatisfy(\.isWhitespace) ? nil : name
  }
}
