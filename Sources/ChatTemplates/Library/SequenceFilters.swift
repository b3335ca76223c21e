import Diagnostics

/// Filters of lists and mappings.
extension Renderer {
  func sequenceFilter(
    _ name: String, _ value: TemplateValue, _ arguments: CallArguments
  ) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "list":
      _ = try arguments.bound(to: name, [])
      return try list(try elements(of: value))
    case "items":
      _ = try arguments.bound(to: name, [])
      if value.isUndefined { return .generator(TemplateGenerator([])) }
      guard case .mapping(let mapping) = value else {
        throw TemplateFault(.evaluation, "'items' needs a mapping, not \(value.typeName)")
      }
      try allocate(mapping.count * 3 * ValueExtent.elementWeight)
      return .generator(TemplateGenerator(mapping.items))
    case "first":
      if case .generator(let generator) = value {
        return generator.takeFirst() ?? .undefined(words: "there is no first item, the sequence is empty")
      }
      return try elements(of: value).first ?? .undefined(words: "there is no first item, the sequence is empty")
    case "last":
      if case .generator = value { throw TemplateFault(.evaluation, "'last' of a generator; it needs a list") }
      return try elements(of: value).last ?? .undefined(words: "there is no last item, the sequence is empty")
    case "reverse":
      if let text = value.text { return try string(String(String.UnicodeScalarView(text.unicodeScalars.reversed()))) }
      return .generator(TemplateGenerator(try elements(of: value).reversed()))
    case "join": return try joined(value, arguments)
    case "dictsort": return try sortedPairs(of: value, arguments)
    case "sort": return try sorted(value, arguments)
    case "unique": return try unique(value, arguments)
    case "min", "max": return try extreme(value, arguments, isMaximum: name == "max")
    case "sum": return try sum(value, arguments)
    case "batch": return try batched(value, arguments)
    default: return nil
    }
  }

  private func joined(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "join", ["d", "attribute"])
    let separator = try values[0].map { (value) throws(TemplateFault) in try text(of: value) } ?? ""
    let path = values[1].flatMap { $0.isNone ? nil : $0 }
    var pieces: [String] = []
    for element in try elements(of: value) {
      pieces.append(
        try text(of: try path.map { (path) throws(TemplateFault) in try attribute(path, of: element) } ?? element))
      try allocate(pieces[pieces.count - 1].utf8.count)
    }
    return try joined(pieces, separator: separator)
  }

  /// What a filter's `attribute` names: a path with dots, whose numbers are indices; or an index.
  ///
  /// - Parameter missing: what stands for a part that is not there, at each step.
  func attribute(
    _ path: TemplateValue, of value: TemplateValue, otherwise missing: TemplateValue? = nil
  ) throws(TemplateFault) -> TemplateValue {
    guard let path = path.text else {
      let found = try item(path, of: value)
      return found.isUndefined ? missing ?? found : found
    }
    var value = value
    for part in path.split(at: ".", limit: -1) {
      let isIndex = !part.isEmpty && part.utf8.allSatisfy { (0x30...0x39).contains($0) }
      value = try item(isIndex ? Int(part).map { .integer($0) } ?? .string(part) : .string(part), of: value)
      if value.isUndefined, let missing { value = missing }
    }
    return value
  }

  /// Sorting by comparison may fail, and pays for what it walks: a merge sort, stable as Python's.
  private func sort<Element>(
    _ elements: [Element], isLess: (Element, Element) throws(TemplateFault) -> Bool
  ) throws(TemplateFault) -> [Element] {
    guard elements.count > 1 else { return elements }
    let middle = elements.count / 2
    let left = try sort(Array(elements[..<middle]), isLess: isLess)
    let right = try sort(Array(elements[middle...]), isLess: isLess)
    var result: [Element] = []
    result.reserveCapacity(elements.count)
    var (first, second) = (0, 0)
    while first < left.count || second < right.count {
      if first == left.count {
        result.append(right[second])
        second += 1
      } else if second == right.count {
        result.append(left[first])
        first += 1
      } else if try isLess(right[second], left[first]) {
        result.append(right[second])
        second += 1
      } else {
        result.append(left[first])
        first += 1
      }
    }
    return result
  }

  private func compareKeys(_ first: TemplateValue, _ second: TemplateValue) throws(TemplateFault) -> Bool {
    try spend(1)
    return try compare(first, .less, second)
  }

  /// What sorting, `unique` and `min` look at: an attribute, strings in lower case unless case counts.
  private func key(
    _ value: TemplateValue, attribute path: TemplateValue?, isCaseSensitive: Bool
  ) throws(TemplateFault) -> TemplateValue {
    var key = value
    if let path {
      if case .none = path {} else { key = try attribute(path, of: value) }
    }
    guard !isCaseSensitive, let text = key.text else { return key }
    return try string(text.pythonLower)
  }

  private func sorted(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "sort", ["reverse", "case_sensitive", "attribute"])
    let isReversed = values[0]?.isTrue ?? false
    // Several attributes, the first one first.
    let paths: [TemplateValue?] =
      values[2]?.text.map { $0.split(at: ",", limit: -1).map { .string($0) } } ?? [values[2]]
    var keyed: [(keys: [TemplateValue], value: TemplateValue)] = []
    for element in try elements(of: value) {
      var keys: [TemplateValue] = []
      for path in paths {
        keys.append(try key(element, attribute: path, isCaseSensitive: values[1]?.isTrue ?? false))
      }
      keyed.append((keys, element))
    }
    let result = try sort(keyed) { (first, second) throws(TemplateFault) in
      try isReversed ? areBefore(second.keys, first.keys) : areBefore(first.keys, second.keys)
    }
    return try list(result.map(\.value))
  }

  /// As Python compares lists: the first two that are not equal decide.
  private func areBefore(_ first: [TemplateValue], _ second: [TemplateValue]) throws(TemplateFault) -> Bool {
    for (one, other) in zip(first, second) where try !isEqual(one, other) { return try compareKeys(one, other) }
    return false
  }

  private func sortedPairs(of value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "dictsort", ["case_sensitive", "by", "reverse"])
    guard case .mapping(let mapping) = value else {
      throw TemplateFault(.evaluation, "'dictsort' needs a mapping, not \(value.typeName)")
    }
    let by = try values[1]?.string(for: "'by'") ?? "key"
    guard by == "key" || by == "value" else { throw TemplateFault(.evaluation, "'dictsort' sorts by key or by value") }
    let isReversed = values[2]?.isTrue ?? false
    var keyed: [(key: TemplateValue, value: TemplateValue)] = []
    for entry in mapping.entries {
      let sortKey = try key(
        by == "key" ? entry.key : entry.value, attribute: nil, isCaseSensitive: values[0]?.isTrue ?? false)
      keyed.append((sortKey, .tuple([entry.key, entry.value])))
    }
    let result = try sort(keyed) { (first, second) throws(TemplateFault) in
      try isReversed ? compareKeys(second.key, first.key) : compareKeys(first.key, second.key)
    }
    try allocate(result.count * 2 * ValueExtent.elementWeight)
    return try list(result.map(\.value))
  }

  private func unique(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "unique", ["case_sensitive", "attribute"])
    var seen = TemplateMapping()
    var kept: [TemplateValue] = []
    var hasUndefined = false
    for element in try elements(of: value) {
      let key = try key(element, attribute: values[1], isCaseSensitive: values[0]?.isTrue ?? false)
      try spend(walking: key)
      if key.isUndefined {
        if !hasUndefined { kept.append(element) }
        hasUndefined = true
        continue
      }
      guard seen[key] == nil else { continue }
      guard seen.set(key, to: .none) else {
        throw TemplateFault(.evaluation, "'unique' cannot tell values of type \(key.typeName) apart")
      }
      kept.append(element)
    }
    try allocate(kept.count * ValueExtent.elementWeight)
    return .generator(TemplateGenerator(kept))
  }

  private func extreme(
    _ value: TemplateValue, _ arguments: CallArguments, isMaximum: Bool
  ) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: isMaximum ? "max" : "min", ["case_sensitive", "attribute"])
    var best: (key: TemplateValue, value: TemplateValue)?
    for element in try elements(of: value) {
      let key = try key(element, attribute: values[1], isCaseSensitive: values[0]?.isTrue ?? false)
      guard let current = best else {
        best = (key, element)
        continue
      }
      if try isMaximum ? compareKeys(current.key, key) : compareKeys(key, current.key) { best = (key, element) }
    }
    return best?.value ?? .undefined(words: "the sequence is empty")
  }

  private func sum(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "sum", ["attribute", "start"])
    var total = values[1] ?? .integer(0)
    let path = values[0].flatMap { $0.isNone ? nil : $0 }
    for element in try elements(of: value) {
      let term = try path.map { (path) throws(TemplateFault) in try attribute(path, of: element) } ?? element
      total = try binary(.add, total, term)
    }
    return total
  }

  private func batched(_ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let values = try arguments.bound(to: "batch", ["linecount", "fill_with"], required: 1)
    let size = try values[0]?.integer(for: "'linecount'") ?? 1
    guard (1...10_000).contains(size) else { throw TemplateFault(.evaluation, "'batch' needs a size from 1 to 10,000") }
    let elements = try elements(of: value)
    var batches: [TemplateValue] = []
    for start in stride(from: 0, to: elements.count, by: size) {
      var batch = Array(elements[start..<min(start + size, elements.count)])
      if let fill = values[1], !fill.isNone, batch.count < size {
        batch += Array(repeating: fill, count: size - batch.count)
      }
      batches.append(try list(batch))
    }
    return .generator(TemplateGenerator(batches))
  }
}
