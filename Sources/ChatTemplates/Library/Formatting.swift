import Diagnostics
import Foundation

/// Python's two ways of formatting: `'%s of %d' % (a, b)` and `'{} of {}'.format(a, b)`.
extension Renderer {
  /// What a conversion asks for.
  struct FormatSpec {
    var conversion: Unicode.Scalar = "s"
    var isLeft = false
    var isCentred = false
    var fill: Unicode.Scalar = " "
    /// Whether zeros stand between the sign and the digits.
    var padsZeros = false
    var sign = ""
    var width = 0
    var precision: Int?
  }

  /// The most characters that a width or precision may ask for.
  private static let widthLimit = 10_000

  func formatted(_ format: String, with value: TemplateValue) throws(TemplateFault) -> String {
    var values: [TemplateValue] = [value]
    var isTuple = false
    if case .sequence(let sequence) = value, sequence.kind == .tuple { (values, isTuple) = (sequence.elements, true) }
    var rest = Array(format.unicodeScalars)[...]
    var result = ""
    var used = 0
    try allocate(format.utf8.count)
    while let scalar = rest.popFirst() {
      guard scalar == "%" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if rest.first == "%" {
        rest.removeFirst()
        result += "%"
        continue
      }
      let key = try percentKey(&rest)
      let spec = try percentSpec(&rest)
      let argument: TemplateValue
      if let key {
        guard case .mapping(let mapping) = value, let member = mapping[key] else {
          throw TemplateFault(.evaluation, "'%(\(key))' has no value")
        }
        (argument, isTuple) = (member, false)
        used = values.count
      } else {
        guard used < values.count else { throw TemplateFault(.evaluation, "'%' has fewer values than conversions") }
        argument = values[used]
        used += 1
      }
      let piece = try formatted(argument, spec)
      try allocate(piece.utf8.count)
      result += piece
    }
    if used < values.count {
      if case .mapping = value, !isTuple { return result }
      throw TemplateFault(.evaluation, "'%' has more values than conversions")
    }
    return result
  }

  private func percentKey(_ rest: inout ArraySlice<Unicode.Scalar>) throws(TemplateFault) -> String? {
    guard rest.first == "(" else { return nil }
    guard let end = rest.firstIndex(of: ")") else { throw TemplateFault(.evaluation, "'%(' has no ')'") }
    var key = String.UnicodeScalarView()
    key.append(contentsOf: rest[(rest.startIndex + 1)..<end])
    rest = rest[(end + 1)...]
    return String(key)
  }

  private func percentSpec(_ rest: inout ArraySlice<Unicode.Scalar>) throws(TemplateFault) -> FormatSpec {
    var spec = FormatSpec()
    while let flag = rest.first, "-0+ ".unicodeScalars.contains(flag) {
      rest.removeFirst()
      switch flag {
      case "-": spec.isLeft = true
      case "0": spec.padsZeros = true
      default: if spec.sign != "+" { spec.sign = String(flag) }
      }
    }
    spec.width = try digits(&rest) ?? 0
    if rest.first == "." {
      rest.removeFirst()
      spec.precision = try digits(&rest) ?? 0
    }
    guard let conversion = rest.popFirst() else { throw TemplateFault(.evaluation, "'%' stands at the format's end") }
    spec.conversion = conversion
    return spec
  }

  private func digits(_ rest: inout ArraySlice<Unicode.Scalar>) throws(TemplateFault) -> Int? {
    var text = ""
    while let digit = rest.first, ("0"..."9").contains(digit), text.count < 9 {
      text.unicodeScalars.append(digit)
      rest.removeFirst()
    }
    guard !text.isEmpty else { return nil }
    guard let value = Int(text), value <= Self.widthLimit else {
      throw TemplateFault(.limit, "a format asks for more than \(Self.widthLimit) characters")
    }
    return value
  }

  private func formatted(_ value: TemplateValue, _ spec: FormatSpec) throws(TemplateFault) -> String {
    var text: String
    var isNumber = true
    switch spec.conversion {
    case "s":
      text = try self.text(of: value)
      isNumber = false
    case "r":
      guard let literal = value.represented else { throw TemplateFault(.evaluation, "a \(value.typeName) has no text") }
      text = literal
      isNumber = false
    case "d", "i", "u":
      guard let number = value.number, number.double.magnitude < 9e18 else {
        throw TemplateFault(.evaluation, "'%\(String(spec.conversion))' needs a number, not \(value.typeName)")
      }
      text = if case .integer(let integer) = number { String(integer) } else { String(Int(number.double)) }
    case "x", "X", "o":
      let integer = try value.integer(for: "what is formatted")
      text = String(integer, radix: spec.conversion == "o" ? 8 : 16, uppercase: spec.conversion == "X")
    case "f", "F", "e", "E", "g", "G":
      guard let number = value.number else {
        throw TemplateFault(.evaluation, "'%\(String(spec.conversion))' needs a number, not \(value.typeName)")
      }
      text = String(format: "%.\(spec.precision ?? 6)\(String(spec.conversion))", number.double)
    default:
      throw TemplateFault(.evaluation, "the conversion '%\(String(spec.conversion))' is not supported")
    }
    if !isNumber, let precision = spec.precision {
      text = String(Substring(text.unicodeScalars.prefix(precision)))
    }
    if let precision = spec.precision, "diuxXo".unicodeScalars.contains(spec.conversion) {
      let digits = text.hasPrefix("-") ? String(text.dropFirst()) : text
      let zeros = String(repeating: "0", count: max(0, precision - digits.count))
      text = (text.hasPrefix("-") ? "-" : "") + zeros + digits
    }
    if isNumber, !spec.sign.isEmpty, !text.hasPrefix("-") { text = spec.sign + text }
    return padded(text, spec, isNumber: isNumber)
  }

  private func padded(_ text: String, _ spec: FormatSpec, isNumber: Bool) -> String {
    let missing = spec.width - text.unicodeScalars.count
    guard missing > 0 else { return text }
    // Zeros are a number's, and stand on its left.
    let padsZeros = spec.padsZeros && isNumber && !spec.isLeft
    let fill = String(repeating: padsZeros ? "0" : String(spec.fill), count: missing)
    if spec.isCentred {
      return fill.prefix(missing / 2) + text + fill.prefix(missing - missing / 2)
    }
    if spec.isLeft { return text + fill }
    guard padsZeros, let sign = text.first, "+- ".contains(sign) else { return fill + text }
    return String(sign) + fill + text.dropFirst()
  }

  /// `str.format`: fields by order, number or name, with `[[fill]align][sign][0][width][.precision][type]`.
  func formatted(_ format: String, fields arguments: CallArguments) throws(TemplateFault) -> String {
    var rest = Array(format.unicodeScalars)[...]
    var result = ""
    var next = 0
    try allocate(format.utf8.count)
    while let scalar = rest.popFirst() {
      guard scalar == "{" || scalar == "}" else {
        result.unicodeScalars.append(scalar)
        continue
      }
      if rest.first == scalar {
        rest.removeFirst()
        result.unicodeScalars.append(scalar)
        continue
      }
      guard scalar == "{", let end = rest.firstIndex(of: "}") else {
        throw TemplateFault(.evaluation, "a single '\(String(scalar))' stands in the format")
      }
      var field = String.UnicodeScalarView()
      field.append(contentsOf: rest[..<end])
      rest = rest[(end + 1)...]
      let piece = try formattedField(String(field), arguments, next: &next)
      try allocate(piece.utf8.count)
      result += piece
    }
    return result
  }

  private func formattedField(
    _ field: String, _ arguments: CallArguments, next: inout Int
  ) throws(TemplateFault) -> String {
    let parts = field.split(at: ":", limit: 1)
    let name = parts[0]
    let value: TemplateValue?
    if name.isEmpty || Int(name) != nil {
      let place = Int(name) ?? next
      if name.isEmpty { next += 1 }
      value = arguments.positional.indices.contains(place) ? arguments.positional[place] : nil
    } else {
      value = arguments.named.first { $0.name.utf8.elementsEqual(name.utf8) }?.value
    }
    guard let value else {
      throw TemplateFault(.evaluation, "the format's field '\(name)' has no value, or is not supported")
    }
    guard parts.count == 2, !parts[1].isEmpty else { return try text(of: value) }
    return try formatted(value, try fieldSpec(parts[1], isNumber: value.number != nil, isFloat: value.isFloat))
  }

  private func fieldSpec(_ text: String, isNumber: Bool, isFloat: Bool) throws(TemplateFault) -> FormatSpec {
    var spec = FormatSpec()
    var rest = Array(text.unicodeScalars)[...]
    spec.isLeft = !isNumber
    var isAligned = false
    let alignments = "<>^".unicodeScalars
    if rest.count > 1, alignments.contains(rest[rest.startIndex + 1]) { spec.fill = rest.removeFirst() }
    if let alignment = rest.first, alignments.contains(alignment) {
      rest.removeFirst()
      isAligned = true
      spec.isLeft = alignment == "<"
      spec.isCentred = alignment == "^"
    }
    if let sign = rest.first, "+ -".unicodeScalars.contains(sign) {
      rest.removeFirst()
      spec.sign = sign == "-" ? "" : String(sign)
    }
    if rest.first == "0" {
      guard isNumber, !isAligned else { throw TemplateFault(.evaluation, "the format '\(text)' is not supported") }
      spec.padsZeros = true
    }
    spec.width = try digits(&rest) ?? 0
    if rest.first == "." {
      rest.removeFirst()
      spec.precision = try digits(&rest)
    }
    guard let type = rest.popFirst() else {
      guard !isFloat else { throw TemplateFault(.evaluation, "the format '\(text)' of a float needs a type") }
      spec.conversion = isNumber ? "d" : "s"
      return spec
    }
    guard rest.isEmpty, (isNumber ? "dxXofFeEgG" : "s").unicodeScalars.contains(type), !(isFloat && type == "d") else {
      throw TemplateFault(.evaluation, "the format '\(text)' is not supported")
    }
    spec.conversion = type
    return spec
  }
}

extension TemplateValue {
  fileprivate var isFloat: Bool {
    if case .float = self { return true }
    return false
  }
}
