import Checkpoints
import Diagnostics

/// A checkpoint's tensors, each found, of the right shape, and none left over. Nothing is decoded but the norms.
package struct DecoderWeights: Sendable {
  let embedding: Tensor
  let head: Tensor
  let finalNorm: [Float]
  let layers: [LayerTensors]
  let path: String

  /// - Throws: `InputError` for a missing, misshapen or unknown tensor, or a norm that is not finite.
  package init(_ source: any TensorSource, spec: DecoderSpec) throws {
    var taken = Set<String>()
    let names = spec.names

    func tensor(_ name: String, _ shape: [Int]) throws -> Tensor {
      guard let tensor = source.tensor(name) else {
        throw InputError(
          source.path, field: name, "the tensor is missing", remedy: "the checkpoint is incomplete: export it again")
      }
      guard tensor.shape == shape else {
        throw InputError(
          source.path, field: name, "its shape is \(tensor.shape), the configuration asks for \(shape)",
          remedy: "use the configuration that belongs to these weights")
      }
      taken.insert(name)
      return tensor
    }

    func norm(_ name: String) throws -> [Float] {
      let values = try tensor(name, [spec.hiddenSize]).decodeAll()
      guard values.allSatisfy(\.isFinite) else {
        throw InputError(
          source.path, field: name, "a weight is not a finite number",
          remedy: "the checkpoint is damaged or its training diverged")
      }
      return values
    }

    embedding = try tensor(names.embedding, [spec.vocabularySize, spec.hiddenSize])
    head = try tensor(names.head, [spec.vocabularySize, spec.hiddenSize])
    finalNorm = try norm(names.finalNorm)
    layers = try (0..<spec.layerCount).map { layer in
      func matrix(_ template: String, _ outputs: Int, _ inputs: Int) throws -> Tensor {
        try tensor(names.name(template, layer: layer), [outputs, inputs])
      }
      return LayerTensors(
        attentionNorm: try norm(names.name(names.attentionNorm, layer: layer)),
        query: try matrix(names.query, spec.queryWidth, spec.hiddenSize),
        key: try matrix(names.key, spec.keyValueWidth, spec.hiddenSize),
        value: try matrix(names.value, spec.keyValueWidth, spec.hiddenSize),
        attentionOutput: try matrix(names.attentionOutput, spec.hiddenSize, spec.queryWidth),
        mlpNorm: try norm(names.name(names.mlpNorm, layer: layer)),
        gate: try matrix(names.gate, spec.intermediateSize, spec.hiddenSize),
        up: try matrix(names.up, spec.intermediateSize, spec.hiddenSize),
        down: try matrix(names.down, spec.hiddenSize, spec.intermediateSize))
    }
    if let leftOver = source.names.filter({ !taken.contains($0) }).min() {
      throw InputError(
        source.path, field: leftOver, "nothing in this model uses the tensor",
        remedy: "the checkpoint is of another architecture than its configuration says")
    }
    path = source.path
  }
}

/// One block's weights as the checkpoint stores them, and its norms decoded.
struct LayerTensors: Sendable {
  let attentionNorm: [Float]
  let query: Tensor
  let key: Tensor
  let value: Tensor
  let attentionOutput: Tensor
  let mlpNorm: [Float]
  let gate: Tensor
  let up: Tensor
  let down: Tensor
}
