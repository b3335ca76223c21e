import Diagnostics
import Yams

/// Typed values: each is nil where the key is absent, and throws `InputError` where the value is another.
extension YAMLMapping {
  /// - Parameter mayBeEmpty: whether "" is a value.
  package func text(_ key: String, mayBeEmpty: Bool = false) throws -> String? {
    guard let node = values[key] else { return nil }
    guard let text = node.scalar?.string, mayBeEmpty || !text.isEmpty else {
      throw error(key, "is not text", remedy: "write one value after '\(key):'")
    }
    return text
  }

  /// A path relative to the file's folder.
  package func filePath(_ key: String) throws -> String? { try text(key).map(resolve) }

  /// An absolute path as it is; any other behind the file's folder.
  package func resolve(_ path: String) -> String {
    guard !path.hasPrefix("/") else { return path }
    let folder = file.lastIndex(of: "/").map { String(file[...$0]) } ?? ""
    return folder + path
  }

  /// A list that is not empty, of texts that are not either.
  ///
  /// - Parameter orOne: whether a single text stands for a list of it.
  package func texts(_ key: String, orOne: Bool = false) throws -> [String]? {
    guard let node = values[key] else { return nil }
    if orOne, node.scalar != nil { return try text(key).map { [$0] } }
    guard let elements = node.sequence, !elements.isEmpty else {
      throw error(key, "is not a list", remedy: "write a list such as [a, b]")
    }
    return try elements.map {
      guard let text = $0.scalar?.string, !text.isEmpty else {
        throw error(key, "an element is not text", remedy: "write a list such as [a, b]")
      }
      return text
    }
  }

  package func integer(_ key: String, in range: ClosedRange<Int>) throws -> Int? {
    try values[key].map { try integer($0.scalar?.string ?? "", key, range) }
  }

  package func integers(_ key: String, in range: ClosedRange<Int>) throws -> [Int]? {
    try texts(key)?.map { try integer($0, key, range) }
  }

  private func integer(_ text: String, _ key: String, _ range: ClosedRange<Int>) throws -> Int {
    guard let number = Int(text), range.contains(number) else {
      throw error(
        key, "is not a whole number from \(range.lowerBound) to \(range.upperBound)", remedy: "write such a number")
    }
    return number
  }

  /// A whole number from 0.
  package func unsigned(_ key: String) throws -> UInt64? {
    guard let node = values[key] else { return nil }
    guard let number = node.scalar.flatMap({ UInt64($0.string) }) else {
      throw error(key, "is not a whole number from 0", remedy: "write an integer")
    }
    return number
  }

  /// - Parameter range: what is allowed, in words and as a test; infinities and NaN never are.
  package func number(
    _ key: String, _ range: ShownText, remedy: ShownText = "write such a number", _ isAllowed: (Double) -> Bool
  ) throws -> Double? {
    guard let node = values[key] else { return nil }
    guard let number = node.scalar.flatMap({ Double($0.string) }), number.isFinite, isAllowed(number) else {
      throw error(key, "is not a number \(range)", remedy: remedy)
    }
    return number
  }

  /// `[low, high]`, or one number for both.
  package func range(_ key: String, in limits: ClosedRange<Int>) throws -> ClosedRange<Int>? {
    guard let node = values[key] else { return nil }
    let numbers = (node.sequence.map(Array.init) ?? [node]).map { $0.scalar.flatMap { Int($0.string) } }
    guard let low = numbers.first ?? nil, let high = numbers.last ?? nil, numbers.count <= 2, low <= high,
      limits.contains(low), limits.contains(high)
    else {
      throw error(
        key, "is not a range of whole numbers from \(limits.lowerBound) to \(limits.upperBound)",
        remedy: "write the least and the most, such as [2, 4]")
    }
    return low...high
  }

  /// A name that becomes a folder's; it cannot leave the one that it is put into.
  package func folderName(_ key: String) throws -> String {
    let name = try required(key, try text(key))
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+-]{0,79}/) != nil else {
      throw error(
        key, "is not a name that a folder can have",
        remedy: "write letters, digits, '-', '_', '+' and '.', a letter or digit first, at most 80")
    }
    return name
  }

  /// `true` or `false`.
  package func boolean(_ key: String) throws -> Bool? {
    guard let node = values[key] else { return nil }
    switch node.scalar?.string {
    case "true": return true
    case "false": return false
    default: throw error(key, "is neither true nor false", remedy: "write one of them")
    }
  }

  /// One of a type's raw values, else the nearest one named.
  package func choice<Choice>(_ key: String, _ type: Choice.Type = Choice.self) throws -> Choice?
  where Choice: RawRepresentable & CaseIterable, Choice.RawValue == String {
    guard let node = values[key] else { return nil }
    guard let choice = node.scalar.flatMap({ Choice(rawValue: $0.string) }) else {
      let known = Choice.allCases.map(\.rawValue)
      let nearest = nearestKey(to: node.scalar?.string ?? "", among: known)
      throw error(
        key, "is none of \(words: known.joined(separator: ", "))",
        remedy: nearest.map { "did you mean '\($0)'?" } ?? "write one of them")
    }
    return choice
  }
}
