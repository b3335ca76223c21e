import Diagnostics
import Foundation
import Reading

/// Writes safetensors files from fp32 weights, converting them on the way, so that no second copy of a model is needed.
package struct SafetensorsOutput {
  package typealias Entry = (name: String, shape: [Int], values: UnsafePointer<Float>)

  /// `.f32`, `.bf16` or `.f16`.
  let type: ElementType

  package init(type: ElementType) { self.type = type }

  func byteCount(_ weight: StreamedWeight) -> Int { weight.count * type.bytesPerBlock }

  /// Writes tensors that are arrays, row-major, each as many values as its shape says.
  ///
  /// - Throws: `InputError` where the file cannot be written.
  package func write(_ tensors: [(name: String, shape: [Int], values: [Float])], to url: URL) throws {
    try write(
      tensors.map { tensor in StreamedWeight(name: tensor.name, shape: tensor.shape) { tensor.values } }, to: url)
  }

  /// - Throws: `InputError` where the file cannot be written.
  package func write(_ entries: [Entry], to url: URL) throws {
    try write(entries.map { StreamedWeight(name: $0.name, shape: $0.shape, values: $0.values) }, to: url)
  }

  /// Writes weights whose values come one after another.
  ///
  /// - Throws: `InputError` where the file cannot be written, and for a weight that f16 cannot hold; whatever a weight throws.
  package func write(_ weights: [StreamedWeight], to url: URL) throws {
    let file = try OutputFile(url.path)
    let encoding = WeightEncoding(type: type, file: url.path, remedy: "write it as bf16")
    try file.write(header(weights))
    for weight in weights {
      try weight.pieces { try file.write(encoding.encoded($0, of: weight.name, from: $1)) }
    }
    try file.commit()
  }

  private var dtype: String {
    switch type {
    case .bf16: "BF16"
    case .f16: "F16"
    default: "F32"
    }
  }

  private func header(_ weights: [StreamedWeight]) -> [UInt8] {
    var members: [(String, JSONValue)] = [("__metadata__", ["format": "pt"])]
    var offset = 0
    for weight in weights {
      let end = offset + byteCount(weight)
      members.append(
        (
          weight.name,
          [
            "dtype": .string(dtype), "shape": .array(weight.shape.map(JSONValue.integer)),
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
}
