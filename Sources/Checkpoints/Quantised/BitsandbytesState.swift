import Diagnostics
import Reading

/// What bitsandbytes' `QuantState.as_dict(packed=True)` says of a 4-bit weight as JSON.
struct BitsandbytesState {
  /// "nf4" or "fp4".
  let type: String
  /// [outputs, inputs]
  let shape: [Int]
  /// Codes a scale.
  let block: Int
  let nested: Nested?

  /// How the scales are quantised themselves.
  struct Nested {
    let block: Int
    let offset: Float
  }

  static let types = ["nf4", "fp4"]
  private static let blocks = [32, 64, 128, 256, 512, 1024, 2048, 4096]

  /// - Parameter isNested: whether the tensors beside it are those of quantised scales.
  init(_ array: StoredArray, named type: String, isNested: Bool, _ modules: StoredModules) throws {
    guard array.count <= 1 << 16 else { throw modules.error(array, "is longer than a quantisation's state is") }
    // The place of every error: the tensor that holds the text.
    func refuse(_ problem: ShownText) -> InputError { modules.error(array, problem) }
    let json: JSONFile
    do {
      json = try JSONFile(path: array.file.path, bytes: array.bytes)
    } catch { throw refuse("does not hold the JSON of a quantisation's state") }
    func read<Value>(_ key: String, _ value: (String) throws -> Value?) throws -> Value {
      guard let found = try? value(key) else {
        throw refuse("'\(key)' is missing in the quantisation's state, or of another kind than bitsandbytes writes")
      }
      return found
    }
    self.type = try read("quant_type", json.string)
    guard self.type == type else { throw refuse("has quant_type '\(self.type)', its name says \(type)") }
    shape = try read("shape", json.integers)
    guard shape.count == 2, shape.allSatisfy({ $0 > 0 && $0 <= 1 << 28 }) else {
      throw refuse("has shape \(shape), expected a matrix")
    }
    block = try read("blocksize", json.integer)
    guard Self.blocks.contains(block) else { throw refuse("has blocksize \(block), which bitsandbytes does not have") }
    guard isNested || json.members["nested_offset"] != nil || json.members["nested_blocksize"] != nil else {
      nested = nil
      return
    }
    let nestedBlock = try read("nested_blocksize", json.integer)
    guard nestedBlock > 0, nestedBlock <= 1 << 20 else { throw refuse("has nested_blocksize \(nestedBlock)") }
    nested = Nested(block: nestedBlock, offset: Float(try read("nested_offset", json.number)))
  }
}
