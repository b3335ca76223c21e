import Diagnostics
import Foundation
import Reading

/// The form of a data file.
package enum DataFormat: String, Sendable, Hashable, Codable {
  /// One JSON value a line.
  case jsonl
  /// One JSON array, an object that holds arrays, or values one after the other.
  case json
  /// RFC 4180; also with tabs or semicolons.
  case csv
  case text
}

extension DataFormat {
  /// The form that a file's name and first bytes, decompressed, tell.
  ///
  /// - Throws: `InputError` for what is compressed otherwise or twice, in a binary format, or not text.
  static func detect(_ path: String, head: [UInt8]) throws -> DataFormat {
    try refuseBinary(path, head)
    let first = head.first { !isSpace($0) }
    switch URL(fileURLWithPath: Compression.plainName(path)).pathExtension.lowercased() {
    case "jsonl", "ndjson": return .jsonl
    case "json": return .json
    case "csv", "tsv", "tab": return .csv
    case "txt", "md", "text", "markdown", "rst": return .text
    default:
      // "[1] see below" is text; an array's first element is an object, an array or a string.
      if first == UInt8(ascii: "{") { return .json }
      let second = head.drop { isSpace($0) }.dropFirst().first { !isSpace($0) }
      return first == UInt8(ascii: "[") && second == UInt8(ascii: "{") ? .json : .text
    }
  }

  private static let export: ShownText = "export it as JSONL or CSV"
  private static let arrow: ShownText =
    "write it as JSONL, in Python: datasets.Dataset.from_file('x.arrow').to_json('x.jsonl')"

  private static func refuseBinary(_ path: String, _ head: [UInt8]) throws {
    let compressed: [(name: String, magic: [UInt8], command: String)] = [
      ("gzip", [0x1F, 0x8B], "gunzip"), ("Zstandard", [0x28, 0xB5, 0x2F, 0xFD], "unzstd"),
      ("xz", [0xFD, 0x37, 0x7A, 0x58, 0x5A], "unxz"), ("bzip2", [0x42, 0x5A, 0x68], "bunzip2"),
      ("ZIP", [0x50, 0x4B, 0x03, 0x04], "unzip"),
    ]
    for form in compressed where head.starts(with: form.magic) {
      throw InputError(
        path, "is compressed (\(form.name))", remedy: "decompress it first, such as with \(form.command)")
    }
    let binary: [(name: String, magic: [UInt8], remedy: ShownText)] = [
      (
        "a Parquet", Array("PAR1".utf8),
        "write it as JSONL, in Python: pandas.read_parquet('x.parquet').to_json('x.jsonl', orient='records', lines=True)"
      ),
      ("an Arrow", Array("ARROW1".utf8), arrow), ("an Arrow", [0xFF, 0xFF, 0xFF, 0xFF], arrow),
      ("a SQLite", Array("SQLite format 3".utf8), export), ("a NumPy", [0x93] + Array("NUMPY".utf8), export),
      ("a pickle", [0x80, 2], export), ("a pickle", [0x80, 3], export), ("a pickle", [0x80, 4], export),
      ("a pickle", [0x80, 5], export),
    ]
    for form in binary where head.starts(with: form.magic) {
      throw InputError(path, "is \(form.name) file", remedy: form.remedy)
    }
    if head.starts(with: [0xFF, 0xFE]) || head.starts(with: [0xFE, 0xFF]) {
      throw InputError(path, "is UTF-16 text", remedy: "save it as UTF-8")
    }
    if head.contains(0) {
      throw InputError(path, "is binary, not text", remedy: "give JSONL, JSON, CSV or plain text")
    }
  }

  static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }
}
