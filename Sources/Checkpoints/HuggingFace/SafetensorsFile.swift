import Diagnostics
import Foundation
import Reading

/// A safetensors file: named tensors after a JSON header.
///
/// Format: the `safetensors` library's README. The header is untrusted: its length, every type, shape and offset is checked, and the
/// tensors must fill the data part without overlaps or holes.
package struct SafetensorsFile: Sendable {
  package let file: MappedFile
  package let tensors: [String: Tensor]

  private static let longestHeader = 100_000_000
  /// More than any model that runs here has: 9 in each of 4,096 layers, and 3; or three of each of 128 experts in 94 layers.
  static let mostTensors = 65_536
  private static let damaged: ShownText = "download or save the file again"
  private static let types: [String: ElementType] = ["F32": .f32, "F16": .f16, "BF16": .bf16]

  /// Parses the header. Throws `InputError` naming the tensor that is wrong.
  ///
  /// - Parameter ignored: ends of names of tensors that are left out, whatever their type.
  package init(_ url: URL, ignoring ignored: [String] = []) throws {
    let file = try MappedFile(url)
    var cursor = ByteCursor(file)
    let length = try cursor.integer(UInt64.self, "header length")
    guard length <= UInt64(Self.longestHeader), length <= UInt64(cursor.remaining) else {
      throw InputError(
        file.path, field: "header length", "is \(length), more than the file or the format allows",
        remedy: Self.damaged)
    }
    let start = try cursor.skip(length, "header")
    let text = UnsafeRawBufferPointer(rebasing: file.bytes[start..<cursor.position])
    guard text.first == UInt8(ascii: "{") else {
      throw InputError(file.path, field: "header", "does not start with '{'", remedy: Self.damaged)
    }
    let header = try JSONFile(path: file.path, bytes: text)
    self.file = file
    tensors = try Self.tensors(header, file, dataStart: cursor.position, ignored)
  }

  private static func tensors(
    _ header: JSONFile, _ file: MappedFile, dataStart: Int, _ ignored: [String]
  ) throws -> [String: Tensor] {
    guard header.members.keys.count <= mostTensors else {
      throw InputError(
        file.path, "describes \(header.members.keys.count) tensors, more than \(mostTensors)",
        remedy: "give the weights of one model")
    }
    var found: [(begin: Int, end: Int, tensor: Tensor)] = []
    for name in header.members.keys where name != "__metadata__" {
      let isLeftOut = ignored.contains(where: name.hasSuffix)
      found.append(try tensor(name, header, file, dataStart, isLeftOut: isLeftOut))
    }
    // An empty tensor starts where its neighbour does, so the end decides too.
    found.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var end = 0
    for entry in found {
      guard entry.begin == end else {
        let problem: ShownText = entry.begin < end ? "overlaps another tensor" : "has unused bytes before it"
        throw header.error(entry.tensor.name, problem, remedy: damaged)
      }
      end = entry.end
    }
    guard end == file.bytes.count - dataStart else {
      throw InputError(
        file.path, "has \(file.bytes.count - dataStart) bytes of data, its tensors describe \(end)", remedy: damaged)
    }
    var tensors: [String: Tensor] = [:]
    for entry in found where !ignored.contains(where: entry.tensor.name.hasSuffix) {
      // The header's keys differ in their bytes, these by canonical equivalence.
      guard tensors.updateValue(entry.tensor, forKey: entry.tensor.name) == nil else {
        throw header.error(entry.tensor.name, "occurs twice", remedy: damaged)
      }
    }
    return tensors
  }

  /// What the tensors beside say of one whose type is not read: bitsandbytes keeps a weight's name.
  private static func quantised(_ name: String, among header: JSONFile) -> TensorLeftover? {
    let beside = header.members.keys.filter { $0.hasPrefix("\(name).") }
    return ([name] + beside).lazy.compactMap(TensorLeftover.init).first { !$0.isWrapper }
  }

  private static func tensor(
    _ name: String, _ header: JSONFile, _ file: MappedFile, _ dataStart: Int, isLeftOut: Bool
  ) throws -> (begin: Int, end: Int, tensor: Tensor) {
    let entry = try header.required(name, try header.object(name))
    let dtype = try entry.required("dtype", try entry.string("dtype"))
    guard let type = types[dtype] ?? (isLeftOut ? .f32 : nil) else {
      throw header.error(
        name,
        "has type '\(dtype)', which is not supported; supported: \(words: types.keys.sorted().joined(separator: ", "))",
        remedy: quantised(name, among: header)?.remedy ?? "save the model in one of these")
    }
    let shape = try entry.required("shape", try entry.integers("shape"))
    var bytes = type.bytesPerBlock
    for length in shape {
      let (product, overflow) = bytes.multipliedReportingOverflow(by: length)
      guard length >= 0, !overflow else { throw header.error(name, "has an impossible shape", remedy: damaged) }
      bytes = product
    }
    let offsets = try entry.required("data_offsets", try entry.integers("data_offsets"))
    let dataCount = file.bytes.count - dataStart
    guard shape.count <= 8, offsets.count == 2, offsets[0] >= 0, offsets[0] <= offsets[1], offsets[1] <= dataCount
    else { throw header.error(name, "has a shape or offsets that do not fit the file", remedy: damaged) }
    guard isLeftOut || offsets[1] - offsets[0] == bytes else {
      throw header.error(
        name, "has \(offsets[1] - offsets[0]) bytes, its type and shape need \(bytes)", remedy: damaged)
    }
    let tensor = Tensor(name: name, shape: shape, type: type, file: file, offset: dataStart + offsets[0])
    return (offsets[0], offsets[1], tensor)
  }
}
