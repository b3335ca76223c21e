import Foundation

/// The repository's root, from this file's place in it.
let repository = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The path of a committed file or folder under Tests/Goldens.
func golden(_ path: String) -> String { repository.appendingPathComponent("Tests/Goldens/\(path)").path }

/// A folder that goes away with the value.
final class TemporaryFolder: Sendable {
  let url: URL
  var path: String { url.path }

  init() throws {
    url = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  func write(_ name: String, _ text: String) throws { try write(name, Data(text.utf8)) }

  func write(_ name: String, _ data: Data) throws {
    try FileManager.default.createDirectory(
      at: file(name).deletingLastPathComponent(), withIntermediateDirectories: true)
    try data.write(to: file(name))
  }

  func read(_ name: String) throws -> String { String(decoding: try Data(contentsOf: file(name)), as: UTF8.self) }

  func makeFolder(_ name: String) throws {
    try FileManager.default.createDirectory(at: file(name), withIntermediateDirectories: true)
  }

  /// Puts a copy of a file or folder here.
  func copy(_ source: String, as name: String) throws {
    try FileManager.default.copyItem(atPath: source, toPath: file(name).path)
  }

  /// Replaces the first occurrence of a text in a file.
  func replace(_ old: String, with new: String, in name: String) throws {
    let text = try read(name)
    guard let range = text.range(of: old) else { throw CocoaError(.fileReadCorruptFile) }
    try write(name, text.replacingCharacters(in: range, with: new))
  }

  /// Every file's bytes by its path inside; nil for a folder.
  func contents() throws -> [String: Data?] {
    var contents: [String: Data?] = [:]
    for name in try FileManager.default.subpathsOfDirectory(atPath: path) {
      contents[name] = .some(FileManager.default.contents(atPath: file(name).path))
    }
    return contents
  }
}

/// A seeded generator (SplitMix64), for moments that are random and yet the same in every run.
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var z = state
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
