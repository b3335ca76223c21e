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
    let what = "\(path): \(kind == .adapter ? "the adapter" : "the model") in this folder is judged, and not its"
    func note(_ others: [String], _ words: String) -> String? {
      others.first.map {
        "\(what) \(others.count) \(words)\(others.count == 1 ? "" : "s"); give each with --candidate, such as \($0)"
      }
    }
    // Nothing lies inside a file.
    notes = [
      note(CheckpointSeries.inside(path).paths, "checkpoint-N folder"),
      note(CheckpointKind.adapters(inside: path), kind == .adapter ? "other adapter" : "adapter"),
    ].compactMap { $0 }
  }

  private static func list(_ names: [String]) -> String {
    let most = 5
    return names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }
}
