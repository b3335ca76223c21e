import Diagnostics
import Foundation
import Reading
import Testing

@Suite("Files in pieces")
struct FileSourceTests {
  private func golden(_ name: String) -> String {
    let tests = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    return tests.appendingPathComponent("Goldens/compression/\(name)").path
  }

  @Test("what is compressed is read as what is in it, and says how it is compressed")
  func contents() throws {
    let plain = try FileSource.contents(golden("lines.jsonl"), limit: 1 << 20)
    #expect(try FileSource(InputFile(golden("lines.jsonl"))).compression == nil)
    for (name, compression) in [
      ("lines.jsonl.gz", Compression.gzip), ("members.jsonl.gz", .gzip), ("frames.jsonl.zst", .zstandard),
    ] {
      let source = try FileSource(InputFile(golden(name)))
      #expect(source.compression == compression)
      #expect(source.buffer == plain && source.isAtEnd)
      #expect(source.take(7) == Array(plain[..<7]))
      #expect(source.buffer == Array(plain[7...]))
    }
  }

  @Test("a file is decompressed no further than to its limit")
  func limit() throws {
    let error = #expect(throws: InputError.self) {
      try FileSource.contents(golden("bomb.jsonl.zst"), limit: 8 << 20)
    }
    #expect(error?.problem == "larger than 8 MiB")
    #expect(throws: InputError.self) { try FileSource.contents(golden("lines.jsonl"), limit: 10) }
  }

  @Test("the form is the name's without its compression")
  func names() {
    for name in ["a.jsonl.gz", "a.jsonl.ZST", "a.jsonl.zstd", "a.jsonl"] {
      #expect(Compression.plainName("data/\(name)") == "data/a.jsonl")
    }
    #expect(Compression(head: [0x1F]) == nil)
    #expect(Compression(head: [0x5A, 0x2A, 0x4D, 0x18, 0]) == .zstandard)
  }
}
