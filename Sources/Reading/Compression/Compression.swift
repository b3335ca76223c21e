/// How a file is compressed, which its first bytes say.
package enum Compression: String, Sendable, Hashable, CaseIterable {
  case gzip
  case zstandard = "Zstandard"

  /// Nil for bytes that are neither's.
  package init?(head: some Collection<UInt8>) {
    let magic = Array(head.prefix(4))
    if magic.starts(with: [0x1F, 0x8B]) {
      self = .gzip
    } else if magic == [0x28, 0xB5, 0x2F, 0xFD]
      || (magic.count == 4 && magic[0] >> 4 == 5 && magic[1...] == [0x2A, 0x4D, 0x18])
    {
      // The second is a frame that is to be skipped, with which a file may begin.
      self = .zstandard
    } else {
      return nil
    }
  }

  /// A file's name without the extension that says how it is compressed: "data.jsonl.gz" is a JSONL file.
  package static func plainName(_ path: String) -> String {
    for ending in [".gz", ".gzip", ".zst", ".zstd"] where path.lowercased().hasSuffix(ending) {
      return String(path.dropLast(ending.count))
    }
    return path
  }
}
