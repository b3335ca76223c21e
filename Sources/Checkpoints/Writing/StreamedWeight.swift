import Diagnostics

/// A weight that is to be written, whose values are there only while they are.
package struct StreamedWeight {
  package typealias Values = UnsafePointer<Float>

  package let name: String
  /// Row-major, the last axis contiguous.
  package let shape: [Int]
  /// Gives the values, as many as the shape says, to what it is given.
  let read: ((Values) throws -> Void) throws -> Void

  package var count: Int { shape.reduce(1, *) }

  init(name: String, shape: [Int], read: @escaping ((Values) throws -> Void) throws -> Void) {
    self.name = name
    self.shape = shape
    self.read = read
  }

  /// - Parameter values: must stay where they are until they are written.
  package init(name: String, shape: [Int], values: Values) {
    self.init(name: name, shape: shape) { body in try body(values) }
  }

  /// - Parameter values: is called when the weight's turn comes, and once a writing.
  package init(name: String, shape: [Int], values: @escaping () throws -> [Float]) {
    let count = shape.reduce(1, *)
    self.init(name: name, shape: shape) { body in
      let values = try values()
      precondition(values.count == count, "\(name): \(values.count) values for shape \(shape)")
      try values.withUnsafeBufferPointer { buffer in
        if let start = buffer.baseAddress { try body(start) }
      }
    }
  }

  /// Gives the values to `body` a piece at a time, with the place of each.
  func pieces(_ body: (UnsafeBufferPointer<Float>, Int) throws -> Void) throws {
    try read { start in
      for first in stride(from: 0, to: count, by: WeightEncoding.chunk) {
        try body(UnsafeBufferPointer(start: start + first, count: min(WeightEncoding.chunk, count - first)), first)
      }
    }
  }
}
