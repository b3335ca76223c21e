import Checkpoints
import Served

/// What a path given on the command line stands for: one checkpoint, or the `checkpoint-N` folders in it by number.
package struct CandidatePaths: Sendable, Equatable {
  package let paths: [String]
  /// What lies there too and is not judged, a line each.
  package let notes: [String]

  /// - Throws: `InputError` where nothing there can be judged.
  package init(at path: String) throws {
    guard !ServerAddress.isAddress(path) else {
      paths = [path]
      notes = []
      return
    }
    let kind = try CheckpointKind.of(path)
    if case .series(let steps) = kind {
      paths = steps
      let others = CheckpointSeries.inside(path).passedOver
      notes =
        others.isEmpty
        ? []
        : ["\(path): \(Self.list(others)) \(others.count == 1 ? "is" : "are") no checkpoint-N folder and not judged"]
      return
    }
    paths = [path]
    // A file has no series beside it.
    let steps = kind == .gguf ? [] : CheckpointSeries.inside(path).paths
    notes =
      steps.first.map { first in
        let what = kind == .adapter ? "the adapter" : "the model"
        return [
          "\(path): \(what) in this folder is judged, and not its \(steps.count) checkpoint-N "
            + "folder\(steps.count == 1 ? "" : "s"); give each with --candidate, such as \(first)"
        ]
      } ?? []
  }

  private static func list(_ names: [String]) -> String {
    let most = 5
    return names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }
}
