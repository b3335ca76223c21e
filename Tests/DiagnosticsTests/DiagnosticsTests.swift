import Diagnostics
import Foundation
import Testing

@Suite("Errors for the user")
struct DiagnosticsTests {
  @Test("an input error names file, field, problem and remedy on one line")
  func oneLine() {
    let hostile = "\ncut\u{1B}[31m \u{202E}short"
    let error = InputError(
      "model.gguf\(hostile)", field: "blk.0\(hostile)", "is\(hostile)", remedy: "fetch '\(hostile)'")
    let shown = #"\u{A}cut\u{1B}[31m \u{202E}short"#
    #expect("\(error)" == "model.gguf\(shown): blk.0\(shown): is\(shown); fetch '\(shown)'")
  }

  @Test(
    "a value in an error is cut at 200 bytes, its length told, and what stands behind it stays; a path keeps both ends")
  func longValues() {
    let long = String(repeating: "é", count: 450_000)
    let cut = String(repeating: "é", count: 100) + "… (900000 bytes)"
    let error = InputError("a.yaml", field: long, "'\(long)' is unknown", remedy: "leave '\(long)' out")
    #expect("\(error)" == "a.yaml: \(cut): '\(cut)' is unknown; leave '\(cut)' out")
    #expect(NotGateable("family \(long) is gone").description == "family \(cut) is gone")

    let path = "/begin/\(long)/end.yaml"
    let line = InputError(path, "is missing", remedy: "check it").description
    #expect(
      line.hasPrefix("/begin/é") && line.contains("… (900016 bytes)é")
        && line.hasSuffix("é/end.yaml: is missing; check it"))
    #expect(line.utf8.count < 500)
    let usual = "/" + String(repeating: "a", count: 390)
    #expect(InputError(usual, "is missing", remedy: "check it").description == "\(usual): is missing; check it")
    // Escapes take room too.
    let escapes = String(repeating: "\u{1B}", count: 400)
    #expect(InputError(escapes, field: escapes, "is \(escapes)", remedy: "x \(escapes)").description.utf8.count < 1200)
  }

  @Test("an error within an error is not cut again, and words of ours are whole")
  func nested() {
    let words = String(repeating: "known ", count: 100)
    let inner = InputError("a", "has '\(String(repeating: "x", count: 300))'", remedy: "\(words: words)")
    #expect(NotGateable("it is refused: \(inner)").reason == "it is refused: \(inner)")
    #expect("\(inner)".hasSuffix("… (300 bytes)'; \(words)"))
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
    do { try data.write(to: URL(fileURLWithPath: "/nowhere-at-all/x"), options: .atomic) } catch {
      let line = try #require(InputError(ofSystem: error)).description
      #expect(line.hasPrefix("/nowhere-at-all/x: refuses (No such file or directory); "))
    }
    #expect(InputError(ofSystem: CocoaError(.coderInvalidValue)) == nil)
  }

  @Test(
    "the nearest known key is found by edit distance",
    arguments: [("shot", "shots"), ("templete", "template"), ("max_dorp", "max_drop")])
  func nearest(unknown: String, expected: String) {
    #expect(nearestKey(to: unknown, among: ["shots", "template", "max_drop", "pool"]) == expected)
  }

  @Test("a key of any length has no nearest one, and finding that out takes no time")
  func longKey() {
    #expect(nearestKey(to: String(repeating: "shots", count: 180_000), among: ["shots"]) == nil)
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
