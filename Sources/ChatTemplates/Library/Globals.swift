import Diagnostics

/// The functions that every template has, and the methods of what is not text.
extension Renderer {
  static let globals: Set<String> = ["range", "namespace", "dict", "raise_exception", "strftime_now"]
  static let mappingMethods: Set<String> = [
    "items", "keys", "values", "get", "copy", "fromkeys",
  ]
  static let mappingChanges: Set<String> = ["pop", "update", "clear", "setdefault", "popitem"]
  static let listMethods: Set<String> = ["index", "count", "copy"]
  static let listChanges: Set<String> = ["append", "extend", "insert", "pop", "remove", "reverse", "sort", "clear"]
  /// The most numbers of a `range`, as in jinja2's sandbox.
  private static let rangeLimit = 100_000

  func global(_ name: String, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    switch name {
    case "range": return try range(arguments)
    case "namespace":
      try allocate(8 * ValueExtent.elementWeight)
      namespaces.append(TemplateMapping())
      let place = namespaces.count - 1
      for (key, value) in try mapping(from: arguments).entries {
        try setAttribute(try key.string(for: "an attribute's name"), of: place, to: value)
      }
      return .namespace(place)
    case "dict": return try mapping(try mapping(from: arguments))
    case "raise_exception":
      let values = try arguments.bound(to: name, ["message"], required: 1)
      throw TemplateFault(.raised, "the template says: \(try text(of: values[0] ?? .none))")
    default:
      let values = try arguments.bound(to: name, ["format"], required: 1)
      let format = try values[0]?.string(for: "the format") ?? ""
      hasReadDate = true
      guard let text = date.formatted(format) else {
        throw TemplateFault(.evaluation, "'strftime_now' does not know all directives of '\(format)'")
      }
      return try string(text)
    }
  }

  private func range(_ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "range", ["start", "stop", "step"], required: 1)
    var bounds: [Int] = []
    for case let value? in values { bounds.append(try value.integer(for: "a bound of 'range'")) }
    let (start, stop) = bounds.count == 1 ? (0, bounds[0]) : (bounds[0], bounds[1])
    let step = bounds.count == 3 ? bounds[2] : 1
    guard step != 0 else { throw TemplateFault(.evaluation, "the step of 'range' is zero") }
    let limit = Int.max / 4
    guard bounds.allSatisfy({ $0.magnitude < limit }) else { throw Self.rangeTooLong }
    let count = step > 0 ? (stop - start + step - 1) / step : (start - stop - step - 1) / -step
    guard count <= Self.rangeLimit else { throw Self.rangeTooLong }
    return try sequence(.range, stride(from: start, to: stop, by: step).map { .integer($0) })
  }

  private static let rangeTooLong = TemplateFault(.limit, "'range' has more than \(rangeLimit) numbers")

  /// What `dict` and `namespace` are given: mappings or pairs, and names.
  private func mapping(from arguments: CallArguments) throws(TemplateFault) -> TemplateMapping {
    guard arguments.positional.count <= 1 else { throw TemplateFault(.evaluation, "'dict' takes at most one argument") }
    var result = TemplateMapping()
    switch arguments.positional.first {
    case nil: break
    case .some(.mapping(let mapping)): result = mapping
    case .some(let value):
      for element in try elements(of: value) {
        let pair = try elements(of: element)
        guard pair.count == 2, result.set(pair[0], to: pair[1]) else {
          throw TemplateFault(.evaluation, "what 'dict' is made of are no pairs of a key and a value")
        }
      }
    }
    for (name, value) in arguments.named { result.set(name, to: value) }
    return result
  }

  func method(_ name: String, of receiver: TemplateValue, _ arguments: CallArguments) throws(TemplateFault)
    -> TemplateValue
  {
    switch receiver {
    case .string(let text): return try textMethod(name, of: text, arguments)
    case .markup(let text): return try markupMethod(name, of: text, arguments)
    case .mapping(let mapping): return try mappingMethod(name, of: mapping, arguments)
    case .sequence(let sequence): return try listMethod(name, of: sequence, arguments)
    case .loop(let state): return try loopMethod(name, of: state, arguments)
    default: throw TemplateFault(.evaluation, "a value of type \(receiver.typeName) has no method '\(name)'")
    }
  }

  /// Methods of markupsafe's texts: those that change letters or cut the ends give such a text again, those that ask do not care.
  private func markupMethod(
    _ name: String, of text: String, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue {
    switch name {
    case "capitalize", "lower", "upper", "title", "strip", "lstrip", "rstrip":
      return try markup(try textMethod(name, of: text, arguments).text ?? "")
    case "count", "endswith", "find", "index", "rfind", "rindex", "startswith": break
    case _ where name.hasPrefix("is"): break
    default: throw Self.unsupportedMarkup(name)
    }
    return try textMethod(name, of: text, arguments)
  }

  private func mappingMethod(
    _ name: String, of mapping: TemplateMapping, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue {
    switch name {
    case "items":
      _ = try arguments.bound(to: name, [])
      try allocate(mapping.count * 2 * ValueExtent.elementWeight)
      return try sequence(.items, mapping.items)
    case "keys":
      _ = try arguments.bound(to: name, [])
      return try sequence(.keys, mapping.keys)
    case "values":
      _ = try arguments.bound(to: name, [])
      return try sequence(.values, mapping.values)
    case "get":
      let values = try arguments.bound(to: name, ["key", "default"], required: 1)
      return try member(values[0] ?? .none, of: mapping) ?? values[1] ?? .none
    case "copy":
      _ = try arguments.bound(to: name, [])
      return .mapping(mapping)
    default: throw TemplateFault(.evaluation, "the method '\(name)' of mappings is not supported")
    }
  }

  /// What a key has; a key that Python cannot hash is a fault.
  func member(_ key: TemplateValue, of mapping: TemplateMapping) throws(TemplateFault) -> TemplateValue? {
    guard TemplateMapping.canBeKey(key) else {
      throw TemplateFault(.evaluation, "a value of type \(key.typeName) cannot be a key")
    }
    return mapping[key]
  }

  private func listMethod(
    _ name: String, of sequence: TemplateSequence, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue {
    switch name {
    case "copy":
      _ = try arguments.bound(to: name, [])
      return .sequence(sequence)
    case "count", "index":
      let values = try arguments.bound(to: name, ["value"], required: 1)
      let wanted = values[0] ?? .none
      try spend(walking: .sequence(sequence))
      try spend(walking: wanted)
      if name == "count" { return .integer(sequence.elements.count { $0.isEqual(to: wanted) }) }
      guard let place = sequence.elements.firstIndex(where: { $0.isEqual(to: wanted) }) else {
        throw TemplateFault(.evaluation, "the value is not in the list")
      }
      return .integer(place)
    default: throw TemplateFault(.evaluation, "the method '\(name)' of lists is not supported")
    }
  }

  private func loopMethod(
    _ name: String, of state: LoopState, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue {
    if name == "cycle" {
      guard !arguments.positional.isEmpty else { throw TemplateFault(.evaluation, "'cycle' has no values") }
      return arguments.positional[state.index % arguments.positional.count]
    }
    let value = try sequence(.tuple, arguments.positional)
    try spend(walking: value)
    defer { state.lastChanged = value }
    return .bool(!(state.lastChanged?.isEqual(to: value) ?? false))
  }
}
