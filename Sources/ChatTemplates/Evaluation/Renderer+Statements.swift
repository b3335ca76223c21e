import Diagnostics

extension Renderer {
  /// What a statement asks of the loop around it.
  enum Flow {
    case onward
    case leavesLoop
    case leavesPass
  }

  func execute(_ statements: [Statement], in scope: Scope) throws(TemplateFault) -> Flow {
    try enter()
    defer { leave() }
    for statement in statements {
      do throws(TemplateFault) {
        try spend(1)
        let flow = try execute(statement, in: scope)
        guard flow == .onward else { return flow }
      } catch {
        throw error.placed(statement.place)
      }
    }
    return .onward
  }

  private func execute(_ statement: Statement, in scope: Scope) throws(TemplateFault) -> Flow {
    switch statement.kind {
    case .text(let text): try write(text)
    case .print(let expression): try write(try text(of: try evaluate(expression, in: scope)))
    case .condition(let branches, let otherwise):
      for branch in branches where try isTrue(try evaluate(branch.test, in: scope)) {
        return try execute(branch.body, in: scope)
      }
      return try execute(otherwise, in: scope)
    case .loop(let loop): return try execute(loop, in: scope)
    case .set(let target, let expression): try assign(try evaluate(expression, in: scope), to: target, in: scope)
    case .setBlock(let target, let filters, let body):
      return try setBlock(target, filters: filters, body: body, in: scope)
    case .macro(let definition):
      try spend(1)
      macros.append((definition, scope))
      scope.set(definition.name, .callable(.macro(macros.count - 1)))
    case .callBlock(let call, let caller): try callBlock(call, caller: caller, in: scope)
    case .filterBlock(let filters, let body):
      let (inner, flow) = try caughtBody(body, in: scope)
      guard flow == .onward else { return flow }
      try write(try text(of: try apply(filters, to: .string(inner), in: scope)))
    case .generation(let body): try generation(body, in: scope)
    case .breakLoop: return .leavesLoop
    case .continueLoop: return .leavesPass
    }
    return .onward
  }

  private func execute(_ loop: LoopStatement, in scope: Scope) throws(TemplateFault) -> Flow {
    let state = try passes(of: loop, in: scope)
    // jinja2 takes a loop for empty until a pass has come to its end.
    var hasPassed = false
    while let element = try state.advance() {
      try spend(1)
      let inner = Scope(parent: scope)
      inner.set("loop", .loop(state))
      try assign(element, to: loop.target, in: inner)
      let flow = try execute(loop.body, in: inner)
      if flow == .leavesLoop { break }
      if flow == .onward { hasPassed = true }
    }
    return hasPassed ? .onward : try execute(loop.otherwise, in: Scope(parent: scope))
  }

  /// A loop's condition is asked of an element once the passes before it are done, or something looks ahead, as jinja2 does it.
  private func passes(of loop: LoopStatement, in scope: Scope) throws(TemplateFault) -> LoopState {
    let elements = try elements(of: try evaluate(loop.iterable, in: scope))
    guard let filter = loop.filter else { return LoopState(elements: elements) }
    var rest = elements[...]
    return LoopState { () throws(TemplateFault) in
      while let element = rest.popFirst() {
        try self.spend(1)
        let inner = Scope(parent: scope)
        try self.assign(element, to: loop.target, in: inner)
        if try self.isTrue(try self.evaluate(filter, in: inner)) { return element }
      }
      return nil
    }
  }

  func assign(_ value: TemplateValue, to target: AssignmentTarget, in scope: Scope) throws(TemplateFault) {
    switch target {
    case .name(let name): scope.set(name, value)
    case .tuple(let targets):
      let elements = try elements(of: value)
      guard elements.count == targets.count else {
        throw TemplateFault(.evaluation, "expected \(targets.count) values to unpack, not \(elements.count)")
      }
      for (target, element) in zip(targets, elements) { try assign(element, to: target, in: scope) }
    case .attribute(let name, let attribute):
      guard case .namespace(let place)? = scope.value(name) else {
        throw TemplateFault(.evaluation, "cannot assign an attribute of '\(name)', which is no namespace")
      }
      try setAttribute(attribute, of: place, to: value)
    }
  }

  func setAttribute(_ name: String, of place: Int, to value: TemplateValue) throws(TemplateFault) {
    guard !name.hasPrefix("_") else {
      throw TemplateFault(.evaluation, "a namespace has no attributes that begin with '_', as '\(name)' does")
    }
    try spend(1)
    namespaces[place].set(name, to: value)
  }

  /// A body in a scope of its own, as text, which goes where the body leaves a loop.
  private func caughtBody(_ body: [Statement], in scope: Scope) throws(TemplateFault) -> (String, Flow) {
    var flow = Flow.onward
    let text = try caught { () throws(TemplateFault) in flow = try execute(body, in: Scope(parent: scope)) }
    return (text, flow)
  }

  /// A body that no `break` or `continue` leaves: a macro's, or one that is called like it.
  func executeWhole(_ body: [Statement], in scope: Scope) throws(TemplateFault) {
    guard try execute(body, in: scope) == .onward else {
      throw TemplateFault(.syntax, "'break' or 'continue' stands outside of a loop")
    }
  }

  private func setBlock(
    _ target: AssignmentTarget, filters: [FilterUse], body: [Statement], in scope: Scope
  ) throws(TemplateFault) -> Flow {
    let (text, flow) = try caughtBody(body, in: scope)
    guard flow == .onward else { return flow }
    try assign(try apply(filters, to: .string(text), in: scope), to: target, in: scope)
    return .onward
  }

  private func apply(
    _ filters: [FilterUse], to value: TemplateValue, in scope: Scope
  ) throws(TemplateFault) -> TemplateValue {
    var value = value
    for use in filters {
      do throws(TemplateFault) {
        value = try filter(use.name, value, try values(of: use.arguments, in: scope))
      } catch {
        throw error.placed(use.place)
      }
    }
    return value
  }

  private func generation(_ body: [Statement], in scope: Scope) throws(TemplateFault) {
    hasCaughtGeneration = hasCaughtGeneration || buffers.count > 1
    let start = buffers[0].utf8.count
    try executeWhole(body, in: Scope(parent: scope))
    if buffers.count == 1 { spans.append(start..<buffers[0].utf8.count) }
  }

  private func callBlock(_ call: Expression, caller: MacroDefinition, in scope: Scope) throws(TemplateFault) {
    guard case .call(let callee, let arguments) = call.kind else { return }
    macros.append((caller, scope))
    var values = try values(of: arguments, in: scope)
    values.caller = .callable(.macro(macros.count - 1))
    try write(try text(of: try self.call(try evaluate(callee, in: scope), values)))
  }
}
