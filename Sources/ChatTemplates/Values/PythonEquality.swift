/// Python's `==`, order, truth and membership.
extension TemplateValue {
  /// Whether a condition takes it for true.
  var isTrue: Bool {
    switch self {
    case .undefined, .none: false
    case .bool(let value): value
    case .integer(let value): value != 0
    case .float(let value): value != 0
    case .string(let text), .markup(let text): !text.isEmpty
    case .sequence(let sequence): !sequence.elements.isEmpty
    case .mapping(let mapping): mapping.count > 0
    case .namespace, .generator, .callable, .loop: true
    }
  }

  /// Elements that are compared each with each.
  private static let largestSet = 512

  func isEqual(to other: TemplateValue) -> Bool {
    switch (self, other) {
    case (.undefined, .undefined), (.none, .none): return true
    case (.sequence(let first), .sequence(let second)):
      guard first.kind == second.kind, first.kind != .values, first.elements.count == second.elements.count else {
        return false
      }
      if zip(first.elements, second.elements).allSatisfy({ $0.isEqual(to: $1) }) { return true }
      // A dictionary's keys and items are sets: their order says nothing.
      guard first.kind == .keys || first.kind == .items, first.elements.count <= Self.largestSet else { return false }
      return first.elements.allSatisfy { element in second.elements.contains { $0.isEqual(to: element) } }
    case (.mapping(let first), .mapping(let second)):
      guard first.count == second.count else { return false }
      return first.entries.allSatisfy { entry in second[entry.key].map { $0.isEqual(to: entry.value) } ?? false }
    case (.namespace(let first), .namespace(let second)): return first == second
    case (.generator(let first), .generator(let second)): return first === second
    case (.loop(let first), .loop(let second)): return first === second
    case (.callable(.global(let first)), .callable(.global(let second))): return first == second
    case (.callable(.macro(let first)), .callable(.macro(let second))): return first == second
    default:
      if let first = text, let second = other.text { return first.utf8.elementsEqual(second.utf8) }
      guard let first = number, let second = other.number else { return false }
      return first.isEqual(to: second)
    }
  }

  /// Whether the value stands before another; nil where Python cannot order them.
  func isLess(than other: TemplateValue) -> Bool? {
    if let first = text, let second = other.text { return first.isBefore(second) }
    if let first = number, let second = other.number { return first.isLess(than: second) }
    guard case .sequence(let first) = self, case .sequence(let second) = other, first.kind == second.kind,
      first.kind == .list || first.kind == .tuple
    else { return nil }
    for (left, right) in zip(first.elements, second.elements) where !left.isEqual(to: right) {
      return left.isLess(than: right)
    }
    return first.elements.count < second.elements.count
  }

  /// The value as a number: Python counts true as 1.
  var number: TemplateNumber? {
    switch self {
    case .bool(let value): .integer(value ? 1 : 0)
    case .integer(let value): .integer(value)
    case .float(let value): .float(value)
    default: nil
    }
  }
}

extension String {
  /// Python's order of strings, that of code points, which is that of UTF-8's bytes.
  func isBefore(_ other: String) -> Bool { utf8.lexicographicallyPrecedes(other.utf8) }
}

enum TemplateNumber {
  case integer(Int)
  case float(Double)

  var double: Double {
    switch self {
    case .integer(let value): Double(value)
    case .float(let value): value
    }
  }

  func isEqual(to other: TemplateNumber) -> Bool {
    switch (self, other) {
    case (.integer(let first), .integer(let second)): first == second
    case (.float(let first), .float(let second)): first == second
    case (.integer(let first), .float(let second)), (.float(let second), .integer(let first)):
      Int(exactly: second) == first
    }
  }

  func isLess(than other: TemplateNumber) -> Bool {
    if case .integer(let first) = self, case .integer(let second) = other { return first < second }
    return double < other.double
  }
}
