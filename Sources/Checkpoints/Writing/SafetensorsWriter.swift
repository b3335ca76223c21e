import Diagnostics
import Foundation
import Reading

/// Writes fp32 tensors as one safetensors file: through a temporary file that is renamed, so that no half-written one is ever seen.
package struct SafetensorsWriter {
  private var entries: [(name: String, shape: [Int], values: [Float])] = []
  /// String to string, as the format allows.
  package var metadata: [String: String] = ["format": "pt"]

  package init() {}

  /// - Parameter values: row-major, as many as the shape says.
  package mutating func add(_ name: String, shape: [Int], values: [Float]) {
    precondition(values.count == shape.reduce(1, *), "\(name): \(values.count) values for shape \(shape)")
    entries.append((name, shape, values))
  }

  /// - Throws: `InputError` where the file cannot be written.
  package func write(to url: URL) throws {
    var header: [String: Any] = ["__metadata__": metadata]
    var offset = 0
    for entry in entries {
      let end = offset + entry.values.count * MemoryLayout<Float>.size
      header[entry.name] = ["dtype": "F32", "shape": entry.shape, "data_offsets": [offset, end]] as [String: Any]
      offset = end
    }
    var json = try JSONSerialization.data(withJSONObject: header, options: [.sortedKeys, .withoutEscapingSlashes])
    // Readers like data that begins on an 8-byte boundary; spaces may follow the header.
    json.append(contentsOf: [UInt8](repeating: UInt8(ascii: " "), count: (8 - json.count % 8) % 8))
    var data = withUnsafeBytes(of: UInt64(json.count).littleEndian) { Data($0) }
    data.append(json)
    for entry in entries {
      for value in entry.values {
        withUnsafeBytes(of: value.bitPattern.littleEndian) { data.append(contentsOf: $0) }
      }
    }
    try OutputFile.write(data, to: url.path)
  }
}
