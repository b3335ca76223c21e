import Diagnostics
import Foundation
import Testing

@Suite("Errors for the user")
struct DiagnosticsTests {
  @Test("an input error names file, field, problem and remedy on one line")
  func oneLine() {
    let error = InputError("model.gguf", field: "blk.0", "is\ncut\u{1B}[31m short", remedy: "fetch it again")
    #expect("\(error)" == "model.gguf: blk.0: is\u{FFFD}cut\u{FFFD}[31m short; fetch it again")
  }

  @Test("the system's words for what Foundation could not do, never its domains")
  func systemErrors() throws {
    func words(_ body: () throws -> Void) -> String {
      do { try body() } catch { return systemWords(error) }
      return "it worked"
    }
    let data = Data("x".utf8)
    func write(_ path: String, _ options: Data.WritingOptions = .atomic) -> String {
      words { try data.write(to: URL(fileURLWithPath: path), options: options) }
    }
    #expect(write("/") == "Is a directory")
    #expect(write("/tmp/\(String(repeating: "a", count: 300))") == "File name too long")
    #expect(write("/nowhere-at-all/x") == "No such file or directory")
    #expect(write("/dev/full", []) == "No space left on device")
    let made = words {
      try FileManager.default.createDirectory(atPath: "/dev/null/x", withIntermediateDirectories: true)
    }
    #expect(made == "Not a directory")
    let opened = words { _ = try FileHandle(forReadingFrom: URL(fileURLWithPath: "/nowhere")) }
    #expect(opened == "No such file or directory")
    let unexplained = words { throw CocoaError(.coderInvalidValue) }
    #expect(unexplained == "the system does not say why")
  }

  @Test(
    "the nearest known key is found by edit distance",
    arguments: [("shot", "shots"), ("templete", "template"), ("max_dorp", "max_drop")])
  func nearest(unknown: String, expected: String) {
    #expect(nearestKey(to: unknown, among: ["shots", "template", "max_drop", "pool"]) == expected)
  }

  @Test("a key that is near to none gets no suggestion but the list")
  func noneNear() throws {
    #expect(nearestKey(to: "zebra", among: ["shots", "template"]) == nil)
    let error = #expect(throws: InputError.self) {
      try refuseUnknownKeys(["zebra"], known: ["shots", "template"], file: "task.yaml")
    }
    #expect(error?.remedy == "known keys: shots, template")
    #expect(error?.field == "zebra")
  }
}
