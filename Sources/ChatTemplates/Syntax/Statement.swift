/// A statement of a template, with the place where it begins.
struct Statement: Sendable {
  indirect enum Kind: Sendable {
    case text(String)
    case print(Expression)
    case condition([(test: Expression, body: [Statement])], else: [Statement])
    case loop(LoopStatement)
    case set(AssignmentTarget, Expression)
    case setBlock(AssignmentTarget, filters: [FilterUse], [Statement])
    case macro(MacroDefinition)
    case callBlock(Expression, MacroDefinition)
    case filterBlock([FilterUse], [Statement])
    /// `{% generation %}`: its body is what the assistant says, for loss masks.
    case generation([Statement])
    case breakLoop
    case continueLoop
  }

  let kind: Kind
  let place: TemplatePlace
}

struct LoopStatement: Sendable {
  let target: AssignmentTarget
  let iterable: Expression
  let filter: Expression?
  let body: [Statement]
  let otherwise: [Statement]
}

/// What a `set` or a `for` binds.
indirect enum AssignmentTarget: Sendable {
  case name(String)
  case tuple([AssignmentTarget])
  /// `ns.attribute`.
  case attribute(String, String)
}

/// A filter in a filter block or behind the name of a block `set`.
struct FilterUse: Sendable {
  let name: String
  let arguments: Arguments
  let place: TemplatePlace
}

/// A macro, or the body of a `call` block.
final class MacroDefinition: Sendable {
  let name: String
  let parameters: [String]
  /// Of the last parameters, as many as there are.
  let defaults: [Expression]
  let body: [Statement]
  /// Which of `varargs`, `kwargs` and `caller` the body names: what it does not name it does not take.
  let takesMore: Set<String>

  init(name: String, parameters: [String], defaults: [Expression], body: [Statement], takesMore: Set<String>) {
    self.name = name
    self.parameters = parameters
    self.defaults = defaults
    self.body = body
    self.takesMore = takesMore
  }
}
