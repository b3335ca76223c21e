import Foundation
import Testing
import Training

@Suite("Data files")
struct DataFileTests {
  private func golden(_ name: String) -> String {
    repositoryFolder.appendingPathComponent("Tests/Goldens/compression/\(name)").path
  }

  @Test("a compressed file has the samples of what is in it", arguments: ["lines.jsonl.gz", "frames.jsonl.zst"])
  func compressed(name: String) throws {
    let plain = try DataFile.read(golden("lines.jsonl"))
    #expect(plain.lines.count == 4)
    #expect(try DataFile.read(golden(name)).lines == plain.lines)
  }
}
