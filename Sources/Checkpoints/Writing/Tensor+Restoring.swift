extension Tensor {
  /// What a file has where these are a tensor's values as `decodeAll()` gives them: rows in its order, without what decoding adds. What it
  /// multiplies by stays in the values: whoever writes them leaves that scale out.
  func restored(_ values: [Float]) -> [Float] {
    guard rowOrder != .plain || addend != 0 else { return values }
    // A vector's elements are in the order that a matrix's rows are.
    let width = shape.count == 1 ? 1 : columns
    var stored = values
    for row in 0..<values.count / max(1, width) {
      let to = storedRow(row) * width
      for column in 0..<width { stored[to + column] = values[row * width + column] - addend }
    }
    return stored
  }
}
