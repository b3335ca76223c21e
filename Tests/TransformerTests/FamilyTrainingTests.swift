import Checkpoints
import Diagnostics
import Foundation
import Testing
import Transformer

/// PyTorch's training of the families' tiny checkpoints: Scripts/goldens/family_training.py.
@Suite("Training of every block kind equals PyTorch's in fp32")
struct FamilyTrainingTests {
  private static let folder = LogitsGolden.folder.appendingPathComponent("families/training")

  @Test(
    "all weights: loss, gradients, ten AdamW losses, their gradient norms and the weights after them",
    arguments: [
      "qwen3", "gemma2", "gemma3-scale", "olmo2", "phi", "gpt2", "gpt_neox", "phi3", "granite", "cohere2", "starcoder2",
      "mistral", "olmo3", "glm4", "exaone4", "smollm3-window", "qwen2_moe", "qwen3_moe-mixed", "granitemoe",
    ])
  func full(name: String) throws {
    let decoder = try TrainableDecoder(try FamilyGolden.open("families/\(name)"), isTrained: { _ in true }, threads: 2)
    try compare(decoder, TrainingGolden(name, in: Self.folder))
  }

  @Test(
    "LoRA: gradients of every A and B, ten AdamW losses",
    arguments: [
      ("qwen3", "adapter"), ("gemma2", "adapter"), ("gemma3", "adapter"), ("olmo2", "adapter"), ("phi", "adapter-all"),
      ("gpt2", "adapter-all"), ("gpt_neox", "adapter-all"), ("phi3", "adapter"), ("granite", "adapter"),
      ("cohere2", "adapter"), ("starcoder2-full", "adapter"), ("glm4", "adapter"), ("mixtral", "adapter-experts"),
      ("qwen3_moe-mixed", "adapter-experts"),
    ])
  func lowRank(name: String, adapter: String) throws {
    let checkpoint = try FamilyGolden.open("families/\(name)")
    let path = LogitsGolden.folder.appendingPathComponent("families/\(name)/\(adapter)").path
    let opened = try Adapter.open(path, on: checkpoint)
    let spec = checkpoint.configuration.decoder
    let paths = Set(opened.modules.map(\.path))
    let adapted = spec.moduleGroups.filter { !paths.isDisjoint(with: $0.paths) }.map(\.module)
    let decoder = try TrainableDecoder(
      checkpoint, isTrained: { _ in false },
      lowRank: LowRankSettings(rank: opened.rank, alpha: opened.alpha, dropout: 0, modules: Set(adapted)), threads: 2)
    for module in opened.modules {
      for (part, tensor) in [("A", module.a), ("B", module.b)] {
        let value = try #require(decoder.parameters.value(lowRankName(module.path, part)))
        for (index, element) in tensor.decodeAll().enumerated() { value[index] = element }
      }
    }
    try compare(decoder, TrainingGolden("\(name)-lora", in: Self.folder))
  }

  @Test(
    "the preservation term's gradient is its slope where logits are scaled and capped",
    arguments: ["gemma2", "cohere2"])
  func preservation(name: String) throws {
    let batch = try TrainingGolden.batch(in: Self.folder)
    let checkpoint = try FamilyGolden.open("families/\(name)")
    let base = try TrainableDecoder(checkpoint, isTrained: { _ in false }, threads: 2)
    let decoder = try TrainableDecoder(checkpoint, isTrained: { _ in true }, threads: 2)
    let weight = try #require(
      decoder.parameters.trained.first { $0.slot.name.hasSuffix("layers.0.mlp.up_proj.weight") })
    let value = try #require(decoder.parameters.value(weight.slot.name))
    for index in 0..<weight.slot.count { value[index] += Float(index % 7 - 3) * 0.02 }
    decoder.parameters.clearGradients()
    _ = decoder.preservation(batch, base: base)
    let gradient = try #require(decoder.parameters.copyGradient(weight.slot.name))
    let index = try #require(gradient.indices.max { abs(gradient[$0]) < abs(gradient[$1]) })
    let (origin, h): (Float, Float) = (value[index], 4e-3)
    func at(_ x: Float) -> Double {
      value[index] = x
      return decoder.preservation(batch, base: base, backward: false)
    }
    let slope = (at(origin + h) - at(origin - h)) / Double((origin + h) - (origin - h))
    #expect(abs(slope - Double(gradient[index])) <= 1e-2 * abs(slope))
  }

  @Test("a soft prompt has no place among learned positions")
  func softPrompt() throws {
    let checkpoint = try FamilyGolden.open("families/gpt2")
    #expect(throws: InputError.self) {
      _ = try TrainableDecoder(checkpoint, isTrained: { _ in false }, softPromptRows: 4, threads: 1)
    }
  }

  private func compare(_ decoder: TrainableDecoder, _ golden: TrainingGolden) throws {
    let batch = try TrainingGolden.batch(in: Self.folder)
    let parameters = decoder.parameters
    let loss = decoder.loss(batch)
    #expect(abs(loss - golden.file.loss) <= 2e-5 * golden.file.loss)
    for tensor in golden.file.gradients {
      let expected = canonical(golden.values(of: tensor), tensor, decoder.spec)
      let actual = try #require(parameters.copyGradient(tensor.name), "\(tensor.name)")
      let largest = expected.map(abs).max() ?? 0
      let worst = zip(actual, expected).map { abs($0 - $1) }.max() ?? .infinity
      #expect(actual.count == expected.count && worst <= 1e-4 * largest, "\(tensor.name): \(worst) of \(largest)")
    }
    #expect(abs(parameters.gradientNorm - golden.file.gradient_norm) <= 2e-5 * golden.file.gradient_norm)
    golden.descend(decoder, batch, loss: 1e-4, norm: 1e-3)
    for tensor in golden.file.weights ?? [] {
      let expected = canonical(golden.values(of: tensor), tensor, decoder.spec)
      let actual = try #require(parameters.copy(tensor.name), "\(tensor.name)")
      let mean = zip(actual, expected).reduce(0.0) { $0 + Double(abs($1.0 - $1.1)) } / Double(expected.count)
      #expect(mean <= 2e-5, "\(tensor.name): mean difference \(mean)")
    }
  }

  /// A tensor of a safetensors file as the decoder holds it: [outputs, inputs], all heads' queries, then keys, then values.
  private func canonical(_ values: [Float], _ tensor: TrainingGolden.Tensor, _ spec: DecoderSpec) -> [Float] {
    let isLowRank = tensor.name.contains(".lora_")
    let module = spec.names.modules.first { module in
      [".weight", ".bias", ".lora_B.weight"].contains { tensor.name.hasSuffix(".\(module.path)\($0)") }
    }
    switch module?.storage {
    case .transposed where tensor.shape.count == 2 && !isLowRank:
      let (inputs, outputs) = (tensor.shape[0], tensor.shape[1])
      return (0..<outputs).flatMap { output in (0..<inputs).map { values[$0 * outputs + output] } }
    case .byHead:
      let (rows, columns) = (tensor.shape[0], tensor.shape.count == 2 ? tensor.shape[1] : 1)
      let d = spec.headDimension
      return (0..<3).flatMap { part in
        (0..<spec.headCount).flatMap { head in
          (0..<d).flatMap { (index: Int) -> ArraySlice<Float> in
            let row = head * 3 * d + part * d + index
            return rows == 3 * spec.headCount * d ? values[row * columns..<(row + 1) * columns] : []
          }
        }
      }
    default: return values
    }
  }
}
