import Checkpoints
import Diagnostics

extension DecoderSpec {
  /// The names and shapes of low-rank additions: A [rank, inputs] and B [outputs, rank] of each adapted module.
  func lowRankShapes(_ settings: LowRankSettings) -> [(name: String, shape: [Int])] {
    linearModules.filter { settings.modules.contains($0.module.path) }.flatMap { path, module in
      let shape = shape(of: module)
      return [
        (lowRankName(path, "A"), [settings.rank, shape[1]]), (lowRankName(path, "B"), [shape[0], settings.rank]),
      ]
    }
  }
}

/// PEFT's name for a part of the addition to a module: "base_model.model.<path>.lora_A.weight".
package func lowRankName(_ module: String, _ part: String) -> String {
  "base_model.model.\(module).lora_\(part).weight"
}

extension DecoderWeights {
  /// Decodes every weight into its slot.
  ///
  /// - Throws: `InputError` for a weight that is not finite, the tensor named.
  func decode(_ checkpoint: Checkpoint, into parameters: Parameters, team: ThreadTeam) throws {
    for slot in parameters.slots {
      guard let tensor = checkpoint.tensors.tensor(slot.name) else { continue }
      let to = parameters.values.pointer + slot.offset
      team.divide(tensor.rows) { begin, count in
        tensor.decode(rows: begin..<begin + count, into: to + begin * tensor.columns)
      }
      if let bad = tensor.firstNonFinite() {
        throw InputError(
          checkpoint.path, field: tensor.name, "weight \(bad) is not a finite number",
          remedy: "the checkpoint is damaged or its training diverged: use an earlier one")
      }
    }
  }
}

extension Parameters {
  /// The values of a weight that the decoder cannot do without.
  func demand(_ name: String) throws -> UnsafeMutablePointer<Float> {
    guard let value = value(name) else {
      throw InputError(name, "the weight is missing", remedy: "the checkpoint is incomplete: export it again")
    }
    return value
  }

  func linear(_ name: String) throws -> DenseLinear {
    let weight = try demand(name)
    let shape = slot(name)?.shape ?? [0, 0]
    return DenseLinear(weight: weight, gradient: gradient(name), outputs: shape[0], inputs: shape[1])
  }

  /// Some rows of a module's map, and of its bias.
  func linear(_ place: ProjectionPlace, shape: [Int]) throws -> DenseLinear {
    let first = place.firstRow * shape[1]
    let (weight, bias) = ("\(place.module).weight", "\(place.module).bias")
    var linear = DenseLinear(
      weight: try demand(weight) + first, gradient: gradient(weight).map { $0 + first }, outputs: shape[0],
      inputs: shape[1])
    if place.hasBias {
      linear.bias = try demand(bias) + place.firstRow
      linear.biasGradient = gradient(bias).map { $0 + place.firstRow }
    }
    return linear
  }

  /// A from Kaiming's uniform distribution as PEFT uses it (a = √5: bound 1/√inputs), B zero.
  func initialise(_ shapes: [(name: String, shape: [Int])], inputs uniform: () -> Float) {
    for (name, shape) in shapes where name.hasSuffix("lora_A.weight") {
      guard let value = value(name) else { continue }
      let bound = 1 / Float(shape[1]).squareRoot()
      for index in 0..<shape[0] * shape[1] { value[index] = uniform() * bound }
    }
  }
}
