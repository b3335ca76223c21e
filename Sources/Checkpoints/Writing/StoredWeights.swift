/// Weights in the form in which the family's files keep them, for as long as this lives: what is transposed or fused head by head there, or
/// holds all experts, is copied; the others are as they were given.
final class StoredWeights {
  private(set) var weights: [ModelWriter.Weight] = []
  private var copies: [UnsafeMutablePointer<Float>] = []

  init(_ given: [ModelWriter.Weight], _ spec: DecoderSpec) {
    let storage = Dictionary(spec.weights.map { ($0.name, $0.storage) }, uniquingKeysWith: { first, _ in first })
    weights = given.map { weight in
      switch storage[weight.name] ?? .plain {
      case .plain: weight
      case .transposed: weight.shape.count == 2 ? transposed(weight) : weight
      case .byHead: byHead(weight, spec.headDimension)
      }
    }
    for layer in 0..<spec.layerCount where spec.isSparse(layer: layer) { stackExperts(layer: layer, spec) }
  }

  /// Where the family's files hold all experts of a layer in one tensor, puts that in the place of the experts' own.
  private func stackExperts(layer: Int, _ spec: DecoderSpec) {
    guard let mixture = spec.mixture else { return }
    for stack in mixture.stacks where stack.isWritten {
      let paths = (0..<mixture.expertCount).flatMap { expert in
        stack.projections.compactMap { spec.expertPath($0, expert: expert, layer: layer).map { "\($0).weight" } }
      }
      let given = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      let parts = paths.compactMap { given[$0] }
      guard parts.count == paths.count, let columns = parts.first?.shape.last,
        let place = weights.firstIndex(where: { $0.name == paths[0] })
      else { continue }
      let count = parts.reduce(0) { $0 + $1.shape.reduce(1, *) }
      let to = copy(count)
      var next = to
      for part in parts {
        let size = part.shape.reduce(1, *)
        next.update(from: part.values, count: size)
        next += size
      }
      let shape = [mixture.expertCount, count / max(1, mixture.expertCount * columns), columns]
      weights[place] = (spec.names.path(stack.name, layer: layer), shape, UnsafePointer(to))
      let taken = Set(paths)
      weights.removeAll { taken.contains($0.name) }
    }
  }

  deinit { for copy in copies { copy.deallocate() } }

  private func copy(_ count: Int) -> UnsafeMutablePointer<Float> {
    let copy = UnsafeMutablePointer<Float>.allocate(capacity: count)
    copies.append(copy)
    return copy
  }

  private func transposed(_ weight: ModelWriter.Weight) -> ModelWriter.Weight {
    let (rows, columns) = (weight.shape[0], weight.shape[1])
    let to = copy(rows * columns)
    for row in 0..<rows {
      for column in 0..<columns { to[column * rows + row] = weight.values[row * columns + column] }
    }
    return (weight.name, [columns, rows], UnsafePointer(to))
  }

  private func byHead(_ weight: ModelWriter.Weight, _ headDimension: Int) -> ModelWriter.Weight {
    let (rows, columns) = (weight.shape[0], weight.shape.count == 2 ? weight.shape[1] : 1)
    let to = copy(rows * columns)
    for row in 0..<rows {
      let stored = storedRowByHead(row, of: rows, headDimension: headDimension)
      (to + stored * columns).update(from: weight.values + row * columns, count: columns)
    }
    return (weight.name, weight.shape, UnsafePointer(to))
  }
}
