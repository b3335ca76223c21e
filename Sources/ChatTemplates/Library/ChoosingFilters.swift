import Diagnostics

/// `map`, `select`, `reject`, `selectattr`, `rejectattr`, `attr` and `groupby`.
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
    case "groupby": return try grouped(value, arguments)
    default: return nil
    }
  }

  private func mapped(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    var results: [TemplateValue] = []
    if arguments.positional.isEmpty {
      let values = try arguments.bound(to: "map", ["attribute", "default"], required: 1)
      for element in try elements(of: value) {
        let found = try attribute(values[0] ?? .none, of: element)
        results.append(found.isUndefined ? values[1] ?? found : found)
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

  private func grouped(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "groupby", ["attribute", "default", "case_sensitive"], required: 1)
    guard values[1] == nil else { throw TemplateFault(.evaluation, "'groupby' with a default is not supported") }
    var sortArguments = CallArguments()
    sortArguments.named = [("attribute", values[0] ?? .none), ("case_sensitive", values[2] ?? .bool(false))]
    let isCaseSensitive = values[2]?.isTrue ?? false
    var groups: [(key: TemplateValue, members: [TemplateValue])] = []
    for element in try elements(of: try filter("sort", value, sortArguments)) {
      let key = try attribute(values[0] ?? .none, of: element)
      try spend(walking: key)
      let isSame = groups.last.map { last in
        isCaseSensitive ? last.key.isEqual(to: key) : last.key.folded.isEqual(to: key.folded)
      }
      if isSame == true { groups[groups.count - 1].members.append(element) } else { groups.append((key, [element])) }
    }
    var pairs: [TemplateValue] = []
    for group in groups { pairs.append(try sequence(.tuple, [group.key, try list(group.members)])) }
    return try list(pairs)
  }
}

extension TemplateValue {
  fileprivate var folded: TemplateValue { text.map { .string($0.pythonLower) } ?? self }
}
