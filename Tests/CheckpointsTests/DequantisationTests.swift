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

  private struct Digests: Decodable {
    let random: String
    let edges: String
  }

  private static let blockTypes = ElementType.allCases.filter { $0.weightsPerBlock > 1 }

  @Test("a million random weights of every type of block, and its blocks at the edges", arguments: blockTypes)
  func digests(type: ElementType) throws {
    let known = try JSONDecoder().decode(
      [String: Digests].self, from: Data(contentsOf: golden("quantisation/digests.json")))
    let expected = try #require(known[type.rawValue.lowercased()])
    #expect(digest(try tensor(type, randomBlocks(type))) == expected.random)
    #expect(digest(try tensor(type, edgeBlocks(type))) == expected.edges)
  }

  @Test("a scale that makes weights infinite or NaN is found where it is", arguments: blockTypes)
  func nonFiniteBlocks(type: ElementType) throws {
    let tensor = try tensor(type, edgeBlocks(type))
    let first = tensor.decodeAll().firstIndex { !$0.isFinite }
    #expect(tensor.firstNonFinite() == first)
    // Its eight-bit scales have neither.
    #expect((first == nil) == (type == .nvfp4))
  }

  private func tensor(_ type: ElementType, _ blocks: [UInt8]) throws -> Tensor {
    let file = try MappedFile(try TemporaryFolder().write("blocks", blocks))
    let rows = blocks.count / type.bytesPerBlock
    return Tensor(name: "\(type)", shape: [rows, type.weightsPerBlock], type: type, file: file, offset: 0)
  }

  /// What Scripts/goldens/quantisation.py makes under the same names.
  private func randomBlocks(_ type: ElementType) -> [UInt8] {
    let count = (1 << 20) / type.weightsPerBlock * type.bytesPerBlock
    var random = SeededGenerator(state: UInt64(type.ggmlCode))
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count + 8)
    while bytes.count < count { withUnsafeBytes(of: random.next().littleEndian) { bytes += $0 } }
    return Array(bytes[..<count])
  }

  private func edgeBlocks(_ type: ElementType) -> [UInt8] {
    let edges: [UInt8] = [
      0x00, 0x01, 0x02, 0x03, 0x04, 0x3c, 0x7b, 0x7c, 0x7e, 0x7f, 0x80, 0xfb, 0xfc, 0xfe, 0xff,
    ]
    return [0x00, 0x55, 0xff].flatMap { (fill: UInt8) -> [UInt8] in
      (0..<type.bytesPerBlock).flatMap { place in
        edges.flatMap { edge in
          var block = [UInt8](repeating: fill, count: type.bytesPerBlock)
          block[place] = edge
          return block
        }
      }
    }
  }

  /// The sum of the mixed bits of all values, each with its place; one NaN for all of them.
  private func digest(_ tensor: Tensor) -> String {
    var (place, sum): (UInt64, UInt64) = (0, 0)
    for value in tensor.decodeAll() {
      let bits: UInt32 = value.isNaN ? 0x7fc0_0000 : value.bitPattern
      var mixed = SeededGenerator(state: UInt64(bits) &+ place)
      sum &+= mixed.next()
      place &+= 0x9e37_79b9_7f4a_7c15
    }
    let digits = String(sum, radix: 16)
    return String(repeating: "0", count: 16 - digits.count) + digits
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
