import Foundation

/// The `checkpoint-N` folders that a trainer leaves in one folder.
package struct CheckpointSeries: Sendable, Equatable {
  /// The folders, by ascending N.
  package let paths: [String]
  /// Names that look like checkpoints of the run and are none of these: `checkpoint-last`, `checkpoint-1e3`, a file, `tmp-checkpoint-9`.
  package let passedOver: [String]

  /// - Parameter names: what is in the folder.
  init(_ folder: String, _ names: [String]) {
    let url = URL(fileURLWithPath: folder, isDirectory: true)
    var steps: [(step: Int, path: String)] = []
    var others: [String] = []
    for name in names.sorted() where name.hasPrefix("checkpoint") || name.hasPrefix("tmp-checkpoint") {
      let child = url.appendingPathComponent(name).path
      var isFolder: ObjCBool = false
      let exists = FileManager.default.fileExists(atPath: child, isDirectory: &isFolder)
      if let step = Self.step(of: name), exists, isFolder.boolValue {
        steps.append((step, child))
      } else {
        others.append(name)
      }
    }
    paths = steps.sorted { ($0.step, $0.path) < ($1.step, $1.path) }.map(\.path)
    passedOver = others
  }

  /// The series in a folder; an empty one where it cannot be listed.
  package static func inside(_ folder: String) -> CheckpointSeries {
    CheckpointSeries(folder, (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? [])
  }

  /// N of `checkpoint-N`; nil for any other name.
  package static func step(of name: String) -> Int? {
    let prefix = "checkpoint-"
    guard name.hasPrefix(prefix), name.utf8.dropFirst(prefix.utf8.count).allSatisfy({ (48...57).contains($0) }) else {
      return nil
    }
    return Int(name.dropFirst(prefix.count))
  }
}
