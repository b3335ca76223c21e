import Diagnostics

/// Python's `json.dumps`, as transformers' `tojson` calls it.
struct JSONDump {
  var escapesNonASCII = false
  var sortsKeys = false
  /// What a level is indented by; nil for one line.
  var indent: String?
  var itemSeparator = ", "
  var keySeparator = ": "
  private(set) var text = ""

  mutating func append(_ value: TemplateValue, level: Int = 0) throws(TemplateFault) {
    switch value {
    case .none: text += "null"
    case .bool(let value): text += value ? "true" : "false"
    case .integer(let value): text += String(value)
    case .float(let value): text += Self.number(value)
    case .string(let string), .markup(let string): append(string: string)
    case .sequence(let sequence) where sequence.kind == .list || sequence.kind == .tuple:
      try appendItems(sequence.elements.count, "[", "]", level: level) { (dump, place) throws(TemplateFault) in
        try dump.append(sequence.elements[place], level: level + 1)
      }
    case .mapping(let mapping): try append(mapping, level: level)
    default: throw TemplateFault(.evaluation, "a value of type \(value.typeName) has no form in JSON")
    }
  }

  private mutating func append(_ mapping: TemplateMapping, level: Int) throws(TemplateFault) {
    var entries: [(key: String, value: TemplateValue)] = []
    for (key, value) in mapping.entries {
      guard !sortsKeys || key.text != nil else {
        throw TemplateFault(.evaluation, "'tojson' sorts keys that are strings alone")
      }
      entries.append((try Self.key(key), value))
    }
    if sortsKeys { entries.sort { $0.key.isBefore($1.key) } }
    let sorted = entries
    try appendItems(sorted.count, "{", "}", level: level) { (dump, place) throws(TemplateFault) in
      dump.append(string: sorted[place].key)
      dump.text += dump.keySeparator
      try dump.append(sorted[place].value, level: level + 1)
    }
  }

  private mutating func appendItems(
    _ count: Int, _ open: String, _ close: String, level: Int,
    item: (inout JSONDump, Int) throws(TemplateFault) -> Void
  ) throws(TemplateFault) {
    text += open
    for place in 0..<count {
      if place > 0 { text += itemSeparator }
      breakLine(level: level + 1)
      try item(&self, place)
    }
    if count > 0 { breakLine(level: level) }
    text += close
  }

  private mutating func breakLine(level: Int) {
    guard let indent else { return }
    text += "\n" + String(repeating: indent, count: level)
  }

  private static func key(_ key: TemplateValue) throws(TemplateFault) -> String {
    switch key {
    case .string(let text), .markup(let text): return text
    case .none: return "null"
    case .bool(let value): return value ? "true" : "false"
    case .integer(let value): return String(value)
    case .float(let value): return number(value)
    default: throw TemplateFault(.evaluation, "a value of type \(key.typeName) cannot be a key in JSON")
    }
  }

  private static func number(_ value: Double) -> String {
    if value.isNaN { return "NaN" }
    if value.isInfinite { return value < 0 ? "-Infinity" : "Infinity" }
    return value.pythonText
  }

  private mutating func append(string: String) {
    text += "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": text += "\\\""
      case "\\": text += "\\\\"
      case "\n": text += "\\n"
      case "\r": text += "\\r"
      case "\t": text += "\\t"
      case "\u{8}": text += "\\b"
      case "\u{C}": text += "\\f"
      case "\0"..."\u{1F}": appendEscape(UInt16(scalar.value))
      default:
        if escapesNonASCII, scalar.value > 0x7E {
          for unit in String(scalar).utf16 { appendEscape(unit) }
        } else {
          text.unicodeScalars.append(scalar)
        }
      }
    }
    text += "\""
  }

  private mutating func appendEscape(_ unit: UInt16) {
    let digits = String(unit, radix: 16)
    text += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
  }
}

extension Renderer {
  /// `tojson(ensure_ascii=false, indent=none, separators=none, sort_keys=false)`; under jinja2's own rules keys are sorted and HTML's
  /// characters escaped.
  func json(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    try spend(walking: value)
    try allocate(value.extent.weight)
    var dump = JSONDump()
    let parameters = options.escapesJSON ? ["indent"] : ["ensure_ascii", "indent", "separators", "sort_keys"]
    let given = try arguments.bound(to: "tojson", parameters)
    let values = options.escapesJSON ? [.bool(true), given[0], nil, .bool(true)] : given
    dump.escapesNonASCII = values[0]?.isTrue ?? false
    dump.sortsKeys = values[3]?.isTrue ?? false
    switch values[1] {
    case nil, .some(.none): break
    case .some(.string(let text)): dump.indent = text
    case .some(let value):
      dump.indent = String(repeating: " ", count: min(max(0, try value.integer(for: "'indent'")), 100))
    }
    if dump.indent != nil { dump.itemSeparator = "," }
    switch values[2] {
    case nil, .some(.none): break
    case .some(let value):
      let pair = try elements(of: value)
      guard pair.count == 2 else { throw TemplateFault(.evaluation, "'separators' are not two") }
      dump.itemSeparator = try pair[0].string(for: "a separator")
      dump.keySeparator = try pair[1].string(for: "a separator")
    }
    // A line of an item may be longer than the item, by its indent and separators.
    let perItem =
      (dump.indent?.utf8.count ?? 0) * value.extent.depth + dump.itemSeparator.utf8.count + dump.keySeparator.utf8.count
    let (more, overflows) = (value.extent.weight / ValueExtent.elementWeight).multipliedReportingOverflow(by: perItem)
    try allocate(overflows ? Int.max / 2 : more)
    try dump.append(value)
    guard options.escapesJSON else { return try string(dump.text) }
    let escapes = [("<", "\\u003c"), (">", "\\u003e"), ("&", "\\u0026"), ("'", "\\u0027")]
    return try markup(escapes.reduce(dump.text) { $0.replacing($1.0, with: $1.1, limit: -1) })
  }
}
