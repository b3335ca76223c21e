import Checkpoints

/// Keys and values, rotated, of a prefix that is carried from one wave to the next: positions 0, 1, … of every layer.
struct SpineCache {
  let width: Int
  private var keys: [[Float]]
  private var values: [[Float]]

  init(_ spec: DecoderSpec) {
    width = spec.keyValueWidth
    keys = Array(repeating: [], count: spec.layerCount)
    values = Array(repeating: [], count: spec.layerCount)
  }

  /// Copies the first `count` positions to the first slots of a wave's buffers.
  func restore(layer: Int, count: Int, keys keyBuffer: FloatBuffer, values valueBuffer: FloatBuffer) {
    precondition(count * width <= keys[layer].count, "a wave asks for a longer prefix than the last one carried over")
    keys[layer].withUnsafeBufferPointer {
      if let base = $0.baseAddress { keyBuffer.pointer.update(from: base, count: count * width) }
    }
    values[layer].withUnsafeBufferPointer {
      if let base = $0.baseAddress { valueBuffer.pointer.update(from: base, count: count * width) }
    }
  }

  /// Keeps what the next wave needs.
  mutating func save(layer: Int, slots: [Int32], keys keyBuffer: FloatBuffer, values valueBuffer: FloatBuffer) {
    keys[layer] = Self.gather(slots, keyBuffer, width)
    values[layer] = Self.gather(slots, valueBuffer, width)
  }

  private static func gather(_ slots: [Int32], _ buffer: FloatBuffer, _ width: Int) -> [Float] {
    var rows: [Float] = []
    rows.reserveCapacity(slots.count * width)
    for slot in slots {
      rows.append(contentsOf: UnsafeBufferPointer(start: buffer.pointer + Int(slot) * width, count: width))
    }
    return rows
  }
}
