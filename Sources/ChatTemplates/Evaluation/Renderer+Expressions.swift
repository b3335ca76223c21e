import Diagnostics

extension Renderer {
  func evaluate(_ expression: Expression, in scope: Scope) throws(TemplateFault) -> TemplateValue {
    do throws(TemplateFault) {
      try enter()
      defer { leave() }
      try spend(1)
      return try value(of: expression.kind, in: scope)
    } catch {
      throw error.placed(expression.place)
    }
  }

  private func value(of kind: Expression.Kind, in scope: Scope) throws(TemplateFault) -> TemplateValue {
    switch kind {
    case .literal(let literal): return TemplateValue(literal)
    case .name(let name): return try variable(name, in: scope)
    case .list(let elements): return try list(try values(of: elements, in: scope))
    case .tuple(let elements): return try sequence(.tuple, try values(of: elements, in: scope))
    case .mapping(let entries): return try mapping(of: entries, in: scope)
    case .attribute(let operand, let name): return try attribute(name, of: try evaluate(operand, in: scope))
    case .item(let operand, let key):
      return try item(try evaluate(key, in: scope), of: try evaluate(operand, in: scope))
    case .slice(let operand, let from, let to, let step):
      return try slice(operand, from: from, to: to, step: step, in: scope)
    case .call(let callee, let arguments):
      return try call(try evaluate(callee, in: scope), try values(of: arguments, in: scope))
    case .filter(let operand, let name, let arguments):
      return try filter(name, try evaluate(operand, in: scope), try values(of: arguments, in: scope))
    case .test(let operand, let name, let arguments, let isNegated):
      let passes = try test(name, try evaluate(operand, in: scope), try values(of: arguments, in: scope))
      return .bool(passes != isNegated)
    case .negated(let operand): return try negated(try evaluate(operand, in: scope))
    case .positive(let operand): return try positive(try evaluate(operand, in: scope))
    case .not(let operand): return .bool(try !isTrue(try evaluate(operand, in: scope)))
    case .and(let left, let right):
      let value = try evaluate(left, in: scope)
      return try isTrue(value) ? try evaluate(right, in: scope) : value
    case .or(let left, let right):
      let value = try evaluate(left, in: scope)
      return try isTrue(value) ? value : try evaluate(right, in: scope)
    case .binary(let operation, let left, let right):
      return try binary(operation, try evaluate(left, in: scope), try evaluate(right, in: scope))
    case .concatenation(let parts): return try concatenation(of: parts, in: scope)
    case .comparison(let first, let rest): return try comparison(first, rest, in: scope)
    case .condition(let value, let test, let otherwise):
      if try isTrue(try evaluate(test, in: scope)) { return try evaluate(value, in: scope) }
      guard let otherwise else { return .undefined(words: "the inline 'if' is false and has no 'else'") }
      return try evaluate(otherwise, in: scope)
    }
  }

  private func variable(_ name: String, in scope: Scope) throws(TemplateFault) -> TemplateValue {
    if let value = scope.value(name) { return value }
    // jinja2 has them, and "is defined" would say so.
    guard !["cycler", "joiner", "lipsum", "self"].contains(name) else {
      throw TemplateFault(.evaluation, "jinja2's '\(name)' is not supported")
    }
    return Self.globals.contains(name) ? .callable(.global(name)) : .undefined(words: "'\(name)' is undefined")
  }

  func values(of expressions: [Expression], in scope: Scope) throws(TemplateFault) -> [TemplateValue] {
    var values: [TemplateValue] = []
    values.reserveCapacity(expressions.count)
    for expression in expressions { values.append(try evaluate(expression, in: scope)) }
    return values
  }

  func values(of arguments: Arguments, in scope: Scope) throws(TemplateFault) -> CallArguments {
    guard !arguments.isEmpty else { return CallArguments() }
    var result = CallArguments(positional: try values(of: arguments.positional, in: scope))
    for (name, value) in arguments.named { result.named.append((name, try evaluate(value, in: scope))) }
    if let unpacked = arguments.unpacked {
      let more = try elements(of: try evaluate(unpacked, in: scope))
      try allocate(more.count * ValueExtent.elementWeight)
      result.positional += more
    }
    if let unpacked = arguments.unpackedNames {
      guard case .mapping(let mapping) = try evaluate(unpacked, in: scope) else {
        throw TemplateFault(.evaluation, "what follows '**' is no mapping")
      }
      for (key, value) in mapping.entries { result.named.append((try key.string(for: "an argument's name"), value)) }
    }
    return result
  }

  private func mapping(
    of entries: [(key: Expression, value: Expression)], in scope: Scope
  ) throws(TemplateFault) -> TemplateValue {
    var mapping = TemplateMapping()
    for (key, value) in entries {
      let name = try evaluate(key, in: scope)
      guard mapping.set(name, to: try evaluate(value, in: scope)) else {
        throw TemplateFault(.evaluation, "a value of type \(name.typeName) cannot be a key")
      }
    }
    return try self.mapping(mapping)
  }

  private func concatenation(of parts: [Expression], in scope: Scope) throws(TemplateFault) -> TemplateValue {
    var text = ""
    for part in parts {
      let piece = try self.text(of: try evaluate(part, in: scope))
      try allocate(piece.utf8.count)
      text += piece
    }
    return .string(text)
  }

  private func comparison(
    _ first: Expression, _ rest: [(Comparator, Expression)], in scope: Scope
  ) throws(TemplateFault) -> TemplateValue {
    var left = try evaluate(first, in: scope)
    for (comparator, operand) in rest {
      let right = try evaluate(operand, in: scope)
      guard try compare(left, comparator, right) else { return .bool(false) }
      left = right
    }
    return .bool(true)
  }

  private func slice(
    _ operand: Expression, from: Expression?, to: Expression?, step: Expression?, in scope: Scope
  ) throws(TemplateFault) -> TemplateValue {
    let value = try evaluate(operand, in: scope)
    let start = try from.map { (bound) throws(TemplateFault) in try evaluate(bound, in: scope) }
    let end = try to.map { (bound) throws(TemplateFault) in try evaluate(bound, in: scope) }
    let stride = try step.map { (bound) throws(TemplateFault) in try evaluate(bound, in: scope) }
    return try sliced(value, from: start, to: end, step: stride)
  }
}
