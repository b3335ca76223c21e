import Diagnostics
import Reading

extension JSONFile {
  /// A whole number within `range`; nil where the key is absent.
  func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    guard let number = try integer(key) else { return nil }
    guard range.contains(number) else {
      throw error(key, "\(number) is not read", remedy: Quantisation.dequantise)
    }
    return number
  }

  /// `group_size`, where -1 and null stand for all inputs.
  func groupSize(_ keys: [String]) throws -> Int? {
    for key in keys {
      guard let size = try integer(key), size != -1 else { continue }
      guard size > 0, size <= 1 << 24 else { throw error(key, "\(size) is not read", remedy: Quantisation.dequantise) }
      return size
    }
    return nil
  }

  func refuse(_ key: String, unless isRead: Bool, _ problem: ShownText) throws {
    guard isRead else { throw error(key, problem, remedy: Quantisation.dequantise) }
  }

  /// Two positive numbers.
  func blockSize(_ key: String) throws -> [Int]? {
    guard let value = try value(key) else { return nil }
    // compressed-tensors wrote "128x128" at first.
    let text = if case .string(let text) = value { text } else { "" }
    guard let block = text.isEmpty ? try integers(key) : text.split(separator: "x").map({ Int($0) ?? 0 })
    else { return nil }
    try refuse(
      key, unless: block.count == 2 && block.allSatisfy { $0 > 0 && $0 <= 1 << 24 },
      "is \(block), expected rows and columns of a block")
    return block
  }
}
