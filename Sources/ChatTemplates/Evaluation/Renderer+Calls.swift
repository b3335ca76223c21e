import Diagnostics

extension Renderer {
  func call(_ callee: TemplateValue, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    switch callee {
    case .undefined(let words): throw TemplateFault(.evaluation, "\(words)")
    case .callable(.global(let name)): return try global(name, arguments)
    case .callable(.method(let receiver, let name)): return try method(name, of: receiver, arguments)
    case .callable(.macro(let place)): return try macro(place, arguments)
    default: throw TemplateFault(.evaluation, "a value of type \(callee.typeName) cannot be called")
    }
  }

  private func macro(_ place: Int, _ arguments: CallArguments) throws(TemplateFault) -> TemplateValue {
    let (definition, scope) = macros[place]
    let inner = Scope(parent: scope)
    let parameters = definition.parameters
    var values: [TemplateValue?] = Array(arguments.positional.prefix(parameters.count))
    values += Array(repeating: nil, count: parameters.count - values.count)
    let more = Array(arguments.positional.dropFirst(parameters.count))
    var others = TemplateMapping()
    for (name, value) in arguments.named {
      if let place = parameters.firstIndex(of: name) {
        guard values[place] == nil else {
          throw TemplateFault(.evaluation, "the macro '\(definition.name)' is given '\(name)' twice")
        }
        values[place] = value
      } else {
        others.set(name, to: value)
      }
    }
    var caller = arguments.caller
    if let place = parameters.firstIndex(of: "caller"), caller != nil {
      values[place] = caller
      caller = nil
    }
    try setRest(of: definition, more: more, others: others, caller: caller, in: inner)
    let firstDefault = parameters.count - definition.defaults.count
    // A default that names a parameter which has no value yet does not mean a variable outside of the same name.
    for (index, name) in parameters.enumerated() where values[index] == nil {
      inner.set(name, .undefined(words: "the parameter '\(name)' has no value yet"))
    }
    for (index, name) in parameters.enumerated() {
      if let value = values[index] {
        inner.set(name, value)
      } else if index >= firstDefault {
        inner.set(name, try evaluate(definition.defaults[index - firstDefault], in: inner))
      } else {
        inner.set(name, .undefined(words: "the parameter '\(name)' was not given"))
      }
    }
    return .string(try caught { () throws(TemplateFault) in try executeWhole(definition.body, in: inner) })
  }

  /// `varargs`, `kwargs` and `caller`: a macro that does not name them does not take more than its parameters.
  private func setRest(
    of definition: MacroDefinition, more: [TemplateValue], others: TemplateMapping, caller: TemplateValue?,
    in scope: Scope
  ) throws(TemplateFault) {
    if definition.takesMore.contains("varargs") {
      scope.set("varargs", try sequence(.tuple, more))
    } else if !more.isEmpty {
      throw TemplateFault(
        .evaluation, "the macro '\(definition.name)' takes at most \(definition.parameters.count) arguments")
    }
    if definition.takesMore.contains("kwargs") {
      scope.set("kwargs", try mapping(others))
    } else if let name = others.keys.first?.text {
      throw TemplateFault(.evaluation, "the macro '\(definition.name)' has no parameter '\(name)'")
    }
    if definition.parameters.contains("caller") { return }
    if definition.takesMore.contains("caller") {
      scope.set("caller", caller ?? .undefined(words: "no caller is defined"))
    } else if caller != nil {
      throw TemplateFault(.evaluation, "the macro '\(definition.name)' does not call its 'caller'")
    }
  }
}
