import Diagnostics
import Reading

/// The methods of Python's `str` that templates call.
extension Renderer {
  static let textMethods: Set<String> = [
    "capitalize", "casefold", "center", "count", "encode", "endswith", "expandtabs", "find", "format",
    "format_map", "index", "isalnum", "isalpha", "isascii", "isdecimal", "isdigit", "isidentifier", "islower",
    "isnumeric", "isprintable", "isspace", "istitle", "isupper", "join", "ljust", "lower", "lstrip", "maketrans",
    "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition", "rsplit",
    "rstrip", "split", "splitlines", "startswith", "strip", "swapcase", "title", "translate", "upper", "zfill",
  ]

  func textMethod(_ name: String, of text: String, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    try spend(text.utf8.count / 16)
    if let value = try changed(text, by: name, arguments) { return value }
    if let value = try question(name, of: text, arguments) { return value }
    switch name {
    case "split", "rsplit": return try split(text, fromEnd: name == "rsplit", arguments)
    case "splitlines":
      let values = try arguments.bound(to: name, ["keepends"])
      return try strings(text.splitLines(keepsEnds: values[0]?.isTrue ?? false))
    case "join":
      let values = try arguments.bound(to: name, ["iterable"], required: 1)
      var pieces: [String] = []
      for element in try elements(of: values[0] ?? .none) { pieces.append(try element.string(for: "what is joined")) }
      return try joined(pieces, separator: text)
    case "partition", "rpartition":
      let values = try arguments.bound(to: name, ["sep"], required: 1)
      return try partition(text, at: try separator(values[0] ?? .none), fromEnd: name == "rpartition")
    case "format": return try string(try formatted(text, fields: arguments))
    default: throw TemplateFault(.evaluation, "the method '\(name)' of strings is not supported")
    }
  }

  private func changed(
    _ text: String, by name: String, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "strip", "lstrip", "rstrip":
      let values = try arguments.bound(to: name, ["chars"])
      let sides: String.StripSides = name == "strip" ? .both : name == "lstrip" ? .start : .end
      var characters: String?
      if let value = values[0], case .none = value {
      } else {
        characters = try values[0]?.string(for: "what is stripped")
      }
      return try string(text.stripped(sides, of: characters))
    case "replace":
      let values = try arguments.bound(to: name, ["old", "new", "count"], required: 2)
      let (old, new) = (try values[0]?.string(for: "'old'") ?? "", try values[1]?.string(for: "'new'") ?? "")
      return try replaced(text, old, new, limit: try values[2]?.integer(for: "'count'") ?? -1)
    case "removeprefix", "removesuffix":
      let values = try arguments.bound(to: name, ["affix"], required: 1)
      let affix = try values[0]?.string(for: "what is removed") ?? ""
      let isThere = name == "removeprefix" ? text.begins(with: affix) : text.ends(with: affix)
      guard isThere else { return try string(text) }
      let rest = text.utf8.count - affix.utf8.count
      return try string(name == "removeprefix" ? text.piece(affix.utf8.count..<text.utf8.count) : text.piece(0..<rest))
    case "upper", "lower", "capitalize", "title":
      _ = try arguments.bound(to: name, [])
      return try string(
        name == "upper"
          ? text.pythonUpper
          : name == "lower" ? text.pythonLower : name == "title" ? text.pythonTitle : text.pythonCapitalized)
    default: return nil
    }
  }

  private func question(
    _ name: String, of text: String, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "startswith", "endswith":
      let values = try arguments.bound(to: name, ["affix", "start", "end"], required: 1)
      let affixes = try affixes(values[0] ?? .none)
      guard let (text, _) = try part(of: text, values) else { return .bool(false) }
      return .bool(affixes.contains { name == "startswith" ? text.begins(with: $0) : text.ends(with: $0) })
    case "find", "index", "rfind", "rindex":
      let values = try arguments.bound(to: name, ["sub", "start", "end"], required: 1)
      let wanted = try values[0]?.string(for: "what is looked for") ?? ""
      if let (part, offset) = try part(of: text, values),
        let place = place(of: wanted, in: part, last: name.hasPrefix("r"))
      {
        return .integer(offset + place)
      }
      guard name.hasSuffix("find") else { throw TemplateFault(.evaluation, "the substring is not found") }
      return .integer(-1)
    case "count":
      let values = try arguments.bound(to: name, ["sub", "start", "end"], required: 1)
      let wanted = try values[0]?.string(for: "what is counted") ?? ""
      guard let (text, _) = try part(of: text, values) else { return .integer(0) }
      return .integer(wanted.isEmpty ? text.unicodeScalars.count + 1 : text.split(at: wanted, limit: -1).count - 1)
    case "isupper": return .bool(text.isUpperToPython)
    case "islower": return .bool(text.isLowerToPython)
    case "isspace": return .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(\.isPythonSpace))
    case "isalpha": return .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(\.isLetterToPython))
    case "isdigit": return .bool(!text.isEmpty && text.unicodeScalars.allSatisfy(\.isDigitToPython))
    case "isalnum":
      return .bool(
        !text.isEmpty && text.unicodeScalars.allSatisfy { $0.isLetterToPython || $0.properties.numericType != nil })
    default: return nil
    }
  }

  /// The part of a text from a start to an end, as the second and third arguments of Python's methods give them, and where it begins; nil where
  /// it would begin behind the text or behind its own end.
  private func part(of text: String, _ values: [TemplateValue?]) throws(TemplateFault) -> (String, Int)? {
    var bounds: [Int?] = []
    for value in values.dropFirst() {
      bounds.append(try value.flatMap { $0.isNone ? nil : $0 }?.integer(for: "where it begins or ends"))
    }
    guard bounds.contains(where: { $0 != nil }) else { return (text, 0) }
    let scalars = text.unicodeScalars
    let count = scalars.count
    func place(_ bound: Int) -> Int { bound < 0 ? max(0, count + max(bound, -count)) : bound }
    let (start, end) = (bounds[0].map(place) ?? 0, min(count, bounds[1].map(place) ?? count))
    guard start <= end else { return nil }
    let first = scalars.index(scalars.startIndex, offsetBy: start)
    return (String(scalars[first..<scalars.index(first, offsetBy: end - start)]), start)
  }

  /// What `startswith` is asked for: a string, or a tuple of them.
  private func affixes(_ value: TemplateValue) throws(TemplateFault) -> [String] {
    guard case .sequence(let sequence) = value, sequence.kind == .tuple else {
      return [try value.string(for: "what is looked for")]
    }
    var affixes: [String] = []
    for element in sequence.elements { affixes.append(try element.string(for: "what is looked for")) }
    return affixes
  }

  private func place(of wanted: String, in text: String, last: Bool) -> Int? {
    guard !wanted.isEmpty else { return last ? text.unicodeScalars.count : 0 }
    let bytes: Int?
    if last {
      let pieces = text.splitFromEnd(at: wanted, limit: 1)
      bytes = pieces.count == 2 ? pieces[0].utf8.count : nil
    } else {
      bytes = text.firstBytes(of: wanted)
    }
    return bytes.map { text.piece(0..<$0).unicodeScalars.count }
  }

  private func split(_ text: String, fromEnd: Bool, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "split", ["sep", "maxsplit"])
    let limit = try values[1]?.integer(for: "'maxsplit'") ?? -1
    if let value = values[0] {
      if case .none = value {
      } else {
        let separator = try separator(value)
        return try strings(
          fromEnd ? text.splitFromEnd(at: separator, limit: limit) : text.split(at: separator, limit: limit))
      }
    }
    guard fromEnd, limit >= 0 else { return try strings(text.splitAtSpaces(limit: limit)) }
    func reversed(_ text: String) -> String { String(String.UnicodeScalarView(text.unicodeScalars.reversed())) }
    return try strings(reversed(text).splitAtSpaces(limit: limit).reversed().map(reversed))
  }

  private func separator(_ value: TemplateValue) throws(TemplateFault) -> String {
    let separator = try value.string(for: "the separator")
    guard !separator.isEmpty else { throw TemplateFault(.evaluation, "the separator is empty") }
    return separator
  }

  private func partition(_ text: String, at separator: String, fromEnd: Bool) throws(TemplateFault) -> TemplateValue {
    let pieces = fromEnd ? text.splitFromEnd(at: separator, limit: 1) : text.split(at: separator, limit: 1)
    let parts = pieces.count == 2 ? [pieces[0], separator, pieces[1]] : fromEnd ? ["", "", text] : [text, "", ""]
    return try sequence(.tuple, parts.map { .string($0) })
  }

  func replaced(_ text: String, _ old: String, _ new: String, limit: Int) throws(TemplateFault) -> TemplateValue {
    let places = old.isEmpty ? text.utf8.count + 1 : text.split(at: old, limit: limit).count - 1
    let (growth, overflows) = places.multipliedReportingOverflow(by: new.utf8.count)
    try allocate(overflows ? Int.max / 2 : growth)
    return try string(text.replacing(old, with: new, limit: limit))
  }

  /// A list of strings, counted with their bytes.
  func strings(_ texts: [String]) throws(TemplateFault) -> TemplateValue {
    try allocate(texts.reduce(0) { $0 + $1.utf8.count })
    return try list(texts.map { .string($0) })
  }

  func joined(_ pieces: [String], separator: String) throws(TemplateFault) -> TemplateValue {
    let (separators, overflows) = separator.utf8.count.multipliedReportingOverflow(by: max(0, pieces.count - 1))
    try allocate(overflows ? Int.max / 2 : separators)
    return try string(pieces.joined(separator: separator))
  }
}

extension String {
  func begins(with prefix: String) -> Bool { utf8.starts(with: prefix.utf8) }
  func ends(with suffix: String) -> Bool {
    utf8.count >= suffix.utf8.count && utf8.suffix(suffix.utf8.count).elementsEqual(suffix.utf8)
  }
}

extension Unicode.Scalar {
  fileprivate var isLetterToPython: Bool {
    switch properties.generalCategory {
    case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
    default: false
    }
  }

  fileprivate var isDigitToPython: Bool { properties.numericType == .decimal || properties.numericType == .digit }
}
