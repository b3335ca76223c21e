import Foundation

/// A file that somebody writes to while the program reads it.
struct MeddledFile {
  enum Meddling: String, CaseIterable, Sendable {
    /// Other weights of the same length, written in place.
    case rewritten
    /// Cut to a third of its length in place.
    case truncated
  }

  let path: String
  private let whole: Data

  init(_ folder: TemporaryFolder, _ name: String) throws {
    path = folder.file(name).path
    whole = try Data(contentsOf: folder.file(name))
  }

  /// In place: the file stays the same one, as a trainer or `cp` leaves it.
  func meddle(_ meddling: Meddling) throws {
    switch meddling {
    case .truncated: guard truncate(path, whole.count / 3) == 0 else { throw CocoaError(.fileWriteUnknown) }
    case .rewritten: try overwrite(with: Self.otherWeights(whole))
    }
  }

  /// As it was; the program must then find what it would have found undisturbed.
  func restore() throws { try overwrite(with: whole) }

  /// The same file with the signs of every other float of its second half turned: as finite as before, and another model.
  static func otherWeights(_ whole: Data) -> Data {
    var other = whole
    let start = (whole.count / 2) & ~7
    for place in stride(from: start + 3, to: whole.count, by: 8) { other[place] ^= 0x80 }
    return other
  }

  private func overwrite(with data: Data) throws {
    let handle = try FileHandle(forWritingTo: URL(fileURLWithPath: path))
    try handle.write(contentsOf: data)
    try handle.truncate(atOffset: UInt64(data.count))
    try handle.close()
  }
}
