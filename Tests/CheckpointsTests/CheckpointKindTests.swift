import Checkpoints
import Foundation
import Testing

@Suite("What a candidate path holds")
struct CheckpointKindTests {
  @Test("a file, a model, an adapter")
  func single() throws {
    #expect(try CheckpointKind.of(golden("checkpoints/llama-tied.gguf").path) == .gguf)
    #expect(try CheckpointKind.of(golden("checkpoints/llama-tied").path) == .huggingFace)
    #expect(try CheckpointKind.of(golden("adapters/plain").path) == .adapter)
    #expect(try CheckpointKind.of(golden("adapter-kinds/gguf/llama-bias.gguf").path) == .adapter)
  }

  @Test("checkpoint folders are a series in numeric order")
  func series() throws {
    let folder = try TemporaryFolder()
    for name in ["checkpoint-1000", "checkpoint-20", "checkpoint-3", "logs", "checkpoint-best"] {
      try folder.folder(name)
    }
    try folder.write("checkpoint-4", "a file, not a folder")
    let expected = ["checkpoint-3", "checkpoint-20", "checkpoint-1000"].map { "\(folder.path)/\($0)" }
    #expect(try CheckpointKind.of(folder.path) == .series(expected))
    let series = CheckpointSeries.inside(folder.path)
    #expect(series.paths == expected)
    #expect(series.passedOver == ["checkpoint-4", "checkpoint-best"])
    expectInputError("several checkpoints") { _ = try Checkpoint.open(folder.path) }
    try folder.write("adapter_config.json", "{}")
    #expect(try CheckpointKind.of(folder.path) == .adapter)
  }

  @Test("a step is digits alone, and what only looks like one is named")
  func steps() throws {
    #expect(CheckpointSeries.step(of: "checkpoint-120") == 120)
    for name in ["checkpoint-1e3", "checkpoint--3", "checkpoint-+5", "checkpoint-", "checkpoint-last", "checkpoint120"]
    {
      #expect(CheckpointSeries.step(of: name) == nil, "\(name)")
    }
    let folder = try TemporaryFolder()
    for name in ["checkpoint-7", "checkpoint-1e3", "tmp-checkpoint-8", "runs"] { try folder.folder(name) }
    #expect(CheckpointSeries.inside(folder.path).passedOver == ["checkpoint-1e3", "tmp-checkpoint-8"])
  }

  @Test("anything else is refused with what was expected")
  func refused() throws {
    let folder = try TemporaryFolder()
    expectInputError("neither config.json nor adapter_config.json") { _ = try CheckpointKind.of(folder.path) }
    expectInputError("does not exist") { _ = try CheckpointKind.of(folder.path + "/nothing") }
    let text = try folder.write("notes.txt", "hello")
    expectInputError("is not a GGUF file") { _ = try CheckpointKind.of(text.path) }
    let both = try TemporaryFolder.tinyModel()
    try both.write("adapter_config.json", "{}")
    expectInputError("both a whole model and an adapter") { _ = try CheckpointKind.of(both.path) }
    #expect(mkfifo(folder.path + "/pipe", 0o600) == 0)
    expectInputError("is not a regular file") { _ = try CheckpointKind.of(folder.path + "/pipe") }
  }

  @Test("adapters that peft saved beside each other are named")
  func severalAdapters() throws {
    let folder = try TemporaryFolder()
    for name in ["second", "first"] {
      try folder.folder(name)
      try folder.write("\(name)/adapter_config.json", "{}")
    }
    expectInputError("is a folder of adapters: 'first', 'second'") { _ = try CheckpointKind.of(folder.path) }
    expectInputError("such as \(folder.path)/first") { _ = try CheckpointKind.of(folder.path) }
  }
}
