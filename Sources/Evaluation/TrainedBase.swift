import Checkpoints
import Gating

/// What is to be said of an adapter that says it was trained on another model than the one that it is judged on.
struct TrainedBase {
  /// What the team says of it: `fine_tuning.base`.
  let agreed: String?
  /// The baseline's model: its name and not its path, so that a verdict reads alike on every machine.
  let base: ModelDescription

  /// - Returns: nil where it says nothing else.
  func note(_ subject: Subject) -> Note? {
    guard let trained = subject.adapter?.otherBase else { return nil }
    let base = "\(self.base.name) (\(self.base.storage))"
    guard agreed.map({ namesSameModel($0, trained) || modelName($0) == modelName(trained) }) != true else {
      return Note(.note, "trained on \(trained) and judged on \(base), as fine_tuning.base says")
    }
    let isCopy = quantisedCopy(trained) == modelName(subject.checkpoint.path)
    return Note(
      .warning,
      isCopy
        ? "trained on \(trained), a quantised copy, and judged on \(base): name the one that ships as base, and write fine_tuning.base: \(trained) once that is decided"
        : "says that it was trained on \(trained), and is judged on \(base); where that is right, write fine_tuning.base: \(trained)"
    )
  }
}
