/// Weights in the form in which the family's files keep them, for as long as this lives: what is transposed or fused head by head there is
/// copied, the others are as they were given.
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
