import Foundation
import Reading
import Testing

@Suite("Suites and baselines that are shipped with the program")
struct ShippedFilesTests {
  @Test("are meant by their names where nothing else is there, and by no other path")
  func names() throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    for name in ["opt/bin", "opt/suites/core", "opt/baselines", "here/own"] {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent(name), withIntermediateDirectories: true)
    }
    for name in ["opt/bin/holdfast", "opt/baselines/small.core.json", "opt/secret"] {
      try Data().write(to: folder.appendingPathComponent(name))
    }
    let root = folder.resolvingSymlinksInPath().path
    let shipped = ShippedFiles(program: "\(root)/opt/bin/holdfast")
    for text in ["core", "suites/core"] {
      #expect(shipped.suite(text, at: "\(root)/here/\(text)") == "\(root)/opt/suites/core")
    }
    // What is there comes first.
    #expect(shipped.suite("own", at: "\(root)/here/own") == "\(root)/here/own")
    for text in ["small.core", "small.core.json", "baselines/small.core.json"] {
      #expect(shipped.baseline(text, at: "\(root)/here/\(text)") == "\(root)/opt/baselines/small.core.json")
    }
    for text in [
      "../secret", "suites/../../secret", "a/b/core", "other/core", "", ".", "..", "suites/", "/core", "gone",
    ] {
      #expect(shipped.suite(text, at: "\(root)/here/gone") == "\(root)/here/gone", "\(text)")
    }
    // A program that was built and not installed has nothing beside it.
    let built = ShippedFiles(program: "\(root)/opt/holdfast")
    #expect(built.suite("core", at: "\(root)/here/core") == "\(root)/here/core")
  }
}
