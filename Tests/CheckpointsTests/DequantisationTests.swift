import Foundation
import Reading
import Testing

import Checkpoints

@Suite("Weights decode to the bits of the gguf package")
struct DequantisationTests {
  @Test("blocks of every type, decoded whole, row by row, and at any alignment", arguments: ElementType.allCases)
  func blocks(type: ElementType) throws {
    let gguf = try GGUFFile(golden("quantisation/blocks.gguf"))
    let name = type.rawValue.lowercased()
    // F32 is its own expectation and has no tensor of its own.
    let tensor = try #require(gguf.tensors[type == .f32 ? "q4_0.expected" : name])
    let expected = try #require(gguf.tensors[type == .f32 ? "q4_0.expected" : "\(name).expected"])
    #expect(tensor.type == type)
    #expect(tensor.shape == [4, 256])
    #expect(tensor.decodeAll().map(\.bitPattern) == expected.decodeAll().map(\.bitPattern))
    #expect(expected.decodeAll() == expected.storedBytes.toFloats())

    var rows = [Float](repeating: 0, count: 2 * 256)
    tensor.decode(rows: 1..<3, into: &rows)
    #expect(rows == Array(expected.decodeAll()[256..<768]))

    let folder = try TemporaryFolder()
    let shifted = try MappedFile(try folder.write("shifted", [7] + Array(tensor.storedBytes)))
    let moved = Tensor(name: name, shape: tensor.shape, type: type, file: shifted, offset: 1)
    #expect(moved.decodeAll() == expected.decodeAll())
  }

  @Test("every fp16 pattern gives Float16's value")
  func halves() throws {
    let folder = try TemporaryFolder()
    let patterns = (0...UInt16.max).map { $0 }
    let file = try MappedFile(try folder.write("halves", patterns.flatMap { littleEndian($0) }))
    let tensor = Tensor(name: "halves", shape: [65_536], type: .f16, file: file, offset: 0)
    let wrong = zip(patterns, tensor.decodeAll()).filter { pattern, value in
      let expected = Float(Float16(bitPattern: pattern))
      return value.bitPattern != expected.bitPattern && !(value.isNaN && expected.isNaN)
    }
    #expect(wrong.isEmpty)
  }

  @Test("interleaved query rows come back in the order of the halves")
  func interleaved() throws {
    let folder = try TemporaryFolder()
    // Two heads of four rows, one column: stored as pairs (0, 2), (1, 3) of Hugging Face's order.
    let file = try MappedFile(try folder.write("q", littleEndian([0, 2, 1, 3, 10, 12, 11, 13])))
    let tensor = Tensor(
      name: "q", shape: [8, 1], type: .f32, file: file, offset: 0, rowOrder: .interleavedPairs(headDimension: 4))
    #expect(tensor.decodeAll() == [0, 1, 2, 3, 10, 11, 12, 13])
    var part = [Float](repeating: 0, count: 3)
    tensor.decode(rows: 2..<5, into: &part)
    #expect(part == [2, 3, 10])
  }

  @Test("the first weight that is not finite is found", arguments: [Float.nan, .infinity, -.infinity])
  func nonFinite(bad: Float) throws {
    let folder = try TemporaryFolder()
    var values = [Float](repeating: -Float.greatestFiniteMagnitude, count: 40)
    let file = try MappedFile(try folder.write("good", littleEndian(values)))
    #expect(Tensor(name: "w", shape: [5, 8], type: .f32, file: file, offset: 0).firstNonFinite() == nil)
    values[21] = bad
    values[30] = bad
    let other = try MappedFile(try folder.write("bad", littleEndian(values)))
    #expect(Tensor(name: "w", shape: [5, 8], type: .f32, file: other, offset: 0).firstNonFinite() == 21)
  }
}

extension UnsafeRawBufferPointer {
  func toFloats() -> [Float] {
    stride(from: 0, to: count, by: 4).map {
      Float(bitPattern: UInt32(littleEndian: loadUnaligned(fromByteOffset: $0, as: UInt32.self)))
    }
  }
}
