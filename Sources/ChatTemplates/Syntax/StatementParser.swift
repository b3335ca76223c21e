import Diagnostics

/// jinja2's grammar of statements, with `break` and `continue`, and transformers' `generation`.
extension TokenCursor {
  /// The whole template.
  mutating func template() throws(TemplateFault) -> [Statement] {
    let (statements, _) = try body(until: [])
    return statements
  }

  /// Statements up to a block tag with one of these names; goes past the name, and gives it.
  private mutating func body(until ends: Set<String>) throws(TemplateFault) -> ([Statement], String) {
    try enter()
    defer { leave() }
    var statements: [Statement] = []
    while true {
      let start = place
      switch current.kind {
      case .text(let text):
        advance()
        statements.append(Statement(kind: .text(text), place: start))
      case .printBegin:
        advance()
        let value = try tuple()
        guard current.kind == .printEnd else { throw unexpected("'}}'") }
        advance()
        statements.append(Statement(kind: .print(value), place: start))
      case .blockBegin:
        advance()
        let name = try expectName()
        if ends.contains(name) { return (statements, name) }
        statements.append(Statement(kind: try statement(name, at: start), place: start))
      default:
        guard ends.isEmpty else {
          throw TemplateFault(
            .syntax, at: start,
            "the template ends where \(ends.sorted().map { "'\($0)'" }.joined(separator: " or ")) is missing")
        }
        return (statements, "")
      }
    }
  }

  private mutating func statement(_ name: String, at start: TemplatePlace) throws(TemplateFault) -> Statement.Kind {
    switch name {
    case "if": return try condition()
    case "for": return try loop()
    case "set": return try set()
    case "macro":
      let name = try expectName()
      meet(assigned: name)
      return .macro(try macro(name: name))
    case "call": return try callBlock()
    case "filter":
      let filters = try filters(hasBar: false)
      try expectBlockEnd()
      return .filterBlock(filters, try closedBody("endfilter"))
    case "generation":
      try expectBlockEnd()
      return .generation(try closedBody("endgeneration"))
    case "break", "continue":
      try expectBlockEnd()
      return name == "break" ? .breakLoop : .continueLoop
    case "include", "import", "from", "extends", "block", "with", "do", "print", "autoescape", "trans":
      throw TemplateFault(.syntax, at: start, "the statement '\(name)' of jinja2 is not supported")
    default:
      throw TemplateFault(.syntax, at: start, "unknown or misplaced statement '\(name)'")
    }
  }

  private mutating func closedBody(_ end: String) throws(TemplateFault) -> [Statement] {
    let (statements, _) = try scopeBody(until: [end])
    try expectBlockEnd()
    return statements
  }

  /// A body that is a scope of its own.
  private mutating func scopeBody(until ends: Set<String>) throws(TemplateFault) -> ([Statement], String) {
    let outer = namesMet
    openScopes += 1
    defer {
      openScopes -= 1
      namesMet = outer
    }
    return try body(until: ends)
  }

  private mutating func condition() throws(TemplateFault) -> Statement.Kind {
    var branches: [(test: Expression, body: [Statement])] = []
    openBranches += 1
    defer { openBranches -= 1 }
    while true {
      let test = try tuple(allowsCondition: false)
      try expectBlockEnd()
      let (statements, end) = try body(until: ["elif", "else", "endif"])
      branches.append((test, statements))
      guard end != "elif" else { continue }
      try expectBlockEnd()
      guard end == "else" else { return .condition(branches, else: []) }
      let (otherwise, _) = try body(until: ["endif"])
      try expectBlockEnd()
      return .condition(branches, else: otherwise)
    }
  }

  private mutating func loop() throws(TemplateFault) -> Statement.Kind {
    let target = try target(allowsAttribute: false)
    try expect(name: "in")
    let iterable = try tuple(allowsCondition: false)
    let filter: Expression? = skip(name: "if") ? try expression() : nil
    if isAt(name: "recursive") {
      throw TemplateFault(.syntax, at: place, "recursive loops of jinja2 are not supported")
    }
    try expectBlockEnd()
    let (statements, end) = try scopeBody(until: ["else", "endfor"])
    try expectBlockEnd()
    let otherwise = end == "else" ? try closedBody("endfor") : []
    return .loop(
      LoopStatement(target: target, iterable: iterable, filter: filter, body: statements, otherwise: otherwise))
  }

  private mutating func set() throws(TemplateFault) -> Statement.Kind {
    let target = try target(allowsAttribute: true)
    if skip("=") {
      let value = try tuple()
      try expectBlockEnd()
      meet(target)
      return .set(target, value)
    }
    meet(target)
    let filters = isAt("|") ? try filters(hasBar: true) : []
    try expectBlockEnd()
    return .setBlock(target, filters: filters, try closedBody("endset"))
  }

  private mutating func meet(_ target: AssignmentTarget) {
    switch target {
    case .name(let name): meet(assigned: name)
    case .tuple(let targets): for target in targets { meet(target) }
    case .attribute(let name, _): namesMet.insert(name)
    }
  }

  private mutating func filters(hasBar: Bool) throws(TemplateFault) -> [FilterUse] {
    var filters = [try filter(hasBar: hasBar)]
    while isAt("|") { filters.append(try filter()) }
    return filters
  }

  private mutating func target(allowsAttribute: Bool) throws(TemplateFault) -> AssignmentTarget {
    var targets = [try singleTarget(allowsAttribute: allowsAttribute)]
    guard isAt(",") else { return targets[0] }
    while skip(","), !isAt("="), !isAt(name: "in"), !isAt(")") {
      targets.append(try singleTarget(allowsAttribute: allowsAttribute))
    }
    return .tuple(targets)
  }

  private mutating func singleTarget(allowsAttribute: Bool) throws(TemplateFault) -> AssignmentTarget {
    try enter()
    defer { leave() }
    if skip("(") {
      let target = try target(allowsAttribute: allowsAttribute)
      try expect(")")
      return target
    }
    let start = place
    let name = try expectName()
    if allowsAttribute, skip(".") { return .attribute(name, try expectName()) }
    guard !["true", "True", "false", "False", "none", "None"].contains(name) else {
      throw TemplateFault(.syntax, at: start, "cannot assign to '\(name)'")
    }
    return .name(name)
  }

  private mutating func macro(name: String) throws(TemplateFault) -> MacroDefinition {
    let outerNames = namesRead
    namesRead = []
    defer { namesRead.formUnion(outerNames) }
    let (parameters, defaults) = try parameters()
    try expectBlockEnd()
    let body = try closedBody("endmacro")
    return MacroDefinition(
      name: name, parameters: parameters, defaults: defaults, body: body,
      takesMore: namesRead.intersection(["varargs", "kwargs", "caller"]))
  }

  private mutating func parameters() throws(TemplateFault) -> ([String], [Expression]) {
    try expect("(")
    var parameters: [String] = []
    var defaults: [Expression] = []
    while !isAt(")") {
      if !parameters.isEmpty { try expect(",") }
      let start = place
      parameters.append(try expectName())
      if skip("=") {
        defaults.append(try expression())
      } else if !defaults.isEmpty {
        throw TemplateFault(.syntax, at: start, "a parameter without a default follows one with a default")
      }
    }
    advance()
    return (parameters, defaults)
  }

  /// `{% call(parameters) macro(arguments) %}`.
  private mutating func callBlock() throws(TemplateFault) -> Statement.Kind {
    let outerNames = namesRead
    let (parameters, defaults) = isAt("(") ? try parameters() : ([], [])
    let call = try expression()
    guard case .call = call.kind else { throw TemplateFault(.syntax, at: call.place, "expected a call of a macro") }
    namesRead = []
    defer { namesRead.formUnion(outerNames) }
    try expectBlockEnd()
    let body = try closedBody("endcall")
    let caller = MacroDefinition(
      name: "caller", parameters: parameters, defaults: defaults, body: body,
      takesMore: namesRead.intersection(["varargs", "kwargs", "caller"]))
    return .callBlock(call, caller)
  }
}
