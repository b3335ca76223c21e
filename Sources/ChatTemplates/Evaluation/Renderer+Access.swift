import Diagnostics

/// Attributes, items and slices.
extension Renderer {
  /// `value.name`: the attribute, then the key.
  func attribute(_ name: String, of value: TemplateValue) throws(TemplateFault) -> TemplateValue {
    if case .undefined(let words) = value { throw TemplateFault(.evaluation, "\(words)") }
    if let attribute = try ownAttribute(name, of: value) { return attribute }
    if value.number != nil, Self.numberAttributes.contains(name) {
      throw TemplateFault(.evaluation, "the attribute '\(name)' of numbers is not supported")
    }
    if case .mapping(let mapping) = value, let member = mapping[name] { return member }
    return .undefined(words: "a value of type \(value.typeName) has no attribute '\(name)'")
  }

  /// What Python's numbers have.
  private static let numberAttributes: Set<String> = [
    "real", "imag", "numerator", "denominator", "bit_length", "bit_count", "conjugate", "as_integer_ratio", "to_bytes",
    "from_bytes", "is_integer", "hex", "fromhex",
  ]

  /// `value[key]`: the item, then the attribute.
  func item(_ key: TemplateValue, of value: TemplateValue) throws(TemplateFault) -> TemplateValue {
    switch value {
    case .undefined(let words): throw TemplateFault(.evaluation, "\(words)")
    case .mapping(let mapping):
      if let member = mapping[key] { return member }
    case .sequence(let sequence) where sequence.isIndexed:
      if case .integer(let index)? = key.number, let place = place(index, in: sequence.elements.count) {
        return sequence.elements[place]
      }
    case .string(let text), .markup(let text):
      try spend(text.utf8.count / 64)
      if case .integer(let index)? = key.number, let place = place(index, in: text.unicodeScalars.count) {
        let scalars = text.unicodeScalars
        let scalar = String(scalars[scalars.index(scalars.startIndex, offsetBy: place)])
        if case .markup = value { return .markup(scalar) }
        return .string(scalar)
      }
    default: break
    }
    if let name = key.text, let attribute = try ownAttribute(name, of: value) { return attribute }
    return .undefined(words: "a value of type \(value.typeName) has no item \(key.represented ?? "of this kind")")
  }

  private func place(_ index: Int, in count: Int) -> Int? {
    let place = index < 0 ? index + count : index
    return place >= 0 && place < count ? place : nil
  }

  /// What Python's type itself has by this name; never what begins with `_`.
  private func ownAttribute(_ name: String, of value: TemplateValue) throws(TemplateFault) -> TemplateValue? {
    switch value {
    case .string, .markup: Self.textMethods.contains(name) ? .callable(.method(value, name)) : nil
    case .mapping: method(name, of: value, Self.mappingMethods, changing: Self.mappingChanges)
    case .sequence(let sequence):
      switch sequence.kind {
      case .list: method(name, of: value, Self.listMethods, changing: Self.listChanges)
      case .tuple, .range: name == "index" || name == "count" ? .callable(.method(value, name)) : nil
      case .keys, .values, .items: nil
      }
    case .namespace(let place): namespaces[place][name]
    case .loop(let state):
      try state.attribute(name) ?? (name == "cycle" || name == "changed" ? .callable(.method(value, name)) : nil)
    case .callable(.macro(let place)):
      switch name {
      case "name": .string(macros[place].definition.name)
      case "arguments": .tuple(macros[place].definition.parameters.map { .string($0) })
      default: nil
      }
    default: nil
    }
  }

  /// A method, Undefined where it would change its value: transformers' sandbox refuses those once they are called.
  private func method(
    _ name: String, of value: TemplateValue, _ known: Set<String>, changing: Set<String>
  ) -> TemplateValue? {
    if known.contains(name) { return .callable(.method(value, name)) }
    guard changing.contains(name) else { return nil }
    return .undefined(words: "'\(name)' would change a \(value.typeName), which a chat template may not")
  }

  /// `value[from:to:step]`, clamped as Python does. What has no slices is a fault, where an item that is not there is Undefined.
  func sliced(
    _ value: TemplateValue, from: TemplateValue?, to: TemplateValue?, step: TemplateValue?
  ) throws(TemplateFault) -> TemplateValue {
    if case .undefined(let words) = value { throw TemplateFault(.evaluation, "\(words)") }
    let stride = try bound(step) ?? 1
    let start = try bound(from)
    let end = try bound(to)
    guard stride != 0 else { throw TemplateFault(.evaluation, "a slice's step is zero") }
    switch value {
    case .sequence(let sequence) where sequence.isIndexed:
      let places = places(start, end, stride, count: sequence.elements.count)
      return try self.sequence(sequence.kind, places.map { sequence.elements[$0] })
    case .string(let text), .markup(let text):
      try spend(text.utf8.count / 16)
      let scalars = Array(text.unicodeScalars)
      var result = String.UnicodeScalarView()
      for place in places(start, end, stride, count: scalars.count) { result.append(scalars[place]) }
      if case .markup = value { return try markup(String(result)) }
      return try string(String(result))
    default: throw TemplateFault(.evaluation, "a value of type \(value.typeName) cannot be sliced")
    }
  }

  private func bound(_ value: TemplateValue?) throws(TemplateFault) -> Int? {
    switch value {
    case nil, .some(.none): nil
    case .some(.undefined(let words)): throw TemplateFault(.evaluation, "\(words)")
    case .some(let value): try value.integer(for: "a slice's bound")
    }
  }

  private func places(_ start: Int?, _ end: Int?, _ step: Int, count: Int) -> StrideTo<Int> {
    func clamped(_ bound: Int, _ low: Int, _ high: Int) -> Int {
      min(max(bound < 0 ? (bound < -count ? low : bound + count) : bound, low), high)
    }
    if step > 0 {
      let first = start.map { clamped($0, 0, count) } ?? 0
      return stride(from: first, to: end.map { clamped($0, 0, count) } ?? count, by: min(step, count + 1))
    }
    let first = start.map { clamped($0, -1, count - 1) } ?? count - 1
    return stride(from: first, to: end.map { clamped($0, -1, count - 1) } ?? -1, by: max(step, -count - 1))
  }
}
