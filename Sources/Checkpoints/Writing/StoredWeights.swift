extension StreamedWeight {
  /// The weights in the form in which the family's files keep them: what is transposed or fused head by head there is copied when it is
  /// written, the others are as they were given.
  static func stored(_ given: [StreamedWeight], _ spec: DecoderSpec) -> [StreamedWeight] {
    let storage = Dictionary(spec.weights.map { ($0.name, $0.storage) }, uniquingKeysWith: { first, _ in first })
    return given.map { weight in
      switch storage[weight.name] ?? .plain {
      case .plain: weight
      case .transposed: weight.shape.count == 2 ? weight.transposed : weight
      case .byHead: weight.byHead(spec.headDimension)
      }
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
