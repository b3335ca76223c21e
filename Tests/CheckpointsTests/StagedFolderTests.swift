import Checkpoints
import Diagnostics
import Foundation
import Testing

@Suite("A written folder is there whole or not at all")
struct StagedFolderTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test("it may be new, empty, or inside folders that are new too")
  func places() throws {
    try folder.folder("empty")
    for name in ["new", "empty", "some/where/else"] {
      try StagedFolder.write(to: folder.path(name)) { staged in
        #expect(try folder.names.contains("file") == false)
        try Data("x".utf8).write(to: staged.appendingPathComponent("file"))
      }
      #expect(try folder.names(name) == ["file"])
    }
    #expect(try folder.names == ["empty", "new", "some"])
    #expect(try folder.names("some/where") == ["else"])
  }

  @Test("what is there already is kept")
  func occupied() throws {
    try folder.folder("used")
    try folder.write("used/file", "mine")
    try folder.write("plain", "mine")
    expectInputError("used", "already has something in it", "--out") {
      try StagedFolder.write(to: folder.path("used")) { _ in Issue.record("was filled") }
    }
    expectInputError("plain", "is a file") { try StagedFolder.requireUnused(folder.path("plain")) }
    expectInputError("plain/inside", "cannot be made") {
      try StagedFolder.write(to: folder.path("plain/inside")) { _ in }
    }
    #expect(try folder.names == ["plain", "used"])
  }

  @Test("nothing stays of one that fails half-way")
  func failure() throws {
    #expect(throws: CancellationError.self) {
      try StagedFolder.write(to: folder.path("new")) { staged in
        try Data("x".utf8).write(to: staged.appendingPathComponent("file"))
        throw CancellationError()
      }
    }
    #expect(try folder.names == [])
  }

  @Test("what a killed process left is removed, what another process is still writing is not")
  func abandoned() throws {
    try folder.folder(".holdfast-dead.partial")
    try folder.folder(".holdfast-alive.partial")
    let descriptor = open(folder.path(".holdfast-alive.partial"), O_RDONLY)
    #expect(flock(descriptor, LOCK_EX | LOCK_NB) == 0)
    try StagedFolder.write(to: folder.path("new")) { _ in }
    close(descriptor)
    #expect(try folder.names == [".holdfast-alive.partial", "new"])
  }

  @Test("weights that are not the configuration's leave no folder behind")
  func wrongWeights() throws {
    let base = try Checkpoint.open(TemporaryFolder.tinyModel().path)
    let held = HeldWeights(base)
    let writer = try ModelWriter(configuration: base.configuration, tokenizer: base.tokenizer, type: .f32)
    expectInputError("model.norm.weight: the model has no such tensor") {
      try writer.write(held.weights.filter { $0.name != "model.norm.weight" }, to: folder.path("new"))
    }
    held.add("model.layers.0.self_attn.q_proj.bias", [8], [Float](repeating: 0, count: 8))
    expectInputError("q_proj.bias: is a tensor that this model has no place for") {
      try writer.write(held.weights, to: folder.path("new"))
    }
    try folder.write("used", "x")
    expectInputError("is a file") { try base.write(to: folder.path("used")) }
    #expect(try folder.names == ["used"])
  }
}
