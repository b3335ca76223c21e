import Checkpoints
import Diagnostics

/// A checkpoint's tensors, which opening it has found, each of the right shape and none left over. Nothing is decoded but norms and biases.
package struct DecoderWeights: Sendable {
  let embedding: Tensor
  /// Learned positions.
  let positions: Tensor?
  let head: Tensor
  let headBias: [Float]?
  let finalNorm: NormWeights
  let layers: [LayerTensors]
  let path: String

  /// - Throws: `InputError` for a missing or misshapen tensor, or a norm or bias that is not finite.
  package init(_ source: any TensorSource, spec: DecoderSpec) throws {
    let shapes = Dictionary(spec.weights.map { ($0.name, $0.shape) }, uniquingKeysWith: { first, _ in first })

    func tensor(_ name: String) throws -> Tensor {
      guard let tensor = source.tensor(name) else {
        throw InputError(
          source.path, field: name, "the tensor is missing", remedy: "the checkpoint is incomplete: export it again")
      }
      guard let shape = shapes[name], tensor.shape == shape else {
        throw InputError(
          source.path, field: name, "its shape is \(tensor.shape), the configuration asks for \(shapes[name] ?? [])",
          remedy: "use the configuration that belongs to these weights")
      }
      return tensor
    }

    func vector(_ name: String) throws -> [Float] {
      let values = try tensor(name).decodeAll()
      guard values.allSatisfy(\.isFinite) else {
        throw InputError(
          source.path, field: name, "a weight is not a finite number",
          remedy: "the checkpoint is damaged or its training diverged")
      }
      return values
    }

    func norm(_ path: String, hasBias: Bool) throws -> NormWeights {
      NormWeights(
        weight: try vector("\(path).weight").map { $0 + spec.norm.offset },
        bias: hasBias ? try vector("\(path).bias") : nil)
    }

    let names = spec.names
    embedding = try tensor("\(names.embedding).weight")
    positions = try names.positions.map { try tensor("\($0).weight") }
    head = spec.tiesEmbeddings ? embedding : try tensor("\(names.head).weight")
    headBias = spec.headHasBias ? try vector("\(names.head).bias") : nil
    finalNorm = try norm(names.finalNorm, hasBias: spec.norm.hasBias)
    layers = try (0..<spec.layerCount).map { layer in
      LayerTensors(
        norms: try NormPlace.allCases.map { place in
          try spec.name(of: place).map {
            try norm(names.path($0, layer: layer), hasBias: spec.norm(at: place).hasBias)
          }
        },
        matrices: try Projection.allCases.map { projection in
          try spec.place(of: projection, layer: layer).map { place in
            let outputs = place.shape[0]
            let bias = place.hasBias ? try vector("\(place.module).bias") : nil
            return LayerTensors.Matrix(
              tensor: try tensor("\(place.module).weight"), firstRow: place.firstRow,
              bias: bias.map { Array($0[place.firstRow..<place.firstRow + outputs]) })
          }
        },
        experts: try (0..<(spec.isSparse(layer: layer) ? spec.mixture?.expertCount ?? 0 : 0)).map { expert in
          try ExpertMap.allCases.map { map in
            let path = spec.expertPath(map.projection, expert: expert, layer: layer) ?? ""
            return LayerTensors.Matrix(tensor: try tensor("\(path).weight"), firstRow: 0, bias: nil)
          }
        })
    }
    path = source.path
  }
}

/// One block's weights as the checkpoint stores them, and its norms and biases decoded.
struct LayerTensors: Sendable {
  /// A projection: `firstRow` and as many as it has outputs, of the module's tensor.
  struct Matrix: Sendable {
    let tensor: Tensor
    let firstRow: Int
    let bias: [Float]?
  }

  /// By `NormPlace.rawValue`.
  let norms: [NormWeights?]
  /// By `Projection.rawValue`.
  let matrices: [Matrix?]
  /// By expert, then by `ExpertMap`; empty in a dense block.
  let experts: [[Matrix]]
}
