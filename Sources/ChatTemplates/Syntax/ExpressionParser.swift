/// jinja2's grammar of expressions, from the loosest operator to the tightest: `if`, `or`, `and`, `not`, comparisons, `+ -`, `~`, `* / // %`,
/// `**`, unary signs; behind each operand its postfixes, filters and tests.
extension TokenCursor {
  /// An expression; where there are commas, a tuple, as in `{{ a, b }}`.
  mutating func tuple(allowsCondition: Bool = true) throws(TemplateFault) -> Expression {
    let start = place
    let first = try allowsCondition ? expression() : or()
    guard isAt(",") else { return first }
    var elements = [first]
    while skip(",") {
      if endsTuple { break }
      elements.append(try allowsCondition ? expression() : or())
    }
    return try make(.tuple(elements), elements, at: start)
  }

  private var endsTuple: Bool {
    switch current.kind {
    case .blockEnd, .printEnd, .end, .symbol(")"): true
    default: false
    }
  }

  mutating func expression() throws(TemplateFault) -> Expression {
    try enter()
    defer { leave() }
    var value = try or()
    let start = value.place
    while skip(name: "if") {
      let test = try or()
      let otherwise: Expression? = skip(name: "else") ? try expression() : nil
      value = try make(
        .condition(value, if: test, else: otherwise), [value, test] + (otherwise.map { [$0] } ?? []), at: start)
    }
    return value
  }

  mutating func or() throws(TemplateFault) -> Expression {
    var left = try and()
    while skip(name: "or") {
      let right = try and()
      left = try make(.or(left, right), [left, right], at: left.place)
    }
    return left
  }

  private mutating func and() throws(TemplateFault) -> Expression {
    var left = try not()
    while skip(name: "and") {
      let right = try not()
      left = try make(.and(left, right), [left, right], at: left.place)
    }
    return left
  }

  private mutating func not() throws(TemplateFault) -> Expression {
    let start = place
    guard skip(name: "not") else { return try comparison() }
    try enter()
    defer { leave() }
    let operand = try not()
    return try make(.not(operand), [operand], at: start)
  }

  private mutating func comparison() throws(TemplateFault) -> Expression {
    let first = try sum()
    var rest: [(Comparator, Expression)] = []
    while let comparator = skipComparator() { rest.append((comparator, try sum())) }
    guard !rest.isEmpty else { return first }
    return try make(.comparison(first, rest), [first] + rest.map(\.1), at: first.place)
  }

  private mutating func skipComparator() -> Comparator? {
    switch current.kind {
    case .symbol(let symbol):
      guard let comparator = Comparator(rawValue: symbol) else { return nil }
      advance()
      return comparator
    case .name("in"):
      advance()
      return .within
    case .name("not") where following.kind == .name("in"):
      advance()
      advance()
      return .notWithin
    default: return nil
    }
  }

  private mutating func sum() throws(TemplateFault) -> Expression {
    var left = try concatenation()
    while let operation = binary(["+", "-"]) {
      let right = try concatenation()
      left = try make(.binary(operation, left, right), [left, right], at: left.place)
    }
    return left
  }

  private mutating func concatenation() throws(TemplateFault) -> Expression {
    var parts = [try product()]
    while skip("~") { parts.append(try product()) }
    return parts.count == 1 ? parts[0] : try make(.concatenation(parts), parts, at: parts[0].place)
  }

  private mutating func product() throws(TemplateFault) -> Expression {
    var left = try power()
    while let operation = binary(["*", "/", "//", "%"]) {
      let right = try power()
      left = try make(.binary(operation, left, right), [left, right], at: left.place)
    }
    return left
  }

  private mutating func power() throws(TemplateFault) -> Expression {
    var left = try unary()
    while skip("**") {
      let right = try unary()
      left = try make(.binary(.power, left, right), [left, right], at: left.place)
    }
    return left
  }

  private mutating func binary(_ symbols: [String]) -> BinaryOperator? {
    guard case .symbol(let symbol) = current.kind, symbols.contains(symbol) else { return nil }
    advance()
    return BinaryOperator(rawValue: symbol)
  }

  mutating func unary(withFilters: Bool = true) throws(TemplateFault) -> Expression {
    try enter()
    defer { leave() }
    let start = place
    var value: Expression
    if skip("-") {
      let operand = try unary(withFilters: false)
      value = try make(.negated(operand), [operand], at: start)
    } else if skip("+") {
      let operand = try unary(withFilters: false)
      value = try make(.positive(operand), [operand], at: start)
    } else {
      value = try primary()
    }
    value = try postfixes(value)
    return withFilters ? try filtersAndTests(value) : value
  }

  /// An expression of these operands; too many levels of them are refused.
  func make(
    _ kind: Expression.Kind, _ operands: [Expression], at place: TemplatePlace
  ) throws(TemplateFault) -> Expression {
    let depth = 1 + (operands.lazy.map(\.depth).max() ?? 0)
    guard depth <= 2 * Self.depthLimit else {
      throw TemplateFault(.limit, at: place, "the expression has more than \(2 * Self.depthLimit) levels")
    }
    return Expression(kind: kind, place: place, depth: depth)
  }
}
