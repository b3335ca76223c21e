import Foundation

/// The name that llama.cpp's gguf-split gives a part of a model: `NAME-00002-of-00005.gguf`.
package struct GGUFPartName: Sendable, Equatable {
  /// What comes before the numbers.
  package let stem: String
  /// From 1.
  package let number: Int
  package let count: Int

  /// - Parameter fileName: without its folder.
  package init?(_ fileName: String) {
    let ending = ".gguf"
    guard fileName.hasSuffix(ending) else { return nil }
    let pieces = fileName.dropLast(ending.count).split(separator: "-", omittingEmptySubsequences: false)
    guard pieces.count > 3, pieces[pieces.count - 2] == "of", let count = Int(pieces[pieces.count - 1]),
      let number = Int(pieces[pieces.count - 3]), (1...Self.most).contains(count), (1...count).contains(number)
    else { return nil }
    (stem, self.number, self.count) = (pieces.dropLast(3).joined(separator: "-"), number, count)
    // "+1" and "001" are numbers too, but no such names.
    guard self.name(of: number) == fileName else { return nil }
  }

  /// The same model's part `number`, from 1.
  package func name(of number: Int) -> String { "\(stem)-\(fiveDigits(number))-of-\(fiveDigits(count)).gguf" }

  /// The format counts parts in 16 bits.
  private static let most = 65_535
}

/// The number of a part in five digits, as files in parts are numbered.
func fiveDigits(_ number: Int) -> String {
  let digits = String(number)
  return String(repeating: "0", count: max(0, 5 - digits.count)) + digits
}
