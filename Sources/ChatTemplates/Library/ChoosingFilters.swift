import Diagnostics

/// `map`, `select`, `reject`, `selectattr`, `rejectattr` and `attr`.
extension Renderer {
  func choosingFilter(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "map": return try mapped(value, arguments)
    case "select", "reject": return try chosen(value, arguments, isRejecting: name == "reject", byAttribute: false)
    case "selectattr", "rejectattr":
      return try chosen(value, arguments, isRejecting: name == "rejectattr", byAttribute: true)
    case "attr":
      let values = try arguments.bound(to: name, ["name"], required: 1)
      let attributeName = try values[0]?.string(for: "the attribute's name") ?? ""
      // The attribute alone, never the key.
      if case .mapping = value, !Self.mappingMethods.contains(attributeName) {
        return .undefined(words: "a mapping has no attribute '\(attributeName)'")
      }
      return try attribute(attributeName, of: value)
    default: return nil
    }
  }

  private func mapped(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    var results: [TemplateValue] = []
    if arguments.positional.isEmpty {
      let values = try arguments.bound(to: "map", ["attribute", "default"], required: 1)
      let missing = values[1].flatMap { $0.isNone ? nil : $0 }
      for element in try elements(of: value) {
        results.append(try attribute(values[0] ?? .none, of: element, otherwise: missing))
      }
    } else {
      let name = try arguments.positional[0].string(for: "the filter's name")
      var rest = arguments
      rest.positional.removeFirst()
      for element in try elements(of: value) { results.append(try filter(name, element, rest)) }
    }
    try allocate(results.count * ValueExtent.elementWeight)
    return .generator(TemplateGenerator(results))
  }

  private func chosen(
    _ value: TemplateValue, _ arguments: CallArguments, isRejecting: Bool, byAttribute: Bool
  ) throws(TemplateFault) -> TemplateValue {
    var rest = arguments
    var path: TemplateValue?
    if byAttribute {
      guard !rest.positional.isEmpty else { throw TemplateFault(.evaluation, "the filter needs an attribute's name") }
      path = rest.positional.removeFirst()
    }
    let name = rest.positional.isEmpty ? nil : try rest.positional.removeFirst().string(for: "the test's name")
    var kept: [TemplateValue] = []
    for element in try elements(of: value) {
      let looked = try path.map { (path) throws(TemplateFault) in try attribute(path, of: element) } ?? element
      try spend(1)
      let passes = if let name { try test(name, looked, rest) } else { try isTrue(looked) }
      if passes != isRejecting { kept.append(element) }
    }
    try allocate(kept.count * ValueExtent.elementWeight)
    return .generator(TemplateGenerator(kept))
  }
}
