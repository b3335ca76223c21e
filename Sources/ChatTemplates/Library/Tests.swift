import Diagnostics

/// jinja2's tests: what may stand behind `is`.
extension Renderer {
  static let testNames: Set<String> = [
    "defined", "undefined", "none", "true", "false", "boolean", "integer", "float", "number", "string", "mapping",
    "iterable",
    "sequence", "callable", "escaped", "sameas", "equalto", "eq", "==", "ne", "!=", "lt", "lessthan", "<", "le", "<=",
    "gt",
    "greaterthan", ">", "ge", ">=", "in", "odd", "even", "divisibleby", "lower", "upper", "filter", "test",
  ]

  func test(_ name: String, _ value: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> Bool {
    if let comparator = Self.comparators[name] {
      let values = try arguments.bound(to: name, ["other"], required: 1)
      return try compare(value, comparator, values[0] ?? .none)
    }
    switch name {
    case "in":
      let values = try arguments.bound(to: name, ["seq"], required: 1)
      return try compare(value, .within, values[0] ?? .none)
    case "sameas":
      let values = try arguments.bound(to: name, ["other"], required: 1)
      return try isSame(value, values[0] ?? .none)
    case "divisibleby":
      let values = try arguments.bound(to: name, ["num"], required: 1)
      return try binary(.remainder, value, values[0] ?? .none).isEqual(to: .integer(0))
    case "odd", "even":
      return try binary(.remainder, value, .integer(2)).isEqual(to: .integer(name == "odd" ? 1 : 0))
    case "lower": return try text(of: value).isLowerToPython
    case "upper": return try text(of: value).isUpperToPython
    case "filter": return value.text.map { Self.filterNames.contains($0) || Self.otherFilters.contains($0) } ?? false
    case "test": return value.text.map { Self.testNames.contains($0) } ?? false
    default: break
    }
    _ = try arguments.bound(to: name, [])
    guard let passes = isOfKind(name, value) else { throw TemplateFault(.evaluation, "there is no test '\(name)'") }
    return passes
  }

  private static let comparators: [String: Comparator] = [
    "equalto": .equal, "eq": .equal, "==": .equal, "ne": .notEqual, "!=": .notEqual, "lt": .less, "lessthan": .less,
    "<": .less,
    "le": .lessOrEqual, "<=": .lessOrEqual, "gt": .greater, "greaterthan": .greater, ">": .greater,
    "ge": .greaterOrEqual,
    ">=": .greaterOrEqual,
  ]

  private func isOfKind(_ name: String, _ value: TemplateValue) -> Bool? {
    switch (name, value) {
    case ("defined", _): !value.isUndefined
    case ("undefined", _): value.isUndefined
    case ("none", .none), ("true", .bool(true)), ("false", .bool(false)), ("boolean", .bool), ("integer", .integer),
      ("float", .float), ("number", .bool), ("number", .integer), ("number", .float), ("string", .string),
      ("string", .markup), ("mapping", .mapping), ("escaped", .markup), ("callable", .callable),
      ("callable", .undefined),
      ("callable", .loop):
      true
    case ("iterable", .undefined), ("iterable", .string), ("iterable", .markup), ("iterable", .sequence),
      ("iterable", .mapping), ("iterable", .generator), ("iterable", .loop):
      true
    case ("sequence", .undefined), ("sequence", .string), ("sequence", .markup), ("sequence", .mapping): true
    case ("sequence", .sequence(let sequence)): sequence.isIndexed
    case ("none", _), ("true", _), ("false", _), ("boolean", _), ("integer", _), ("float", _), ("number", _),
      ("string", _),
      ("mapping", _), ("escaped", _), ("callable", _), ("iterable", _), ("sequence", _):
      false
    default: nil
    }
  }

  /// `is`, of constants: whether two texts or two lists are one object is nothing that is known here.
  private func isSame(_ first: TemplateValue, _ second: TemplateValue) throws(TemplateFault) -> Bool {
    switch (first, second) {
    case (.none, .none): return true
    case (.bool(let left), .bool(let right)): return left == right
    case (.integer(let left), .integer(let right)): return left == right
    case (.namespace(let left), .namespace(let right)): return left == right
    case (.string, .string), (.markup, .markup), (.float, .float), (.sequence, .sequence), (.mapping, .mapping),
      (.generator, .generator), (.loop, .loop), (.callable, .callable), (.undefined, .undefined):
      throw TemplateFault(.evaluation, "'sameas' of two values of type \(first.typeName) is not supported")
    default: return false
    }
  }
}
