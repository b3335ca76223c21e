/// Operands: literals, names and brackets, and what stands behind them.
extension TokenCursor {
  mutating func primary() throws(TemplateFault) -> Expression {
    let start = place
    switch current.kind {
    case .name(let name):
      advance()
      if let literal = Self.constants[name] { return try make(.literal(literal), [], at: start) }
      namesRead.insert(name)
      namesMet.insert(name)
      return try make(.name(name), [], at: start)
    case .string(var text):
      advance()
      while case .string(let more) = current.kind {
        text += more
        advance()
      }
      return try make(.literal(.string(text)), [], at: start)
    case .integer(let value):
      advance()
      return try make(.literal(.integer(value)), [], at: start)
    case .float(let value):
      advance()
      return try make(.literal(.float(value)), [], at: start)
    case .symbol("("):
      advance()
      if skip(")") { return try make(.tuple([]), [], at: start) }
      let value = try tuple()
      try expect(")")
      return value
    case .symbol("["): return try list()
    case .symbol("{"): return try mapping()
    default: throw unexpected("an expression")
    }
  }

  private static let constants: [String: Literal] = [
    "true": .bool(true), "True": .bool(true), "false": .bool(false), "False": .bool(false), "none": .none,
    "None": .none,
  ]

  private mutating func list() throws(TemplateFault) -> Expression {
    let start = place
    advance()
    var elements: [Expression] = []
    while !isAt("]") {
      if !elements.isEmpty {
        try expect(",")
        if isAt("]") { break }
      }
      elements.append(try expression())
    }
    advance()
    return try make(.list(elements), elements, at: start)
  }

  private mutating func mapping() throws(TemplateFault) -> Expression {
    let start = place
    advance()
    var entries: [(key: Expression, value: Expression)] = []
    while !isAt("}") {
      if !entries.isEmpty {
        try expect(",")
        if isAt("}") { break }
      }
      let key = try expression()
      try expect(":")
      entries.append((key, try expression()))
    }
    advance()
    return try make(.mapping(entries), entries.flatMap { [$0.key, $0.value] }, at: start)
  }

  mutating func postfixes(_ operand: Expression) throws(TemplateFault) -> Expression {
    var value = operand
    while true {
      if isAt(".") || isAt("[") {
        value = try subscripted(value)
      } else if isAt("(") {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  mutating func filtersAndTests(_ operand: Expression) throws(TemplateFault) -> Expression {
    var value = operand
    while true {
      if isAt("|") {
        let use = try filter()
        value = try make(
          .filter(value, use.name, use.arguments),
          [value] + use.arguments.positional + use.arguments.named.map(\.value),
          at: use.place)
      } else if isAt(name: "is") {
        value = try test(value)
      } else if isAt("(") {
        value = try called(value)
      } else {
        return value
      }
    }
  }

  /// `| name(arguments)`.
  mutating func filter(hasBar: Bool = true) throws(TemplateFault) -> FilterUse {
    if hasBar { advance() }
    let start = place
    let name = try dottedName()
    return FilterUse(name: name, arguments: isAt("(") ? try arguments() : Arguments(), place: start)
  }

  private mutating func dottedName() throws(TemplateFault) -> String {
    var name = try expectName()
    while skip(".") { name += "." + (try expectName()) }
    return name
  }

  /// `is name`, `is not name(arguments)`, `is name argument`.
  private mutating func test(_ operand: Expression) throws(TemplateFault) -> Expression {
    advance()
    let isNegated = skip(name: "not")
    let start = place
    let name = try dottedName()
    var arguments = Arguments()
    switch current.kind {
    case .symbol("("): arguments = try self.arguments()
    case .name("else"), .name("or"), .name("and"): break
    case .name("is"): throw TemplateFault(.syntax, at: place, "tests cannot be chained with 'is'")
    case .name, .string, .integer, .float, .symbol("["), .symbol("{"):
      arguments.positional = [try postfixes(try primary())]
    default: break
    }
    return try make(
      .test(operand, name, arguments, isNegated: isNegated),
      [operand] + arguments.positional + arguments.named.map(\.value), at: start)
  }

  private mutating func called(_ operand: Expression) throws(TemplateFault) -> Expression {
    let start = operand.place
    let arguments = try arguments()
    let operands =
      [operand] + arguments.positional + arguments.named.map(\.value)
      + [arguments.unpacked, arguments.unpackedNames].compactMap(\.self)
    return try make(.call(operand, arguments), operands, at: start)
  }

  private mutating func arguments() throws(TemplateFault) -> Arguments {
    advance()
    var arguments = Arguments()
    var isFirst = true
    while !isAt(")") {
      if !isFirst {
        try expect(",")
        if isAt(")") { break }
      }
      isFirst = false
      if skip("**") {
        arguments.unpackedNames = try expression()
      } else if skip("*") {
        arguments.unpacked = try expression()
      } else if case .name(let name) = current.kind, following.kind == .symbol("=") {
        advance()
        advance()
        arguments.named.append((name, try expression()))
      } else {
        guard arguments.named.isEmpty, arguments.unpacked == nil, arguments.unpackedNames == nil else {
          throw TemplateFault(.syntax, at: place, "an argument without a name follows one with a name")
        }
        arguments.positional.append(try expression())
      }
    }
    advance()
    return arguments
  }

  private mutating func subscripted(_ operand: Expression) throws(TemplateFault) -> Expression {
    let start = place
    if skip(".") {
      switch current.kind {
      case .name(let name):
        advance()
        return try make(.attribute(operand, name), [operand], at: start)
      case .integer(let index):
        let key = try make(.literal(.integer(index)), [], at: place)
        advance()
        return try make(.item(operand, key), [operand, key], at: start)
      default: throw unexpected("a name or a number behind '.'")
      }
    }
    advance()
    let first: Expression? = isAt(":") ? nil : try expression()
    if isAt(":") { return try slice(operand, from: first, at: start) }
    var keys = first.map { [$0] } ?? []
    while skip(",") { keys.append(try expression()) }
    try expect("]")
    let key = keys.count == 1 ? keys[0] : try make(.tuple(keys), keys, at: start)
    return try make(.item(operand, key), [operand, key], at: start)
  }

  private mutating func slice(
    _ operand: Expression, from: Expression?, at start: TemplatePlace
  ) throws(TemplateFault) -> Expression {
    advance()
    let end: Expression? = isAt(":") || isAt("]") ? nil : try expression()
    var step: Expression?
    if skip(":"), !isAt("]") { step = try expression() }
    try expect("]")
    return try make(
      .slice(operand, from: from, to: end, step: step), [operand] + [from, end, step].compactMap(\.self), at: start)
  }
}
