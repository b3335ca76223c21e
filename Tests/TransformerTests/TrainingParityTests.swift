import Foundation
import Testing
import Transformer

@Suite("Training equals PyTorch's in fp32")
struct TrainingParityTests {
  @Test("full: loss, every gradient, ten AdamW losses, their gradient norms and the weights after them")
  func full() throws {
    let decoder = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in true }, threads: 2)
    try compare(decoder, TrainingGolden("full"))
  }

  @Test("an untied head has a gradient of its own; llama-3 rotary scaling")
  func untied() throws {
    let decoder = try TrainableDecoder(try tiny("llama-untied"), isTrained: { _ in true }, threads: 2)
    try compare(decoder, TrainingGolden("untied"))
  }

  @Test("LoRA: gradients of every A and B, ten AdamW losses")
  func lowRank() throws {
    try compare(TrainingGolden.lowRankDecoder(), TrainingGolden("lora"))
  }

  @Test("the preservation term and its gradients; zero, and without a gradient, where nothing has changed")
  func preservation() throws {
    struct File: Decodable {
      let value: Double
      let gradient_norm: Double
      let gradients: [TrainingGolden.Tensor]
    }
    let file = try JSONDecoder().decode(
      File.self, from: Data(contentsOf: TrainingGolden.folder.appendingPathComponent("kl.json")))
    let golden = try TrainingGolden.numbers("kl.f32")
    let batch = try TrainingGolden.batch()
    let decoder = try TrainingGolden.lowRankDecoder()
    let base = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in false }, threads: 2)
    for reference in [nil, base] {
      decoder.parameters.clearGradients()
      let value = decoder.preservation(batch, base: reference)
      #expect(abs(value - file.value) <= 1e-5 * file.value)
      #expect(abs(decoder.parameters.gradientNorm - file.gradient_norm) <= 1e-4 * file.gradient_norm)
      for tensor in file.gradients {
        let expected = golden[tensor.offset..<tensor.offset + tensor.shape.reduce(1, *)]
        let actual = try #require(decoder.parameters.copyGradient(tensor.name))
        let largest = expected.map(abs).max() ?? 0
        #expect(zip(actual, expected).allSatisfy { abs($0 - $1) <= 1e-4 * largest }, "\(tensor.name)")
      }
    }
    let full = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in true }, threads: 2)
    #expect(abs(full.preservation(batch, base: base)) < 1e-8)
    #expect(full.parameters.gradientNorm < 1e-6)
  }

  @Test(
    "the preservation term from kept probabilities: all tokens kept is the whole term; fewer give less, never more; 0 at the base"
  )
  func keptPreservation() throws {
    let batch = try TrainingGolden.batch()
    let base = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in false }, threads: 2)
    let decoder = try TrainingGolden.lowRankDecoder()
    let whole = decoder.preservation(batch, base: base)
    let gradient = decoder.parameters.gradientNorm
    var values: [Double] = []
    for count in [1, 8, 64, base.spec.vocabularySize] {
      decoder.parameters.clearGradients()
      values.append(decoder.preservation(batch, kept: base.keptDistributions(batch, count: count)))
    }
    #expect(abs(values[3] - whole) <= 1e-4 * whole)
    #expect(abs(decoder.parameters.gradientNorm - gradient) <= 1e-4 * gradient)
    // Lumping tokens together never adds divergence.
    #expect(values == values.sorted() && values[0] > 0)

    let full = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in true }, threads: 2)
    #expect(abs(full.preservation(batch, kept: base.keptDistributions(batch, count: 64))) < 1e-6)
    #expect(full.parameters.gradientNorm < 1e-5)
  }

  @Test("its gradient is the slope of its value")
  func keptSlope() throws {
    let batch = try TrainingGolden.batch()
    let base = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in false }, threads: 2)
    let kept = base.keptDistributions(batch, count: 8)
    let decoder = try TrainingGolden.lowRankDecoder()
    decoder.parameters.clearGradients()
    _ = decoder.preservation(batch, kept: kept)
    let name = try #require(decoder.parameters.trained.first { $0.slot.name.contains("lora_B") }?.slot.name)
    let gradient = try #require(decoder.parameters.copyGradient(name))
    let index = try #require(gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) })
    let value = try #require(decoder.parameters.value(name))
    let origin = value[index]
    let h: Float = 2e-3
    func at(_ x: Float) -> Double {
      value[index] = x
      return decoder.preservation(batch, kept: kept, backward: false)
    }
    let slope = (at(origin + h) - at(origin - h)) / Double((origin + h) - (origin - h))
    #expect(abs(slope - Double(gradient[index])) <= 5e-3 * abs(slope))
  }

  private func compare(_ decoder: TrainableDecoder, _ golden: TrainingGolden) throws {
    let batch = try TrainingGolden.batch()
    let parameters = decoder.parameters
    let loss = decoder.loss(batch)
    #expect(abs(loss - golden.file.loss) <= 1e-5 * golden.file.loss)
    #expect(Set(golden.file.gradients.map(\.name)) == Set(parameters.trained.map(\.slot.name)))
    for tensor in golden.file.gradients {
      let expected = golden.values(of: tensor)
      let actual = try #require(parameters.copyGradient(tensor.name), "\(tensor.name)")
      let largest = expected.map(abs).max() ?? 0
      let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(actual.count == expected.count && worst <= 1e-4 * largest, "\(tensor.name): \(worst) of \(largest)")
    }
    #expect(abs(parameters.gradientNorm - golden.file.gradient_norm) <= 1e-5 * golden.file.gradient_norm)
    golden.descend(decoder, batch, loss: 3e-5, norm: 2e-4)
    guard let weights = golden.file.weights else { return }
    // Matrices and norms apart, because only matrices are decayed.
    for isMatrix in [true, false] {
      var differences: [Double] = []
      for tensor in weights where (tensor.shape.count > 1) == isMatrix {
        let actual = try #require(parameters.copy(tensor.name))
        differences += zip(actual, golden.values(of: tensor)).map { Double(abs($0 - $1)) }
      }
      let mean = differences.isEmpty ? 0 : differences.reduce(0, +) / Double(differences.count)
      #expect(mean <= 5e-6, "mean difference of \(isMatrix ? "matrices" : "norms"): \(mean)")
    }
  }
}

@Suite("Training holds its own rules")
struct TrainingRuleTests {
  @Test("keeping activations and computing them again give equal gradients, bit for bit, with dropout too")
  func policies() throws {
    let batch = try TrainingGolden.batch()
    var results: [[Float]] = []
    for policy in [ActivationPolicy.keep, .recompute] {
      let full = try TrainableDecoder(try tiny("llama-tied"), isTrained: { _ in true }, threads: 2)
      _ = full.loss(batch, policy: policy)
      let lowRank = try TrainingGolden.lowRankDecoder(dropout: 0.3)
      _ = lowRank.loss(batch, policy: policy, dropoutSeed: 5)
      results.append(gradients(full) + gradients(lowRank))
    }
    #expect(results[0].map(\.bitPattern) == results[1].map(\.bitPattern))
  }

  @Test("the same seed and number of threads give the same bits; another seed drops other inputs")
  func determinism() throws {
    let batch = try TrainingGolden.batch()
    func run(seed: UInt64) throws -> [UInt32] {
      let decoder = try TrainingGolden.lowRankDecoder(dropout: 0.3)
      _ = decoder.loss(batch, dropoutSeed: seed)
      return gradients(decoder).map(\.bitPattern)
    }
    #expect(try run(seed: 5) == run(seed: 5))
    #expect(try run(seed: 5) != run(seed: 6))
  }

  @Test("a batch in two parts, each weighed by its targets, adds up to the gradient of the whole")
  func accumulation() throws {
    let whole = try TrainingGolden.lowRankDecoder()
    let parts = try TrainingGolden.lowRankDecoder()
    let ids: [[Int32]] = [[3, 9, 27, 81, 243], [5, 10, 20, 40, 80, 160, 320], [7, 14]]
    var all = TrainingBatch()
    for sample in ids { all.add(sample, scored: sample.indices) }
    let loss = whole.loss(all)
    var sum = 0.0
    for sample in ids {
      var part = TrainingBatch()
      part.add(sample, scored: sample.indices)
      sum += parts.loss(part, lossWeight: Double(part.targets.count) / Double(all.targets.count))
    }
    #expect(abs(sum - loss) < 1e-5)
    #expect(zip(gradients(whole), gradients(parts)).allSatisfy { abs($0 - $1) < 1e-5 })
  }

  @Test("only what is trained has a gradient, and only that moves")
  func frozen() throws {
    let decoder = try TrainableDecoder(
      try tiny("llama-tied"), isTrained: { $0.hasSuffix("v_proj.weight") }, threads: 2)
    let parameters = decoder.parameters
    #expect(parameters.trained.count == decoder.spec.layerCount)
    #expect(parameters.gradient("model.embed_tokens.weight") == nil)
    let before = parameters.slots.map { parameters.copy($0.name) ?? [] }
    _ = decoder.loss(try TrainingGolden.batch())
    AdamW(parameters, settings: .init(), threads: 2).update(learningRate: 1e-3)
    for (slot, values) in zip(parameters.slots, before) {
      let moved = parameters.copy(slot.name) != values
      #expect(moved == slot.name.hasSuffix("v_proj.weight"), "\(slot.name)")
    }
  }

  private func gradients(_ decoder: TrainableDecoder) -> [Float] {
    decoder.parameters.trained.flatMap { decoder.parameters.copyGradient($0.slot.name) ?? [] }
  }
}
