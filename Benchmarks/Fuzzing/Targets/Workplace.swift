import Foundation

/// The folder that inputs are written to, in memory where the machine has a place there, and the valid inputs of the repository.
struct Workplace: Sendable {
  let folder: String
  let repository: String

  /// - Parameter repository: the folder that has `Tests/Goldens`.
  init(repository: String) throws {
    self.repository = repository
    folder = Self.folder(of: getpid())
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
  }

  static func folder(of process: Int32) -> String {
    "\(access("/dev/shm", W_OK) == 0 ? "/dev/shm" : NSTemporaryDirectory())/holdfast-parsers-\(process)"
  }

  func remove() { try? FileManager.default.removeItem(atPath: folder) }

  func golden(_ name: String) throws -> [UInt8] { try bytes("Tests/Goldens/\(name)") }

  func bytes(_ name: String) throws -> [UInt8] {
    Array(try Data(contentsOf: URL(fileURLWithPath: "\(repository)/\(name)")))
  }

  /// The first `count` lines of a file.
  func lines(_ name: String, _ count: Int) throws -> [UInt8] {
    Array(try bytes(name).split(separator: 0x0A).prefix(count).joined(separator: [0x0A])) + [0x0A]
  }

  func path(_ name: String) -> String { "\(folder)/\(name)" }

  /// Makes a folder of copies, `from` beside another name where it has one.
  func copy(_ source: String, to name: String, leavingOut left: Set<String> = []) throws {
    let manager = FileManager.default
    let target = path(name)
    try manager.createDirectory(atPath: target, withIntermediateDirectories: true)
    for file in try manager.contentsOfDirectory(atPath: "\(repository)/\(source)")
    where !left.contains(file) && !file.hasPrefix("expected") && !file.hasSuffix(".md") {
      try manager.copyItem(atPath: "\(repository)/\(source)/\(file)", toPath: "\(target)/\(file)")
    }
  }

  /// Replaces a file's content. Plain calls: this happens ten million times.
  @discardableResult
  func write(_ bytes: [UInt8], _ name: String) throws -> String {
    let path = path(name)
    let descriptor = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw CocoaError(.fileWriteUnknown) }
    defer { close(descriptor) }
    var written = 0
    while written < bytes.count {
      let count = bytes.withUnsafeBytes { Foundation.write(descriptor, $0.baseAddress! + written, $0.count - written) }
      guard count > 0 else { throw CocoaError(.fileWriteUnknown) }
      written += count
    }
    return path
  }
}
