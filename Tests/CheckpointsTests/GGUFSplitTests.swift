import Foundation
import Testing

import Checkpoints
import Reading

@Suite("A GGUF model in several files is one model")
struct GGUFSplitTests {
  private static let golden3 = (1...3).map { "checkpoints/split/llama-tied-q8_0-0000\($0)-of-00003.gguf" }

  @Test(
    "each part that gguf wrote opens the whole: the unsplit file's configuration, vocabulary and bytes",
    arguments: golden3)
  func golden(part: String) throws {
    let parts = try Checkpoint.open(CheckpointsTests.golden(part).path)
    let whole = try Checkpoint.open(CheckpointsTests.golden("checkpoints/llama-tied-q8_0.gguf").path)
    #expect(parts.format == .gguf)
    #expect(parts.weightFiles.map(\.url.lastPathComponent) == Self.golden3.map { ($0 as NSString).lastPathComponent })
    #expect(parts.configuration == whole.configuration)
    #expect(parts.tensors.names == whole.tensors.names)
    for name in whole.tensors.names {
      let (one, other) = (try #require(parts.tensors.tensor(name)), try #require(whole.tensors.tensor(name)))
      #expect(one.type == other.type && one.shape == other.shape && one.rowOrder == other.rowOrder)
      #expect(one.storedBytes.elementsEqual(other.storedBytes), "\(name)")
    }
    let (first, second) = (try identity(parts), try identity(whole))
    #expect(first.tokenizer == second.tokenizer && first.configuration == second.configuration)
    #expect(first.weights != second.weights)
    #expect(
      try GGUFFile.metadata(CheckpointsTests.golden(part)).strings("tokenizer.ggml.tokens")
        == GGUFFile.metadata(CheckpointsTests.golden("checkpoints/llama-tied-q8_0.gguf")).strings(
          "tokenizer.ggml.tokens"))
  }

  @Test("its identity covers every part, and no name")
  func identityOfParts() throws {
    let original = try identity(try folder(parts(3)), opening: "m-00002-of-00003.gguf")
    #expect(try identity(try folder(parts(3)), opening: "m-00001-of-00003.gguf") == original)
    #expect(try identity(try folder(parts(3), stem: "other"), opening: "other-00003-of-00003.gguf") == original)
    for changed in 0..<3 {
      var edited = parts(3)
      edited[changed].infos[1].data[0] ^= 1
      let other = try identity(try folder(edited), opening: "m-00001-of-00003.gguf")
      #expect(other.weights != original.weights && other.tokenizer == original.tokenizer, "part \(changed + 1)")
    }
  }

  @Test("a part that is written to while the model is open is noticed")
  func changes() throws {
    let folder = try folder(parts(2))
    let checkpoint = try Checkpoint.open("\(folder.path)/m-00001-of-00002.gguf")
    try checkpoint.files.demandUnchanged()
    try folder.write("m-00002-of-00002.gguf", parts(2)[1].bytes + [0])
    expectInputError("m-00002-of-00002.gguf", "was changed while it was in use") {
      try checkpoint.files.demandUnchanged()
    }
  }

  @Test("a part alone is named, the first as any other; its vocabulary needs the first alone")
  func missing() throws {
    let folder = try folder(parts(3))
    for (absent, given) in [(2, 1), (2, 3), (1, 3), (3, 2)] {
      let url = folder.url.appendingPathComponent(name(absent))
      let bytes = Array(try Data(contentsOf: url))
      try FileManager.default.removeItem(at: url)
      expectInputError(
        name(absent), "is missing: \(name(given)) is part \(given) of 3", "download all parts into one folder",
        "llama-gguf-split --merge"
      ) { _ = try Checkpoint.open("\(folder.path)/\(name(given))") }
      let metadata = Result { try GGUFFile.metadata(folder.url.appendingPathComponent(name(given))) }
      #expect((try? metadata.get().contains("tokenizer.ggml.tokens")) == (absent == 1 ? nil : true))
      try folder.write(name(absent), bytes)
    }
    _ = try Checkpoint.open("\(folder.path)/\(name(2))")
  }

  @Test("a part under another name, or another number, is not taken for what it is not")
  func names() throws {
    let folder = try folder(parts(3))
    try folder.write("model.gguf", parts(3)[1].bytes)
    expectInputError("model.gguf: is part 2 of a model in 3 files", "NAME-00002-of-00003.gguf") {
      _ = try Checkpoint.open("\(folder.path)/model.gguf")
    }
    try folder.write(name(3), parts(3)[1].bytes)
    expectInputError("\(name(3)): split.no: is 1, its name says 2") {
      _ = try Checkpoint.open("\(folder.path)/\(name(1))")
    }
    expectInputError("\(name(3)): split.no: is 1, its name says 2") {
      _ = try Checkpoint.open("\(folder.path)/\(name(3))")
    }
    // Two splits of one model side by side: each is its own.
    for (number, part) in parts(2).enumerated() { try folder.write("m-0000\(number + 1)-of-00002.gguf", part.bytes) }
    #expect(try Checkpoint.open("\(folder.path)/m-00002-of-00002.gguf").weightFiles.count == 2)
    try folder.write(name(3), parts(2)[1].bytes)
    expectInputError("\(name(3)): split.count: is 2, its name says 3") {
      _ = try Checkpoint.open("\(folder.path)/\(name(1))")
    }
    try folder.write(name(3), GGUFBuilder.tinyLlama.bytes)
    expectInputError("\(name(3)): split.count: does not say that the file is a part") {
      _ = try Checkpoint.open("\(folder.path)/\(name(1))")
    }
  }

  @Test("parts of different models are refused")
  func mixed() throws {
    func refuse(
      _ words: String, sourceLocation: SourceLocation = #_sourceLocation, _ edit: (inout [GGUFBuilder]) -> Void
    )
      throws
    {
      var edited = parts(3)
      edit(&edited)
      let folder = try folder(edited)
      expectInputError(words, sourceLocation: sourceLocation) { _ = try Checkpoint.open("\(folder.path)/\(name(1))") }
    }
    try refuse("\(name(3)): split.tensors.count: is 12, \(name(1)) says 11: they are parts of different models") {
      $0[2].set("split.tensors.count", UInt32(12))
    }
    try refuse("\(name(1)): split.tensors.count: is 11, the 3 parts hold 10 tensors") { $0[2].infos.removeLast() }
    try refuse("\(name(2)): token_embd.weight: is in \(name(1)) too") { $0[1].infos[0].name = "token_embd.weight" }
    try refuse("\(name(2)): llama.block_count: is not as in \(name(1))") { $0[1].set("llama.block_count", UInt32(2)) }
    try refuse("\(name(3)): general.name: is not as in \(name(1))") { $0[2].set("general.name", "another") }
    try refuse("split.no: is missing from a part of 3") { $0[1].pairs.removeAll { $0.key == "split.no" } }
    try refuse("split.tensors.count: is missing from a part of 3") {
      $0[0].pairs.removeAll { $0.key == "split.tensors.count" }
    }
    try refuse("split.no: is string, expected an integer") { $0[1].set("split.no", "1") }
    try refuse("split.no: is 4294967295, its name says 1") { $0[1].set("split.no", UInt32.max) }
    // As models of other depth have it: a tensor too many for the configuration, all counts agreeing.
    try refuse("\(name(3)): blk.7.attn_sinks.weight: is a tensor that a llama model does not have") {
      $0[2].infos[0].name = "blk.7.attn_sinks.weight"
    }
  }

  @Test("keys that the first part has too, and other alignments, are no contradiction")
  func repeatedKeys() throws {
    var edited = parts(2)
    edited[1].set("general.architecture", "llama")
    edited[1].set("general.alignment", UInt32(64))
    edited[1].alignment = 64
    for (index, info) in edited[1].infos.enumerated() where index > 0 {
      let before = edited[1].infos[index - 1]
      edited[1].infos[index].offset = (before.offset + UInt64(before.data.count) + 63) / 64 * 64
      #expect(info.data.count == edited[1].infos[index].data.count)
    }
    let folder = try folder(edited)
    #expect(try Checkpoint.open("\(folder.path)/m-00001-of-00002.gguf").tensors.names.count == 11)
  }

  @Test("a count of one, as a merge leaves it, is a whole model of any name")
  func counted() throws {
    for count in [0, 1] {
      var builder = GGUFBuilder.tinyLlama
      builder.set("split.count", UInt32(count))
      let folder = try TemporaryFolder()
      #expect(try Checkpoint.open(try folder.write("m.gguf", builder.bytes).path).weightFiles.count == 1)
    }
  }

  @Test("a folder of parts says which to give, and a part's name gives the model's")
  func folders() throws {
    let folder = try folder(parts(2))
    expectInputError("a model in several files (m-00001-of-00002.gguf)", "give the first of them") {
      _ = try CheckpointKind.of(folder.path)
    }
    #expect(modelName("models/Qwen3-4B-00002-of-00003.gguf") == "qwen3-4b")
    #expect(GGUFPartName("a-b-00010-of-12345.gguf")?.name(of: 3) == "a-b-00003-of-12345.gguf")
    for other in [
      "m-1-of-3.gguf", "m-00004-of-00003.gguf", "m-00000-of-00003.gguf", "m-00001-of-00003", "m.gguf",
      "m-+0001-of-00003.gguf", "m-00001-of-70000.gguf", "00001-of-00003.gguf",
    ] { #expect(GGUFPartName(other) == nil, "\(other)") }
  }

  private func name(_ number: Int) -> String { "m-0000\(number)-of-00003.gguf" }

  /// The tiny llama in `count` parts, as gguf-split cuts it.
  private func parts(_ count: Int) -> [GGUFBuilder] {
    let whole = GGUFBuilder.tinyLlama
    let most = (whole.infos.count + count - 1) / count
    return (0..<count).map { number in
      var part = number == 0 ? whole : GGUFBuilder()
      part.infos = []
      for info in whole.infos.dropFirst(number * most).prefix(most) {
        let shape = info.shape.reversed().map(Int.init)
        part.add(info.name, shape, info.data.withUnsafeBytes { $0.toFloats() })
      }
      part.replace("split.no", 2, littleEndian(UInt16(number)))
      part.replace("split.count", 2, littleEndian(UInt16(count)))
      part.replace("split.tensors.count", 5, littleEndian(Int32(whole.infos.count)))
      return part
    }
  }

  private func folder(_ parts: [GGUFBuilder], stem: String = "m") throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    for (number, part) in parts.enumerated() {
      try folder.write("\(stem)-0000\(number + 1)-of-0000\(parts.count).gguf", part.bytes)
    }
    return folder
  }

  private func identity(_ folder: TemporaryFolder, opening name: String) throws -> ModelIdentity {
    try identity(try Checkpoint.open("\(folder.path)/\(name)"))
  }

  private func identity(_ checkpoint: Checkpoint) throws -> ModelIdentity {
    try ModelIdentity.of(checkpoint, adapter: nil, hashes: NoHashCache())
  }
}
