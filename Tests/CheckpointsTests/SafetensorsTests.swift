import Foundation
import Testing

import Checkpoints

@Suite("Safetensors files are checked before a byte of them is used")
struct SafetensorsTests {
  private func refuse(
    _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout SafetensorsBuilder) -> Void
  ) throws {
    var builder = SafetensorsBuilder()
    builder.add("a", [2, 3])
    builder.add("b", [4], dtype: "F16")
    edit(&builder)
    let folder = try TemporaryFolder()
    let file = try folder.write("w.safetensors", builder.bytes)
    expectInputError(words, "w.safetensors", sourceLocation: sourceLocation) { _ = try SafetensorsFile(file) }
  }

  @Test("a small file is read")
  func reads() throws {
    var builder = SafetensorsBuilder()
    builder.add("a", [2, 3], [1, 2, 3, 4, 5, 6])
    builder.add("empty", [0, 3], [])
    builder.add("scalar", [], [9])
    builder.add("b", [3], [-0.5, 2, 65_504], dtype: "F16")
    let folder = try TemporaryFolder()
    let file = try SafetensorsFile(try folder.write("w.safetensors", builder.bytes))
    #expect(file.tensors["a"]?.decodeAll() == [1, 2, 3, 4, 5, 6])
    #expect(file.tensors["a"]?.rows == 2)
    #expect(file.tensors["empty"]?.decodeAll() == [])
    #expect(file.tensors["scalar"]?.decodeAll() == [9])
    #expect(file.tensors["b"]?.decodeAll() == [-0.5, 2, 65_504])
    #expect(file.tensors["b"]?.rows == 1)
  }

  @Test("header length")
  func headerLength() throws {
    try refuse("header length") { $0.headerLength = 1 << 60 }
    try refuse("header length") { $0.headerLength = .max }
    try refuse("header length") { $0.headerLength = 100_000_001 }
    try refuse("does not start with '{'") { $0.headerLength = 0 }
    let folder = try TemporaryFolder()
    let empty = try folder.write("w.safetensors", [UInt8]())
    expectInputError("truncated") { _ = try SafetensorsFile(empty) }
  }

  @Test("header text")
  func headerText() throws {
    try refuse("not valid JSON") { $0.header = "{\"a\":" }
    try refuse("does not start with '{'") { $0.header = "[]" }
    try refuse("expected an object") { $0.header = "{\"a\": 3}" }
    try refuse("a.dtype: is missing") { $0.header = "{\"a\": {}}" }
    try refuse("key 'a' occurs twice") { $0.entries[1].name = "a" }
    // One name to Swift, two to JSON.
    try refuse("occurs twice") {
      $0.entries[0].name = "\u{E9}"
      $0.entries[1].name = "e\u{301}"
    }
    try refuse("nested more than") { $0.header = "{\"a\":" + String(repeating: "[", count: 100_000) }
  }

  @Test("types, shapes and offsets")
  func entries() throws {
    try refuse("has type 'I64', which is not supported; supported: BF16, F16, F32") { $0.entries[0].dtype = "I64" }
    try refuse("a: has 24 bytes, its type and shape need 28") { $0.entries[0].shape = [7] }
    try refuse("impossible shape") { $0.entries[0].shape = [1 << 40, 1 << 40] }
    try refuse("impossible shape") { $0.entries[0].shape = [-2, -3] }
    try refuse("do not fit the file") { $0.entries[1].offsets = [24, 1 << 60] }
    try refuse("do not fit the file") { $0.entries[1].offsets = [32, 24] }
    try refuse("do not fit the file") { $0.entries[1].offsets = [-8, 0] }
    try refuse("do not fit the file") { $0.entries[1].offsets = [24] }
    try refuse("b: overlaps another tensor") { $0.entries[1].offsets = [16, 24] }
    try refuse("b: has unused bytes before it") {
      $0.entries[1].offsets = [28, 36]
      $0.tail = [0, 0, 0, 0]
    }
    try refuse("has 36 bytes of data, its tensors describe 32") { $0.tail = [0, 0, 0, 0] }
  }
}
