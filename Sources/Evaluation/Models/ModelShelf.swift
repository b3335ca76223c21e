import Checkpoints
import Scoring

/// The loaded model, one at a time: adapters that only add to the same base share its one copy of the weights.
struct ModelShelf {
  private let threads: Int
  private var loaded: (checkpoint: Checkpoint, model: LoadedModel)?

  init(threads: Int) { self.threads = threads }

  /// Gives the model's memory back.
  mutating func clear() { loaded = nil }

  /// The model, ready to be asked.
  mutating func ready(_ subject: any AskedModel) throws -> any ReadyModel {
    guard let subject = subject as? Subject else {
      clear()
      return try subject.ready(threads: threads)
    }
    return subject.ready(in: try model(for: subject))
  }

  mutating func model(for subject: Subject) throws -> LoadedModel {
    let checkpoint = subject.checkpoint
    if let loaded, loaded.checkpoint.path == checkpoint.path, loaded.checkpoint.adaptedBy == checkpoint.adaptedBy {
      try loaded.model.replaceAdapters(subject.adapters)
      return loaded.model
    }
    // The old model's memory goes before the new one's comes.
    loaded = nil
    let model = try subject.load(threads: threads)
    loaded = (checkpoint, model)
    return model
  }
}
