import Checkpoints
import Foundation
import Testing

@Suite("Weights are rounded to the bits of numpy and the gguf package")
struct WeightEncodingTests {
  private func encoded(_ values: [Float], _ type: ElementType) throws -> [UInt8] {
    let encoding = WeightEncoding(type: type, file: "out.gguf", remedy: "write it as bf16")
    return try values.withUnsafeBufferPointer { Array(try encoding.encoded($0, of: "blk.0.ffn_up.weight", from: 0)) }
  }

  @Test("values of many sizes, ties and zeros of both signs", arguments: [ElementType.f16, .bf16, .q8_0, .f32])
  func goldens(type: ElementType) throws {
    let gguf = try GGUFFile(golden("merged/roundings.gguf"))
    let values = try #require(gguf.tensors["values"])
    let expected = type == .f32 ? values : try #require(gguf.tensors[type.rawValue])
    #expect(expected.type == type)
    #expect(try encoded(values.decodeAll(), type) == Array(expected.storedBytes))
  }

  @Test("halves are Float16's, for every one of them, what lies between two, and its neighbours")
  func halves() throws {
    let finite = (0..<UInt16(0x7bff)).flatMap { bits -> [Float] in
      let (low, high) = (Float(Float16(bitPattern: bits)), Float(Float16(bitPattern: bits + 1)))
      let middle = low + (high - low) / 2
      return [low, middle, middle.nextUp, middle.nextDown]
    }
    let values = finite + finite.map { -$0 } + [65519.996, .infinity, -.infinity]
    let expected = values.flatMap { littleEndian(Float16($0).bitPattern) }
    #expect(try encoded(values, .f16) == expected)
    #expect(try encoded([.nan], .f16)[1] & 0x7c == 0x7c)
  }

  @Test("what was q8_0 stays what it was")
  func again() throws {
    let gguf = try GGUFFile(golden("checkpoints/llama-tied-q8_0.gguf"))
    let matrices = gguf.tensors.values.filter { $0.type == .q8_0 }
    #expect(matrices.count == 15)
    for tensor in matrices { #expect(try encoded(tensor.decodeAll(), .q8_0) == Array(tensor.storedBytes)) }
  }

  @Test("a weight that f16 cannot hold, and a block that q8_0 cannot, are refused by name with the way out")
  func refusals() throws {
    expectInputError("out.gguf: blk.0.ffn_up.weight", "65520", "at 1", "bf16") { _ = try encoded([1, 65520], .f16) }
    for bad in [Float.nan, .infinity, 8.4e6] {
      let values = [Float](repeating: 1, count: 63) + [bad]
      expectInputError("out.gguf: blk.0.ffn_up.weight", "from 32 on", "bf16") { _ = try encoded(values, .q8_0) }
    }
    // A scale that is nothing in f16 is no fault.
    #expect(
      try encoded([Float](repeating: Float.leastNonzeroMagnitude, count: 32), .q8_0) == [UInt8](repeating: 0, count: 34)
    )
  }
}
