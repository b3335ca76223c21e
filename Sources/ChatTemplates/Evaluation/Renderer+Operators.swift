import Diagnostics

/// Python's operators. None of them converts: a string and a number cannot be added.
extension Renderer {
  func binary(
    _ operation: BinaryOperator, _ left: TemplateValue, _ right: TemplateValue
  ) throws(TemplateFault) -> TemplateValue {
    for case .undefined(let words) in [left, right] {
      // Formatting takes what is undefined as text.
      if operation == .remainder, left.text != nil { continue }
      throw TemplateFault(.evaluation, "\(words)")
    }
    if let first = left.number, let second = right.number { return try arithmetic(operation, first, second) }
    switch operation {
    case .add: if let sum = try joined(left, right) { return sum }
    case .multiply:
      if let product = try repeated(left, right) { return product }
      if let product = try repeated(right, left) { return product }
    case .remainder:
      if case .markup = left { throw Self.unsupportedMarkup("%") }
      if let format = left.text { return try string(try formatted(format, with: right)) }
    default: break
    }
    throw TemplateFault(
      .evaluation, "'\(operation.rawValue)' is not defined for \(left.typeName) and \(right.typeName)")
  }

  private func joined(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFault) -> TemplateValue? {
    switch (left, right) {
    case (.string(let first), .string(let second)): return try string(first + second)
    case (.markup(let first), .markup(let second)): return try markup(first + second)
    case (.markup(let first), .string(let second)): return try markup(first + second.htmlEscaped)
    case (.string(let first), .markup(let second)): return try markup(first.htmlEscaped + second)
    case (.sequence(let first), .sequence(let second))
    where first.kind == second.kind && (first.kind == .list || first.kind == .tuple):
      return try sequence(first.kind, first.elements + second.elements)
    default: return nil
    }
  }

  func markup(_ text: String) throws(TemplateFault) -> TemplateValue {
    try allocate(text.utf8.count)
    return .markup(text)
  }

  private func repeated(_ value: TemplateValue, _ times: TemplateValue) throws(TemplateFault) -> TemplateValue? {
    guard case .integer(let count)? = times.number else { return nil }
    let repeats = max(0, count)
    switch value {
    case .string(let text), .markup(let text):
      let (bytes, overflows) = text.utf8.count.multipliedReportingOverflow(by: repeats)
      try allocate(overflows ? Int.max / 2 : bytes)
      let product = text.isEmpty ? "" : String(repeating: text, count: repeats)
      if case .markup = value { return .markup(product) }
      return .string(product)
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      let (count, overflows) = sequence.elements.count.multipliedReportingOverflow(by: repeats)
      try allocate(overflows || count > Self.allocationLimit ? Int.max / 2 : count)
      guard !sequence.elements.isEmpty else { return value }
      return try self.sequence(sequence.kind, Array(repeatElement(sequence.elements, count: repeats).joined()))
    default: return nil
    }
  }

  private func arithmetic(
    _ operation: BinaryOperator, _ left: TemplateNumber, _ right: TemplateNumber
  ) throws(TemplateFault) -> TemplateValue {
    if case .integer(let first) = left, case .integer(let second) = right, operation != .divide {
      return try integerArithmetic(operation, first, second)
    }
    let (first, second) = (left.double, right.double)
    if second == 0, [.divide, .floorDivide, .remainder].contains(operation) { throw Self.divisionByZero }
    switch operation {
    case .add: return .float(first + second)
    case .subtract: return .float(first - second)
    case .multiply: return .float(first * second)
    case .divide: return .float(first / second)
    case .floorDivide: return .float(Self.divided(first, second).quotient)
    case .remainder: return .float(Self.divided(first, second).rest)
    case .power: throw TemplateFault(.evaluation, "'**' is supported for integers alone")
    }
  }

  /// Python's `divmod` of floats.
  private static func divided(_ first: Double, _ second: Double) -> (quotient: Double, rest: Double) {
    var rest = first.truncatingRemainder(dividingBy: second)
    var quotient = (first - rest) / second
    if rest == 0 {
      rest = Double(signOf: second, magnitudeOf: 0)
    } else if (rest < 0) != (second < 0) {
      rest += second
      quotient -= 1
    }
    guard quotient != 0 else { return (Double(signOf: first / second, magnitudeOf: 0), rest) }
    let floor = quotient.rounded(.down)
    return (quotient - floor > 0.5 ? floor + 1 : floor, rest)
  }

  private func integerArithmetic(_ operation: BinaryOperator, _ first: Int, _ second: Int) throws(TemplateFault)
    -> TemplateValue
  {
    let result: (partialValue: Int, overflow: Bool)
    switch operation {
    case .add: result = first.addingReportingOverflow(second)
    case .subtract: result = first.subtractingReportingOverflow(second)
    case .multiply: result = first.multipliedReportingOverflow(by: second)
    case .floorDivide, .remainder, .divide:
      guard second != 0 else { throw Self.divisionByZero }
      guard first != Int.min else { throw Self.tooLarge }
      let rest = first % second
      let isBelow = rest != 0 && (rest < 0) != (second < 0)
      return .integer(operation == .remainder ? (isBelow ? rest + second : rest) : first / second - (isBelow ? 1 : 0))
    case .power: return try power(first, second)
    }
    guard !result.overflow else { throw Self.tooLarge }
    return .integer(result.partialValue)
  }

  private func power(_ base: Int, _ exponent: Int) throws(TemplateFault) -> TemplateValue {
    guard exponent >= 0 else { throw TemplateFault(.evaluation, "'**' is supported for exponents from 0 alone") }
    if base == 0 || base == 1 { return .integer(exponent == 0 ? 1 : base) }
    guard exponent < 64 else { throw Self.tooLarge }
    var result = 1
    for _ in 0..<exponent {
      let (product, overflows) = result.multipliedReportingOverflow(by: base)
      guard !overflows else { throw Self.tooLarge }
      result = product
    }
    return .integer(result)
  }

  private static let divisionByZero = TemplateFault(.evaluation, "division by zero")
  /// Python's integers have no end; no template needs more than 64 bits.
  private static let tooLarge = TemplateFault(.limit, "the integer has more than 64 bits")

  func negated(_ value: TemplateValue) throws(TemplateFault) -> TemplateValue {
    switch value.number {
    case .integer(let integer)? where integer != Int.min: return .integer(-integer)
    case .float(let double)?: return .float(-double)
    default: return try unarySign("-", value)
    }
  }

  func positive(_ value: TemplateValue) throws(TemplateFault) -> TemplateValue {
    switch value.number {
    case .integer(let integer)?: return .integer(integer)
    case .float(let double)?: return .float(double)
    default: return try unarySign("+", value)
    }
  }

  private func unarySign(_ sign: String, _ value: TemplateValue) throws(TemplateFault) -> TemplateValue {
    if case .undefined(let words) = value { throw TemplateFault(.evaluation, "\(words)") }
    throw TemplateFault(.evaluation, "unary '\(sign)' is not defined for \(value.typeName)")
  }

  func compare(
    _ left: TemplateValue, _ comparator: Comparator, _ right: TemplateValue
  ) throws(TemplateFault) -> Bool {
    try spend(walking: left)
    try spend(walking: right)
    switch comparator {
    case .equal: return try isEqual(left, right)
    case .notEqual: return try !isEqual(left, right)
    case .less: return try isLess(left, right)
    case .greater: return try isLess(right, left)
    case .lessOrEqual: return try isLess(left, right) || left.isEqual(to: right)
    case .greaterOrEqual: return try isLess(right, left) || left.isEqual(to: right)
    case .within: return try isWithin(left, right)
    case .notWithin: return try !isWithin(left, right)
    }
  }

  func isEqual(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFault) -> Bool {
    if options.isStrict {
      for case .undefined(let words) in [left, right] { throw TemplateFault(.evaluation, "\(words)") }
    }
    return left.isEqual(to: right)
  }

  func isLess(_ left: TemplateValue, _ right: TemplateValue) throws(TemplateFault) -> Bool {
    for case .undefined(let words) in [left, right] { throw TemplateFault(.evaluation, "\(words)") }
    guard let isLess = left.isLess(than: right) else {
      throw TemplateFault(.evaluation, "\(left.typeName) and \(right.typeName) have no order")
    }
    return isLess
  }

  func isWithin(_ value: TemplateValue, _ container: TemplateValue) throws(TemplateFault) -> Bool {
    switch container {
    case .string(let text), .markup(let text):
      if case .undefined(let words) = value { throw TemplateFault(.evaluation, "\(words)") }
      return text.hasExactly(try value.string(for: "what is looked for in a string"))
    case .mapping(let mapping): return try member(value, of: mapping) != nil
    // It is gone through as far as that takes.
    case .generator(let generator):
      while let element = generator.takeFirst() {
        try spend(1)
        if element.isEqual(to: value) { return true }
      }
      return false
    default: return try elements(of: container).contains { $0.isEqual(to: value) }
    }
  }
}
