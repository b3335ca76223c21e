import Diagnostics
import Foundation
import Reading

/// A safetensors file: named tensors after a JSON header.
///
/// Format: the `safetensors` library's README. The header is untrusted: its length, every type, shape and offset is checked, and the
/// tensors must fill the data part without overlaps or holes.
package struct SafetensorsFile: Sendable {
  package let file: MappedFile
  /// Every tensor but those that are left out.
  let arrays: [String: StoredArray]

  /// Those that are weights by themselves.
  package var tensors: [String: Tensor] { arrays.compactMapValues(\.tensor) }

  private static let longestHeader = 100_000_000
  /// More than any model that runs here has: 9 in each of 4,096 layers, and 3; or three of each of 128 experts in 94 layers.
  static let mostTensors = 65_536
  private static let damaged: ShownText = "download or save the file again"

  /// Parses the header. Throws `InputError` naming the tensor that is wrong.
  ///
  /// - Parameter ignored: ends of names of tensors that are left out, whatever their type.
  package init(_ url: URL, ignoring ignored: [String] = []) throws {
    try self.init(url, ignoring: ignored, withCodes: false)
  }

  /// - Parameter withCodes: whether it may hold integers and 8-bit floats, to which other tensors give their values.
  init(_ url: URL, ignoring ignored: [String], withCodes: Bool) throws {
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
    let types = StoredType.allCases.filter { withCodes || $0.elementType != nil }
    arrays = try Self.arrays(header, file, dataStart: cursor.position, types, ignored)
  }

  private static func arrays(
    _ header: JSONFile, _ file: MappedFile, dataStart: Int, _ types: [StoredType], _ ignored: [String]
  ) throws -> [String: StoredArray] {
    guard header.members.keys.count <= mostTensors else {
      throw InputError(
        file.path, "describes \(header.members.keys.count) tensors, more than \(mostTensors)",
        remedy: "give the weights of one model")
    }
    var found: [(begin: Int, end: Int, array: StoredArray)] = []
    for name in header.members.keys where name != "__metadata__" {
      let isLeftOut = ignored.contains(where: name.hasSuffix)
      found.append(try array(name, header, file, dataStart, types, isLeftOut: isLeftOut))
    }
    // An empty tensor starts where its neighbour does, so the end decides too.
    found.sort { ($0.begin, $0.end) < ($1.begin, $1.end) }
    var end = 0
    for entry in found {
      guard entry.begin == end else {
        let problem: ShownText = entry.begin < end ? "overlaps another tensor" : "has unused bytes before it"
        throw header.error(entry.array.name, problem, remedy: damaged)
      }
      end = entry.end
    }
    guard end == file.bytes.count - dataStart else {
      throw InputError(
        file.path, "has \(file.bytes.count - dataStart) bytes of data, its tensors describe \(end)", remedy: damaged)
    }
    var arrays: [String: StoredArray] = [:]
    for entry in found where !ignored.contains(where: entry.array.name.hasSuffix) {
      // The header's keys differ in their bytes, these by canonical equivalence.
      guard arrays.updateValue(entry.array, forKey: entry.array.name) == nil else {
        throw header.error(entry.array.name, "occurs twice", remedy: damaged)
      }
    }
    return arrays
  }

  /// What the tensors of its module say of one whose type is not read.
  private static func quantised(_ name: String, among header: JSONFile) -> TensorLeftover? {
    let module = name.split(separator: ".").dropLast().joined(separator: ".")
    let beside = header.members.keys.filter { $0.hasPrefix("\(module).") }
    return ([name] + beside).lazy.compactMap(TensorLeftover.init).first { !$0.isWrapper }
  }

  private static func array(
    _ name: String, _ header: JSONFile, _ file: MappedFile, _ dataStart: Int, _ types: [StoredType], isLeftOut: Bool
  ) throws -> (begin: Int, end: Int, array: StoredArray) {
    let entry = try header.required(name, try header.object(name))
    let dtype = try entry.required("dtype", try entry.string("dtype"))
    guard let type = types.first(where: { $0.rawValue == dtype }) ?? (isLeftOut ? .f32 : nil) else {
      let names = types.map(\.rawValue).sorted().joined(separator: ", ")
      throw header.error(
        name, "has type '\(dtype)', which is not supported; supported: \(words: names)",
        remedy: quantised(name, among: header)?.remedy ?? "save the model in one of these")
    }
    let shape = try entry.required("shape", try entry.integers("shape"))
    var bytes = type.bytes
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
    let array = StoredArray(name: name, type: type, shape: shape, file: file, offset: dataStart + offsets[0])
    return (offsets[0], offsets[1], array)
  }
}
