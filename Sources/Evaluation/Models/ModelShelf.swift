import Scoring

/// The loaded model, one at a time: adapters on the same base share its one copy of the weights.
struct ModelShelf {
  private let threads: Int
  private var loaded: (path: String, model: LoadedModel)?

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
    if let loaded, loaded.path == subject.checkpoint.path {
      try loaded.model.replaceAdapters(subject.adapters)
      return loaded.model
    }
    // The old model's memory goes before the new one's comes.
    loaded = nil
    let model = try subject.load(threads: threads)
    loaded = (subject.checkpoint.path, model)
    return model
  }
}
