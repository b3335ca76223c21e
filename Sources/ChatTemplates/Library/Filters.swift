import Diagnostics
import Foundation
import Reading

/// jinja2's filters. One that is not known is a fault where it is evaluated, never an empty text; in a branch that is not taken it is none.
extension Renderer {
  static let filterNames: Set<String> = [
    "abs", "attr", "batch", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float",
    "format", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject",
    "rejectattr", "replace", "reverse", "round", "safe", "select", "selectattr", "sort", "string", "sum", "title",
    "tojson", "trim", "unique", "upper", "wordcount",
  ]

  /// Filters of jinja2 that no chat template uses and that are not done.
  static let otherFilters: Set<String> = [
    "center", "filesizeformat", "forceescape", "groupby", "pprint", "random", "slice", "striptags", "truncate",
    "urlencode", "urlize", "wordwrap", "xmlattr",
  ]

  func filter(_ name: String, _ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue
  {
    try spend(1)
    switch name {
    case "default", "d":
      let values = try arguments.bound(to: name, ["default_value", "boolean"])
      let replaces = try values[1].map { (flag) throws(TemplateFault) in try isTrue(flag) } ?? false
      let isMissing = value.isUndefined || (replaces && !value.isTrue)
      return isMissing ? values[0] ?? .string("") : value
    case "tojson": return try json(value, arguments)
    case "length", "count":
      _ = try arguments.bound(to: name, [])
      return .integer(try length(of: value))
    case "safe":
      let values = try self.text(of: value)
      return try markup(values)
    case "escape", "e":
      if case .markup = value { return value }
      return try markup(try text(of: value).htmlEscaped)
    default: break
    }
    if case .markup = value, let result = try markupFilter(name, value, arguments) { return result }
    if let result = try textFilter(name, value, arguments) { return result }
    if let result = try numberFilter(name, value, arguments) { return result }
    if let result = try sequenceFilter(name, value, arguments) { return result }
    if let result = try choosingFilter(name, value, arguments) { return result }
    if Self.otherFilters.contains(name) {
      throw TemplateFault(.evaluation, "jinja2's filter '\(name)' is not supported")
    }
    throw TemplateFault(.evaluation, "there is no filter '\(name)'")
  }

  func length(of value: TemplateValue) throws(TemplateFault) -> Int {
    switch value {
    case .undefined: return try elements(of: value).count
    case .string(let text), .markup(let text):
      try spend(text.utf8.count / 64)
      return text.unicodeScalars.count
    case .sequence(let sequence): return sequence.elements.count
    case .mapping(let mapping): return mapping.count
    case .loop(let state): return try state.count()
    default: throw TemplateFault(.evaluation, "a value of type \(value.typeName) has no length")
    }
  }

  /// What markupsafe's texts stay through filters that change them; nil for one that makes a plain text of them, as Python does.
  private func markupFilter(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "upper", "lower", "capitalize", "trim", "indent":
      guard let text = try textFilter(name, value, arguments)?.text else { return nil }
      return try markup(text)
    case "reverse":
      guard let text = try sequenceFilter(name, value, arguments)?.text else { return nil }
      return try markup(text)
    case "format": throw Self.unsupportedMarkup(name)
    default: return nil
    }
  }

  /// What 'safe', 'escape' and 'tojson' give escapes what it is joined with: an operation that would have to, and does not, is none.
  static func unsupportedMarkup(_ name: String) -> TemplateFault {
    TemplateFault(.evaluation, "'\(name)' of a text that is marked as safe is not supported")
  }

  private func textFilter(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "string":
      _ = try arguments.bound(to: name, [])
      return value.text == nil ? try string(try text(of: value)) : value
    case "trim":
      let values = try arguments.bound(to: name, ["chars"])
      let text = try text(of: value)
      try spend(text.utf8.count / 16)
      if case .some(.none) = values[0] { return try string(text.stripped()) }
      return try string(text.stripped(of: try values[0]?.string(for: "what is trimmed")))
    case "upper", "lower", "capitalize", "title":
      _ = try arguments.bound(to: name, [])
      let text = try text(of: value)
      try spend(text.utf8.count / 8)
      return try string(
        name == "upper"
          ? text.pythonUpper
          : name == "lower" ? text.pythonLower : name == "title" ? text.jinjaTitle : text.pythonCapitalized)
    case "replace":
      let values = try arguments.bound(to: name, ["old", "new", "count"], required: 2)
      let (old, new) = (try text(of: values[0] ?? .none), try text(of: values[1] ?? .none))
      var limit = -1
      if let count = values[2], case .integer(let integer)? = count.number { limit = integer }
      return try replaced(try text(of: value), old, new, limit: limit)
    case "indent":
      guard let text = value.text else {
        throw TemplateFault(.evaluation, "'indent' needs a string, not \(value.typeName)")
      }
      return try indented(text, arguments)
    case "format":
      let text = try text(of: value)
      guard arguments.named.isEmpty || arguments.positional.isEmpty else {
        throw TemplateFault(.evaluation, "'format' takes values with names or without, not both")
      }
      if arguments.named.isEmpty { return try string(try formatted(text, with: .tuple(arguments.positional))) }
      var mapping = TemplateMapping()
      for (name, value) in arguments.named { mapping.set(name, to: value) }
      return try string(try formatted(text, with: .mapping(mapping)))
    case "wordcount":
      let text = try text(of: value).split { !$0.isLetter && !$0.isNumber && $0 != "_" }
      return .integer(text.count)
    default: return nil
    }
  }

  private func indented(_ text: String, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "indent", ["width", "first", "blank"])
    let indent: String
    switch values[0] {
    case .some(.string(let text)): indent = text
    case let width:
      let spaces = try width?.integer(for: "'width'") ?? 4
      try allocate(max(0, spaces))
      indent = String(repeating: " ", count: max(0, spaces))
    }
    let lines = (text + "\n").splitLines()
    let (bytes, overflows) = lines.count.multipliedReportingOverflow(by: indent.utf8.count)
    try allocate(overflows ? Int.max / 2 : bytes)
    let (first, blank) = (values[1]?.isTrue ?? false, values[2]?.isTrue ?? false)
    let rest = lines.dropFirst().map { $0.isEmpty && !blank ? "" : indent + $0 }
    return try string((first ? indent : "") + ([lines.first ?? ""] + rest).joined(separator: "\n"))
  }

  private func numberFilter(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "int":
      let values = try arguments.bound(to: name, ["default", "base"])
      return try integer(value, base: try values[1]?.integer(for: "'base'") ?? 10) ?? values[0] ?? .integer(0)
    case "float":
      let values = try arguments.bound(to: name, ["default"])
      return try float(value).map { .float($0) } ?? values[0] ?? .float(0)
    case "abs":
      switch value.number {
      case .integer(let integer)? where integer != Int.min: return .integer(abs(integer))
      case .float(let double)?: return .float(abs(double))
      default: throw TemplateFault(.evaluation, "'abs' needs a number, not \(value.typeName)")
      }
    case "round": return try rounded(value, arguments)
    default: return nil
    }
  }

  private func integer(_ value: TemplateValue, base: Int) throws(TemplateFault) -> TemplateValue? {
    if case .integer(let integer)? = value.number { return .integer(integer) }
    if let text = value.text {
      if let integer = text.pythonInteger(base: base) { return .integer(integer) }
      guard base != 0, !text.unicodeScalars.contains(where: { !$0.isASCII && $0.properties.numericType == .decimal })
      else {
        throw TemplateFault(.evaluation, "'int' of base 0, or of digits that are not ASCII, is not supported")
      }
    }
    guard let double = try float(value), double.isFinite else { return nil }
    guard let integer = Int(exactly: double.rounded(.towardZero)) else {
      throw TemplateFault(.evaluation, "'int' of a number of more than 64 bits is not supported")
    }
    return .integer(integer)
  }

  private func float(_ value: TemplateValue) throws(TemplateFault) -> Double? {
    if case .undefined(let words) = value { throw TemplateFault(.evaluation, "\(words)") }
    if let number = value.number { return number.double }
    return value.text?.pythonFloat
  }

  private func rounded(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "round", ["precision", "method"])
    let precision = try values[0]?.integer(for: "'precision'") ?? 0
    let method = try values[1]?.string(for: "'method'") ?? "common"
    guard let number = value.number?.double, (0...15).contains(precision) else {
      throw TemplateFault(.evaluation, "'round' needs a number, and a precision from 0 to 15")
    }
    let scale = (0..<precision).reduce(1.0) { product, _ in product * 10 }
    if method == "common", case .integer(let integer)? = value.number { return .integer(integer) }
    switch method {
    case "common":
      // Half to even of the exact number, which is what the digits of printf are.
      return .float(Double(String(format: "%.\(precision)f", number)) ?? number)
    case "ceil": return .float((number * scale).rounded(.up) / scale + 0)
    case "floor": return .float((number * scale).rounded(.down) / scale + 0)
    default: throw TemplateFault(.evaluation, "'round' knows common, ceil and floor")
    }
  }
}
