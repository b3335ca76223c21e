import Diagnostics
import Foundation
import Reading

/// Writes safetensors files from fp32 weights in memory, converting them on the way, so that no second copy of a model is needed.
package struct SafetensorsOutput {
  package typealias Entry = (name: String, shape: [Int], values: UnsafePointer<Float>)

  /// `.f32` or `.bf16`.
  let type: ElementType

  private static let chunk = 1 << 20

  package init(type: ElementType) { self.type = type }

  func byteCount(_ entry: Entry) -> Int { entry.shape.reduce(1, *) * type.bytesPerBlock }

  /// Writes tensors that are arrays, row-major, each as many values as its shape says.
  ///
  /// - Throws: `InputError` where the file cannot be written.
  package func write(_ tensors: [(name: String, shape: [Int], values: [Float])], to url: URL) throws {
    for tensor in tensors {
      precondition(
        tensor.values.count == tensor.shape.reduce(1, *),
        "\(tensor.name): \(tensor.values.count) values for shape \(tensor.shape)")
    }
    // One block for all, since a pointer into an array holds for one closure alone.
    let values = UnsafeMutableBufferPointer<Float>.allocate(capacity: tensors.reduce(1) { $0 + $1.values.count })
    defer { values.deallocate() }
    var start = values.startIndex
    var entries: [Entry] = []
    for tensor in tensors {
      let end = values[start...].initialize(fromContentsOf: tensor.values)
      if let base = values.baseAddress { entries.append((tensor.name, tensor.shape, UnsafePointer(base + start))) }
      start = end
    }
    try write(entries, to: url)
  }

  /// - Throws: `InputError` where the file cannot be written.
  package func write(_ entries: [Entry], to url: URL) throws {
    let file = try OutputFile(url.path)
    try file.write(header(entries))
    for entry in entries {
      let values = UnsafeBufferPointer(start: entry.values, count: entry.shape.reduce(1, *))
      for start in stride(from: 0, to: values.count, by: Self.chunk) {
        let part = values[start..<min(start + Self.chunk, values.count)]
        try file.write(encoded(UnsafeBufferPointer(rebasing: part)))
      }
    }
    try file.commit()
  }

  private func header(_ entries: [Entry]) -> [UInt8] {
    var members: [(String, JSONValue)] = [("__metadata__", ["format": "pt"])]
    var offset = 0
    for entry in entries {
      let end = offset + byteCount(entry)
      members.append(
        (
          entry.name,
          [
            "dtype": .string(type == .bf16 ? "BF16" : "F32"), "shape": .array(entry.shape.map(JSONValue.integer)),
            "data_offsets": [.integer(offset), .integer(end)],
          ]
        ))
      offset = end
    }
    var text = JSONText(isIndented: false)
    text.append(.object(JSONObject(members)))
    // Readers like data that begins on an 8-byte boundary; spaces may follow the header.
    let padding = [UInt8](repeating: UInt8(ascii: " "), count: (8 - text.bytes.count % 8) % 8)
    let length = UInt64(text.bytes.count + padding.count)
    return withUnsafeBytes(of: length.littleEndian, Array.init) + text.bytes + padding
  }

  private func encoded(_ values: UnsafeBufferPointer<Float>) -> Data {
    switch type {
    case .bf16: values.map { BFloat16.bits($0).littleEndian }.withUnsafeBytes { Data($0) }
    default: values.map { $0.bitPattern.littleEndian }.withUnsafeBytes { Data($0) }
    }
  }
}

/// The upper half of an IEEE 754 single.
enum BFloat16 {
  /// The nearest bfloat16, of two equally near ones the even one. A NaN stays one.
  static func bits(_ value: Float) -> UInt16 {
    let bits = value.bitPattern
    if value.isNaN { return UInt16(bits >> 16) | 0x40 }
    // The sum of a finite value's bits and the rounding cannot pass the sign: at most it becomes infinity.
    return UInt16((bits + 0x7fff + (bits >> 16 & 1)) >> 16)
  }
}
