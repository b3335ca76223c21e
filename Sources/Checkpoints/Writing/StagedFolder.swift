import Diagnostics
import Foundation
import Reading

/// A folder that appears whole or not at all: it is filled under a hidden name beside its place and then renamed.
package enum StagedFolder {
  private static let prefix = ".holdfast-"
  private static let suffix = ".partial"

  /// Refuses a path at which something is already, an empty folder apart. `write` asks the same; long work asks before it starts.
  package static func requireUnused(
    _ path: String, remedy: ShownText = "give a new folder with --out"
  ) throws {
    guard let kind = FileKind.of(path) else { return }
    guard kind == .folder else { throw InputError(path, kind.problem, remedy: remedy) }
    guard let children = try? FileManager.default.contentsOfDirectory(atPath: path) else {
      throw InputError(path, "cannot be listed", remedy: "check the folder's permissions")
    }
    guard children.isEmpty else { throw InputError(path, "already has something in it", remedy: remedy) }
  }

  /// Makes the folder `path` out of what `body` puts into the folder that it is given.
  ///
  /// What `body` throws is thrown on, and nothing stays behind. A killed process leaves its hidden folder, which the next `write` beside
  /// it removes.
  ///
  /// - Throws: `InputError` where something is at `path` already, or nothing can be made there.
  package static func write(to path: String, _ body: (URL) throws -> Void) throws {
    try requireUnused(path)
    let target = URL(fileURLWithPath: path, isDirectory: true).standardizedFileURL.resolvingSymlinksInPath()
    let parent = target.deletingLastPathComponent()
    let staging = parent.appendingPathComponent("\(prefix)\(UUID().uuidString)\(suffix)", isDirectory: true)
    let remedy: ShownText = "give another folder with --out"
    do {
      try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
      removeAbandoned(in: parent)
      try FileManager.default.createDirectory(at: staging, withIntermediateDirectories: false)
    } catch {
      throw InputError(path, "cannot be made (\(systemWords(error)))", remedy: remedy)
    }
    // Held until the folder is in its place, so that no other process takes it for abandoned.
    let lock = lock(staging)
    defer { if let lock { close(lock) } }
    do {
      try body(staging)
      guard rename(staging.path, target.path) == 0 else {
        throw InputError(path, "cannot be put in place (\(systemWords(errno)))", remedy: remedy)
      }
    } catch {
      try? FileManager.default.removeItem(at: staging)
      // The hidden name says nothing to the user: the fault is at the path that was given.
      guard let fault = error as? InputError, fault.file.hasPrefix(staging.path) else { throw error }
      throw InputError(
        path + fault.file.dropFirst(staging.path.count), field: fault.field, "\(words: fault.problem)",
        remedy: "\(words: fault.remedy)")
    }
  }

  /// Writes one file into a folder. Throws `InputError` where that fails.
  package static func write(_ data: Data, as name: String, in folder: URL) throws {
    try OutputFile.write(data, to: folder.appendingPathComponent(name).path)
  }

  /// Makes a folder in a folder, where it is not there yet. Throws `InputError` where that fails.
  static func makeFolder(_ name: String, in folder: URL) throws {
    let inner = folder.appendingPathComponent(name)
    do {
      try FileManager.default.createDirectory(at: inner, withIntermediateDirectories: true)
    } catch {
      throw InputError(
        inner.path, "cannot be made (\(systemWords(error)))", remedy: "give another folder with --out")
    }
  }

  private static func removeAbandoned(in parent: URL) {
    for name in (try? FileManager.default.contentsOfDirectory(atPath: parent.path)) ?? []
    where name.hasPrefix(prefix) && name.hasSuffix(suffix) {
      let folder = parent.appendingPathComponent(name, isDirectory: true)
      guard let lock = lock(folder) else { continue }
      try? FileManager.default.removeItem(at: folder)
      close(lock)
    }
  }

  /// A descriptor that holds the folder's lock; nil where another process has it. The system lets go of it when a process ends.
  private static func lock(_ folder: URL) -> Int32? {
    let descriptor = open(folder.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW)
    guard descriptor >= 0 else { return nil }
    guard flock(descriptor, LOCK_EX | LOCK_NB) == 0 else {
      close(descriptor)
      return nil
    }
    return descriptor
  }
}
