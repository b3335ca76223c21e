import Diagnostics

/// Where a parser stands in a template's tokens, and how deep.
struct TokenCursor {
  private let tokens: [TemplateToken]
  private var index = 0
  /// How many levels of brackets, operands and blocks are open: they are parsed by recursion.
  private var depth = 0
  /// The names that expressions have read so far within the macro that is being parsed.
  var namesRead: Set<String> = []
  /// The names that the statements of the scope itself have met so far, those of the scopes within left out.
  var namesMet: Set<String> = []
  /// How many scopes and branches are open.
  var openScopes = 0
  var openBranches = 0
  /// The names that the template itself sets before it reads them: to jinja2 they are its own from the start, and until then undefined,
  /// also where a variable of that name was given.
  var ownNames: Set<String> = []

  /// The most levels that expressions and blocks may be nested.
  static let depthLimit = 100

  init(_ tokens: [TemplateToken]) { self.tokens = tokens }

  var current: TemplateToken { tokens[index] }
  var place: TemplatePlace { tokens[index].place }

  /// The token behind the current one.
  var following: TemplateToken { tokens[min(index + 1, tokens.count - 1)] }

  mutating func advance() { index = min(index + 1, tokens.count - 1) }

  func isAt(_ symbol: String) -> Bool { current.kind == .symbol(symbol) }
  func isAt(name: String) -> Bool { current.kind == .name(name) }

  /// Goes past a symbol, if it stands here.
  mutating func skip(_ symbol: String) -> Bool {
    guard isAt(symbol) else { return false }
    advance()
    return true
  }

  mutating func skip(name: String) -> Bool {
    guard isAt(name: name) else { return false }
    advance()
    return true
  }

  mutating func expect(_ symbol: String) throws(TemplateFault) {
    guard skip(symbol) else { throw unexpected("'\(symbol)'") }
  }

  mutating func expect(name: String) throws(TemplateFault) {
    guard skip(name: name) else { throw unexpected("'\(name)'") }
  }

  mutating func expectBlockEnd() throws(TemplateFault) {
    guard current.kind == .blockEnd else { throw unexpected("'%}'") }
    advance()
  }

  mutating func expectName() throws(TemplateFault) -> String {
    guard case .name(let name) = current.kind else { throw unexpected("a name") }
    advance()
    return name
  }

  func unexpected(_ wanted: String) -> TemplateFault {
    TemplateFault(.syntax, at: place, "expected \(wanted), not \(current.words)")
  }

  mutating func enter() throws(TemplateFault) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw TemplateFault(.limit, at: place, "expressions or blocks are nested more than \(Self.depthLimit) deep")
    }
  }

  mutating func leave() { depth -= 1 }

  /// A name that the scope at hand sets.
  mutating func meet(assigned name: String) {
    if namesMet.insert(name).inserted, openScopes == 0, openBranches == 0 { ownNames.insert(name) }
  }
}
