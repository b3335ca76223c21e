extension StreamedWeight {
  /// The weights in the form in which the family's files keep them: what is transposed or fused head by head there is copied when it is
  /// written, all experts of a layer are joined where it has them so, the others are as they were given.
  static func stored(_ given: [StreamedWeight], _ spec: DecoderSpec) -> [StreamedWeight] {
    let storage = Dictionary(spec.weights.map { ($0.name, $0.storage) }, uniquingKeysWith: { first, _ in first })
    let arranged = given.map { weight in
      switch storage[weight.name] ?? .plain {
      case .plain: weight
      case .transposed: weight.shape.count == 2 ? weight.transposed : weight
      case .byHead: weight.byHead(spec.headDimension)
      }
    }
    return (0..<spec.layerCount).reduce(arranged) { weights, layer in
      spec.isSparse(layer: layer) ? stackingExperts(weights, layer: layer, spec) : weights
    }
  }

  /// Where the family's files hold all experts of a layer in one tensor, puts that in the place of the experts' own.
  private static func stackingExperts(
    _ given: [StreamedWeight], layer: Int, _ spec: DecoderSpec
  ) -> [StreamedWeight] {
    guard let mixture = spec.mixture else { return given }
    var weights = given
    for stack in mixture.stacks where stack.isWritten {
      let paths = (0..<mixture.expertCount).flatMap { expert in
        stack.projections.compactMap { spec.expertPath($0, expert: expert, layer: layer).map { "\($0).weight" } }
      }
      let named = Dictionary(weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
      let parts = paths.compactMap { named[$0] }
      guard parts.count == paths.count, let columns = parts.first?.shape.last,
        let place = weights.firstIndex(where: { $0.name == paths[0] })
      else { continue }
      let count = parts.reduce(0) { $0 + $1.count }
      let shape = [mixture.expertCount, count / max(1, mixture.expertCount * columns), columns]
      weights[place] = joined(parts, as: spec.names.path(stack.name, layer: layer), shape)
      let taken = Set(paths)
      weights.removeAll { taken.contains($0.name) }
    }
    return weights
  }

  /// Weights one after another in one.
  private static func joined(_ parts: [StreamedWeight], as name: String, _ shape: [Int]) -> StreamedWeight {
    let count = parts.reduce(0) { $0 + $1.count }
    return StreamedWeight(name: name, shape: shape) { body in
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: count)
      defer { copy.deallocate() }
      var next = copy
      for part in parts {
        try part.read { next.update(from: $0, count: part.count) }
        next += part.count
      }
      try body(UnsafePointer(copy))
    }
  }

  private var transposed: StreamedWeight {
    let (rows, columns) = (shape[0], shape[1])
    return rearranged(as: [columns, rows]) { from, to in
      for row in 0..<rows {
        for column in 0..<columns { to[column * rows + row] = from[row * columns + column] }
      }
    }
  }

  private func byHead(_ headDimension: Int) -> StreamedWeight {
    let (rows, columns) = (shape[0], shape.count == 2 ? shape[1] : 1)
    return rearranged(as: shape) { from, to in
      for row in 0..<rows {
        let stored = storedRowByHead(row, of: rows, headDimension: headDimension)
        (to + stored * columns).update(from: from + row * columns, count: columns)
      }
    }
  }

  private func rearranged(
    as shape: [Int], _ move: @escaping (UnsafePointer<Float>, UnsafeMutablePointer<Float>) -> Void
  ) -> StreamedWeight {
    let (read, count) = (read, count)
    return StreamedWeight(name: name, shape: shape) { body in
      let copy = UnsafeMutablePointer<Float>.allocate(capacity: count)
      defer { copy.deallocate() }
      try read { move($0, copy) }
      try body(UnsafePointer(copy))
    }
  }
}
