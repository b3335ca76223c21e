import Diagnostics
import Foundation
import Reading

/// The key-value part of a GGUF file. Values stay in the mapped file until a getter asks for one.
///
/// Every getter gives nil for an absent key and throws `InputError` where the value has another type. Integers are accepted at every
/// width and sign that holds them, because writers differ.
package struct GGUFMetadata: Sendable {
  /// GGUF's value types by their numbers.
  enum ValueType: UInt32 {
    case uint8, int8, uint16, int16, uint32, int32, float32, bool, string, array, uint64, int64, float64

    /// Bytes of one value; nil where it varies.
    var size: Int? {
      switch self {
      case .uint8, .int8, .bool: 1
      case .uint16, .int16: 2
      case .uint32, .int32, .float32: 4
      case .uint64, .int64, .float64: 8
      case .string, .array: nil
      }
    }
  }

  /// A value, or the elements of an array, at `bytes` in the file.
  struct Entry: Sendable {
    let type: ValueType
    /// Of an array: the number of elements, whose type is `type`.
    let count: Int?
    let bytes: Range<Int>
  }

  let file: MappedFile
  let entries: [String: Entry]

  package var path: String { file.path }
  package var keys: [String] { entries.keys.sorted() }

  package func contains(_ key: String) -> Bool { entries[key] != nil }

  package func string(_ key: String) throws -> String? {
    guard let entry = try scalar(key, "a string", [.string]) else { return nil }
    return try file.text(entry.bytes.dropFirst(8), key)
  }

  package func integer(_ key: String) throws -> Int? {
    guard let entry = try scalar(key, "an integer", Self.integerTypes) else { return nil }
    return try integer(entry.type, at: entry.bytes.lowerBound, key)
  }

  package func bool(_ key: String) throws -> Bool? {
    guard let entry = try scalar(key, "a boolean", [.bool]) else { return nil }
    return file.bytes[entry.bytes.lowerBound] != 0
  }

  /// A float; an integer is taken too.
  package func double(_ key: String) throws -> Double? {
    let types = [.float32, .float64] + Self.integerTypes
    guard let entry = try scalar(key, "a number", types) else { return nil }
    return try double(entry.type, at: entry.bytes.lowerBound, key)
  }

  package func strings(_ key: String) throws -> [String]? {
    guard let (entry, count) = try array(key, "an array of strings", [.string]) else { return nil }
    var cursor = ByteCursor(file, at: entry.bytes.lowerBound)
    var values: [String] = []
    values.reserveCapacity(count)
    for index in 0..<count {
      values.append(try file.text(cursor.stringRange(key), "\(key)[\(index)]"))
    }
    return values
  }

  package func integers(_ key: String) throws -> [Int]? {
    guard let (entry, count) = try array(key, "an array of integers", Self.integerTypes) else { return nil }
    let size = entry.type.size ?? 0
    return try (0..<count).map { try integer(entry.type, at: entry.bytes.lowerBound + $0 * size, key) }
  }

  package func doubles(_ key: String) throws -> [Double]? {
    let types = [.float32, .float64] + Self.integerTypes
    guard let (entry, count) = try array(key, "an array of numbers", types) else { return nil }
    let size = entry.type.size ?? 0
    return try (0..<count).map { try double(entry.type, at: entry.bytes.lowerBound + $0 * size, key) }
  }

  package func bools(_ key: String) throws -> [Bool]? {
    guard let (entry, count) = try array(key, "an array of booleans", [.bool]) else { return nil }
    return (0..<count).map { file.bytes[entry.bytes.lowerBound + $0] != 0 }
  }

  /// Elements of an array; nil where the key is absent or not an array.
  package func count(_ key: String) -> Int? { entries[key]?.count }

  private static let integerTypes: [ValueType] = [.uint8, .int8, .uint16, .int16, .uint32, .int32, .uint64, .int64]

  private func scalar(_ key: String, _ expected: String, _ types: [ValueType]) throws -> Entry? {
    guard let entry = entries[key] else { return nil }
    guard entry.count == nil, types.contains(entry.type) else { throw wrongType(key, expected) }
    return entry
  }

  private func array(_ key: String, _ expected: String, _ types: [ValueType]) throws -> (Entry, Int)? {
    guard let entry = entries[key] else { return nil }
    guard let count = entry.count, count == 0 || types.contains(entry.type) else { throw wrongType(key, expected) }
    return (entry, count)
  }

  private func wrongType(_ key: String, _ expected: String) -> InputError {
    let entry = entries[key]
    let found = entry.map { $0.count == nil ? "\($0.type)" : "an array of \($0.type)" } ?? "nothing"
    return InputError(path, field: key, "is \(found), expected \(expected)", remedy: "convert the model again")
  }

  private func integer(_ type: ValueType, at offset: Int, _ key: String) throws -> Int {
    switch type {
    case .uint8: return Int(file.bytes[offset])
    case .int8: return Int(load(Int8.self, offset))
    case .uint16: return Int(load(UInt16.self, offset))
    case .int16: return Int(load(Int16.self, offset))
    case .uint32: return Int(load(UInt32.self, offset))
    case .int32: return Int(load(Int32.self, offset))
    case .int64: return Int(load(Int64.self, offset))
    default:
      guard let value = Int(exactly: load(UInt64.self, offset)) else {
        throw InputError(path, field: key, "is too large an integer", remedy: "convert the model again")
      }
      return value
    }
  }

  private func double(_ type: ValueType, at offset: Int, _ key: String) throws -> Double {
    switch type {
    case .float32: Double(Float(bitPattern: load(UInt32.self, offset)))
    case .float64: Double(bitPattern: load(UInt64.self, offset))
    default: Double(try integer(type, at: offset, key))
    }
  }

  private func load<Value: FixedWidthInteger>(_ type: Value.Type, _ offset: Int) -> Value {
    Value(littleEndian: file.bytes.loadUnaligned(fromByteOffset: offset, as: Value.self))
  }
}
