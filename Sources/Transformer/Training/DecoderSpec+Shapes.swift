import Checkpoints
import Diagnostics

extension DecoderSpec {
  /// Every weight's canonical name and shape, in the order of the layers.
  var weightShapes: [(name: String, shape: [Int])] {
    var shapes: [(name: String, shape: [Int])] = [(names.embedding, [vocabularySize, hiddenSize])]
    for layer in 0..<layerCount {
      shapes.append((names.name(names.attentionNorm, layer: layer), [hiddenSize]))
      shapes += Projection.allCases.map { (name(of: $0, layer: layer), shape(of: $0)) }
      shapes.append((names.name(names.mlpNorm, layer: layer), [hiddenSize]))
    }
    shapes.append((names.finalNorm, [hiddenSize]))
    if names.head != names.embedding { shapes.append((names.head, [vocabularySize, hiddenSize])) }
    return shapes
  }

  /// The names and shapes of low-rank additions: A [rank, inputs] and B [outputs, rank] of each adapted map.
  func lowRankShapes(_ settings: LowRankSettings) -> [(name: String, shape: [Int])] {
    (0..<layerCount).flatMap { layer in
      Projection.allCases.filter(settings.projections.contains).flatMap { projection in
        let name = name(of: projection, layer: layer)
        let shape = shape(of: projection)
        return [
          (lowRankName(name, "A"), [settings.rank, shape[1]]), (lowRankName(name, "B"), [shape[0], settings.rank]),
        ]
      }
    }
  }

  package func name(of projection: Projection, layer: Int) -> String {
    let template =
      switch projection {
      case .query: names.query
      case .key: names.key
      case .value: names.value
      case .attentionOutput: names.attentionOutput
      case .gate: names.gate
      case .up: names.up
      case .down: names.down
      }
    return names.name(template, layer: layer)
  }

  /// [outputs, inputs]
  func shape(of projection: Projection) -> [Int] {
    switch projection {
    case .query: [queryWidth, hiddenSize]
    case .key, .value: [keyValueWidth, hiddenSize]
    case .attentionOutput: [hiddenSize, queryWidth]
    case .gate, .up: [intermediateSize, hiddenSize]
    case .down: [hiddenSize, intermediateSize]
    }
  }
}

/// PEFT's name for a part of the addition to a weight: "base_model.model.<path>.lora_A.weight".
package func lowRankName(_ weight: String, _ part: String) -> String {
  "base_model.model." + weight.dropLast(".weight".count) + ".lora_\(part).weight"
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

  /// A from Kaiming's uniform distribution as PEFT uses it (a = √5: bound 1/√inputs), B zero.
  func initialise(_ shapes: [(name: String, shape: [Int])], inputs uniform: () -> Float) {
    for (name, shape) in shapes where name.hasSuffix("lora_A.weight") {
      guard let value = value(name) else { continue }
      let bound = 1 / Float(shape[1]).squareRoot()
      for index in 0..<shape[0] * shape[1] { value[index] = uniform() * bound }
    }
  }
}
