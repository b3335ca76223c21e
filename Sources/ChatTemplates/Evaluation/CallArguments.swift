import Diagnostics

/// The values of a call's arguments.
struct CallArguments {
  var positional: [TemplateValue] = []
  var named: [(name: String, value: TemplateValue)] = []
  /// What `caller` is in the macro that is called.
  var caller: TemplateValue?

  /// The values by parameter, nil where none is given.
  ///
  /// - Throws: `TemplateFault` for too many, an unknown name, a value given twice, or a `required` one that is missing.
  func bound(
    to function: String, _ parameters: [String], required: Int = 0
  ) throws(TemplateFault) -> [TemplateValue?] {
    guard positional.count <= parameters.count else {
      throw TemplateFault(
        .evaluation, "'\(function)' takes at most \(parameters.count) arguments, not \(positional.count)")
    }
    var values: [TemplateValue?] = positional + Array(repeating: nil, count: parameters.count - positional.count)
    for (name, value) in named {
      guard let place = parameters.firstIndex(of: name) else {
        throw TemplateFault(.evaluation, "'\(function)' has no argument '\(name)'")
      }
      guard values[place] == nil else { throw TemplateFault(.evaluation, "'\(function)' is given '\(name)' twice") }
      values[place] = value
    }
    if let missing = values.prefix(required).firstIndex(where: { $0 == nil }) {
      throw TemplateFault(.evaluation, "'\(function)' needs the argument '\(parameters[missing])'")
    }
    return values
  }
}

extension TemplateValue {
  /// The integer that an argument has to be.
  func integer(for words: String) throws(TemplateFault) -> Int {
    guard case .integer(let value)? = number else {
      throw TemplateFault(.evaluation, "\(words) is no integer but of type \(typeName)")
    }
    return value
  }

  func string(for words: String) throws(TemplateFault) -> String {
    guard let text else { throw TemplateFault(.evaluation, "\(words) is no string but of type \(typeName)") }
    return text
  }
}
