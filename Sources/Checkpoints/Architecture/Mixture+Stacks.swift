import Diagnostics

extension Tensor {
  /// A stack's matrices as tensors of their own, one an expert and projection, under the names of the experts' modules.
  ///
  /// - Parameter projections: whose rows follow one another for each expert.
  /// - Throws: `InputError` where the shape is not that of all experts.
  func unstacked(_ projections: [Projection], layer: Int, _ spec: DecoderSpec) throws -> [Tensor] {
    guard let mixture = spec.mixture, spec.isSparse(layer: layer) else {
      throw InputError(
        file.path, field: name, "holds experts of a layer that has none",
        remedy: "use the configuration that belongs to it")
    }
    let shapes = projections.map { spec.shape(of: $0, width: mixture.width) }
    let rows = shapes.reduce(0) { $0 + $1[0] }
    let expected = [mixture.expertCount, rows, shapes.first?[1] ?? 0]
    guard shape == expected else {
      throw InputError(
        file.path, field: name, "has shape \(shape), the configuration says \(expected)",
        remedy: "use the configuration that belongs to these weights")
    }
    return (0..<mixture.expertCount).flatMap { expert in
      var first = expert * rows
      return zip(projections, shapes).compactMap { projection, shape in
        let matrix = slice(first..<first + shape[0])
        first += shape[0]
        return spec.expertPath(projection, expert: expert, layer: layer).map { matrix.renamed("\($0).weight") }
      }
    }
  }
}
