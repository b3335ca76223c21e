import Checkpoints
import Diagnostics
import Evaluation
import Foundation
import Testing
import Transformer

@Suite("The models between a base and what was made of it")
struct RepairWeightsTests {
  let folder: URL
  let base: Checkpoint

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("holdfast-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    base = try Checkpoint.open(TinyExperiment.golden("checkpoints/llama-tied"))
  }

  @Test("a = 1 has the tuned model's logits and a = 0 the base's, bit for bit")
  func ends() throws {
    defer { remove() }
    let tuned = try Checkpoint.open(try tuned())
    let line = try WeightInterpolation(base: base, tuned: tuned)
    let between = try written(line, 8)
    #expect(try logits(try written(line, 32)) == (try logits(tuned)))
    #expect(try logits(try written(line, 0)) == (try logits(base)))
    #expect(try logits(between) != (try logits(base)))
  }

  @Test("in between every weight lies a of the way, whatever the two are stored as")
  func between() throws {
    defer { remove() }
    let tuned = try Checkpoint.open(try tuned())
    for name in ["llama-tied", "llama-tied.gguf", "llama-tied-q8_0.gguf"] {
      let base = try Checkpoint.open(TinyExperiment.golden("checkpoints/\(name)"))
      let made = try written(try WeightInterpolation(base: base, tuned: tuned), 24)
      for weight in tuned.tensors.names {
        let (from, to) = (try values(base, weight), try values(tuned, weight))
        let expected = zip(from, to).map { Float(0.25 * Double($0) + 0.75 * Double($1)) }
        for (got, wanted) in zip(try values(made, weight), expected) { #expect(abs(got - wanted) <= 1e-7) }
      }
    }
  }

  @Test("the smaller a, the nearer its logits are to the base's")
  func approach() throws {
    defer { remove() }
    let line = try WeightInterpolation(base: base, tuned: try Checkpoint.open(try tuned()))
    let origin = try logits(base)
    let distances = try [1, 4, 16, 32].map { share in
      zip(try logits(try written(line, share)), origin).map { abs($0 - $1) }.max() ?? 0
    }
    #expect(distances == distances.sorted())
    #expect(distances[0] > 0)
    #expect(distances[0] < 0.2 * distances[3])
  }

  @Test("the same share is the same model, by content")
  func identity() throws {
    defer { remove() }
    let line = try WeightInterpolation(base: base, tuned: try Checkpoint.open(try tuned()))
    let made = try [8, 8, 9].map {
      try ModelIdentity.of(try written(line, $0), adapter: nil, hashes: NoHashCache()).id
    }
    #expect(made[0] == made[1])
    #expect(made[0] != made[2])
  }

  @Test("an adapter at s has s of its change: all of it at 1, none at 0, and of B alone")
  func adapter() throws {
    defer { remove() }
    for name in ["plain", "patterns", "rslora"] {
      let whole = try Adapter.open(TinyExperiment.golden("adapters/\(name)"), on: base)
      let scaling = try AdapterScaling(whole)
      #expect(try logits(base, try adapter(scaling, 32)) == (try logits(base, whole)))
      #expect(try adapter(scaling, 0).isNil)
      #expect(try logits(base, try adapter(scaling, 0)) == (try logits(base)))
      let half = try adapter(scaling, 16)
      for (module, original) in zip(half.modules, whole.modules) {
        #expect(module.path == original.path)
        #expect(module.scale == original.scale)
        #expect(module.a.decodeAll() == original.a.decodeAll())
        #expect(module.b.decodeAll() == original.b.decodeAll().map { $0 / 2 })
      }
    }
  }

  @Test(
    "a candidate of another architecture or shape is refused, the difference and --base named",
    arguments: ["llama-untied", "llama-f16"])
  func otherShapes(name: String) throws {
    defer { remove() }
    let other = try Checkpoint.open(TinyExperiment.golden("checkpoints/\(name)"))
    let fault = try #require(throws: InputError.self) { try WeightInterpolation(base: base, tuned: other) }
    for word in [name, "--base"] { #expect("\(fault)".contains(word), "\(fault)") }
    #expect(!"\(fault)".contains("\n"))
  }

  /// The base with an adapter's noise merged in: another model of the same shapes.
  private func tuned() throws -> String {
    let path = folder.appendingPathComponent("tuned").path
    try writeTuned(from: base, to: path, noise: 0.3)
    return path
  }

  private func written(_ line: WeightInterpolation, _ share: Int) throws -> Checkpoint {
    try Checkpoint.open(try write(line, GridShare(numerator: share), below: folder))
  }

  private func adapter(_ scaling: AdapterScaling, _ share: Int) throws -> Adapter {
    try Adapter.open(try write(scaling, GridShare(numerator: share), below: folder), on: base)
  }

  private func remove() { try? FileManager.default.removeItem(at: folder) }
}
