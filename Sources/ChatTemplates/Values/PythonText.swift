/// Values as Python's `str` and `repr` write them.
extension TemplateValue {
  /// `str(value)`; what a namespace, a generator or a function prints to is nothing that two machines agree on, and is nil.
  var printed: String? {
    switch self {
    case .undefined: ""
    case .string(let text), .markup(let text): text
    default: represented
    }
  }

  /// `repr(value)`.
  var represented: String? {
    var text = ""
    return appendRepresentation(to: &text) ? text : nil
  }

  fileprivate func appendRepresentation(to text: inout String) -> Bool {
    switch self {
    case .undefined: text += "Undefined"
    case .none: text += "None"
    case .bool(let value): text += value ? "True" : "False"
    case .integer(let value): text += String(value)
    case .float(let value): text += value.pythonText
    case .string(let string): text += string.pythonLiteral
    case .markup(let string): text += "Markup(" + string.pythonLiteral + ")"
    case .sequence(let sequence): return sequence.appendRepresentation(to: &text)
    case .mapping(let mapping):
      text += "{"
      for (place, entry) in mapping.entries.enumerated() {
        if place > 0 { text += ", " }
        guard entry.key.appendRepresentation(to: &text) else { return false }
        text += ": "
        guard entry.value.appendRepresentation(to: &text) else { return false }
      }
      text += "}"
    case .namespace, .generator, .loop, .callable: return false
    }
    return true
  }
}

extension TemplateSequence {
  fileprivate func appendRepresentation(to text: inout String) -> Bool {
    if kind == .range { return appendRange(to: &text) }
    let (open, close) =
      switch kind {
      case .list: ("[", "]")
      case .tuple: ("(", elements.count == 1 ? ",)" : ")")
      default: ("\(kind.rawValue)([", "])")
      }
    text += open
    for (place, element) in elements.enumerated() {
      if place > 0 { text += ", " }
      guard element.appendRepresentation(to: &text) else { return false }
    }
    text += close
    return true
  }

  private func appendRange(to text: inout String) -> Bool {
    // Of a range only its elements are kept: how it was written is not, where it has fewer than two.
    guard elements.count > 1, case .integer(let first) = elements[0], case .integer(let second) = elements[1],
      second - first == 1
    else { return false }
    text += "range(\(first), \(first + elements.count))"
    return true
  }
}

extension Double {
  /// Python's `repr`: the shortest digits that read back as the same number, with an exponent below 1e-4 and from 1e16 on.
  var pythonText: String {
    if isNaN { return "nan" }
    if isInfinite { return self < 0 ? "-inf" : "inf" }
    // Swift's digits are as short; its rule for exponents is another.
    let parts = "\(magnitude)".lowercased().split(separator: "e")
    let number = parts[0].split(separator: ".")
    let whole = String(number[0])
    let fraction = number.count > 1 && number[1] != "0" ? String(number[1]) : ""
    let exponent = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
    let unpadded = (whole + fraction).drop { $0 == "0" }
    let leading = (whole + fraction).count - unpadded.count
    var digits = String(unpadded)
    // The place of the point, counted from the first digit.
    let point = digits.isEmpty ? 1 : whole.count + exponent - leading
    while digits.last == "0" { digits.removeLast() }
    if digits.isEmpty { digits = "0" }
    return (sign == .minus ? "-" : "") + Self.positional(digits, point: point)
  }

  private static func positional(_ digits: String, point: Int) -> String {
    if point > 16 || point < -3 {
      let exponent = point - 1
      let magnitude = String(exponent.magnitude)
      let tail = (exponent < 0 ? "-" : "+") + (magnitude.count < 2 ? "0" : "") + magnitude
      return digits.prefix(1) + (digits.count > 1 ? "." + digits.dropFirst() : "") + "e" + tail
    }
    if point <= 0 { return "0." + String(repeating: "0", count: -point) + digits }
    if digits.count <= point { return digits + String(repeating: "0", count: point - digits.count) + ".0" }
    return digits.prefix(point) + "." + digits.dropFirst(point)
  }
}

extension String {
  /// Python's `repr` of a string: single quotes, unless it has one and no double quote; what is not printable as an escape.
  var pythonLiteral: String {
    let quote: Unicode.Scalar = utf8.contains(0x27) && !utf8.contains(0x22) ? "\"" : "'"
    var result = String.UnicodeScalarView()
    result.append(quote)
    for scalar in unicodeScalars {
      switch scalar {
      case "\\", quote:
        result.append("\\")
        result.append(scalar)
      case "\n": result.append(contentsOf: "\\n".unicodeScalars)
      case "\r": result.append(contentsOf: "\\r".unicodeScalars)
      case "\t": result.append(contentsOf: "\\t".unicodeScalars)
      case " "..."~": result.append(scalar)
      default:
        if scalar.isPrintableToPython {
          result.append(scalar)
        } else {
          result.append(contentsOf: scalar.pythonEscape.unicodeScalars)
        }
      }
    }
    result.append(quote)
    return String(result)
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintableToPython: Bool {
    switch properties.generalCategory {
    case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator, .spaceSeparator:
      false
    default: true
    }
  }

  fileprivate var pythonEscape: String {
    let digits = String(value, radix: 16)
    let (letter, width) = value < 0x100 ? ("x", 2) : value < 0x10000 ? ("u", 4) : ("U", 8)
    return "\\" + letter + String(repeating: "0", count: width - digits.count) + digits
  }
}
