/// A value as a template knows it: Python's, as far as chat templates reach.
indirect enum TemplateValue {
  /// What a name, key or attribute that is not there gives; `words` name it in errors.
  case undefined(words: String)
  case none
  case bool(Bool)
  case integer(Int)
  case float(Double)
  case string(String)
  /// What `safe` makes: text that escapes what is added to it.
  case markup(String)
  case sequence(TemplateSequence)
  case mapping(TemplateMapping)
  /// A place in the renderer's list of namespaces: they alone may be changed, and could hold one another.
  case namespace(Int)
  case generator(TemplateGenerator)
  case loop(LoopState)
  case callable(TemplateCallable)

  static func list(_ elements: [TemplateValue]) -> TemplateValue { .sequence(TemplateSequence(.list, elements)) }
  static func tuple(_ elements: [TemplateValue]) -> TemplateValue { .sequence(TemplateSequence(.tuple, elements)) }

  init(_ literal: Literal) {
    switch literal {
    case .none: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .float(let value): self = .float(value)
    case .string(let text): self = .string(text)
    }
  }

  /// How deep and how large the value is.
  var extent: ValueExtent {
    switch self {
    case .string(let text), .markup(let text): ValueExtent(depth: 0, weight: text.utf8.count)
    case .sequence(let sequence): sequence.extent
    case .mapping(let mapping): mapping.extent
    case .callable(.method(let receiver, _)): ValueExtent(of: [receiver])
    default: ValueExtent(depth: 0, weight: 0)
    }
  }

  /// The text, if it is one.
  var text: String? {
    switch self {
    case .string(let text), .markup(let text): text
    default: nil
    }
  }

  var isNone: Bool {
    if case .none = self { return true }
    return false
  }

  var isUndefined: Bool {
    if case .undefined = self { return true }
    return false
  }

  /// The name of its type in Python, for messages.
  var typeName: String {
    switch self {
    case .undefined: "Undefined"
    case .none: "NoneType"
    case .bool: "bool"
    case .integer: "int"
    case .float: "float"
    case .string: "str"
    case .markup: "Markup"
    case .sequence(let sequence): sequence.kind.rawValue
    case .mapping: "dict"
    case .namespace: "Namespace"
    case .generator: "generator"
    case .loop: "LoopContext"
    case .callable(.macro): "Macro"
    case .callable(.method): "method"
    case .callable(.global): "function"
    }
  }
}

/// How much work it is to go through a value. One list may stand in another many times, so that little memory holds a value whose walk
/// would never end: what walks a value pays for its weight first.
struct ValueExtent {
  /// The levels of lists and mappings.
  private(set) var depth: Int
  /// Bytes of text, and some for each element, each as often as it is met.
  private(set) var weight: Int

  static let elementWeight = 32

  init(depth: Int, weight: Int) {
    self.depth = depth
    self.weight = weight
  }

  init(of elements: [TemplateValue]) {
    depth = 1
    weight = 0
    for element in elements { add(element) }
  }

  mutating func add(_ element: TemplateValue) {
    let extent = element.extent
    depth = max(depth, extent.depth + 1)
    weight = min(weight + extent.weight + Self.elementWeight, Int.max / 4)
  }
}

/// A list, or what is read like one.
struct TemplateSequence {
  enum Kind: String {
    case list
    case tuple
    case range
    case keys = "dict_keys"
    case values = "dict_values"
    case items = "dict_items"
  }

  let kind: Kind
  let elements: [TemplateValue]
  let extent: ValueExtent

  init(_ kind: Kind, _ elements: [TemplateValue]) {
    self.kind = kind
    self.elements = elements
    extent = ValueExtent(of: elements)
  }

  /// Whether it is read by index: what `keys`, `values` and `items` give is not.
  var isIndexed: Bool { kind == .list || kind == .tuple || kind == .range }
}

/// What `map`, `select` and their like give: it can be gone through once.
final class TemplateGenerator {
  private var elements: [TemplateValue]

  init(_ elements: [TemplateValue]) { self.elements = elements }

  func takeAll() -> [TemplateValue] {
    defer { elements = [] }
    return elements
  }

  func takeFirst() -> TemplateValue? { elements.isEmpty ? nil : elements.removeFirst() }
}

enum TemplateCallable {
  /// A function that every template has: `range`, `namespace`, `raise_exception`.
  case global(String)
  case method(TemplateValue, String)
  /// A place in the renderer's list of macros.
  case macro(Int)
}

/// Where a `for` is: the variable `loop`.
final class LoopState {
  /// Those that are known: all of a list's, and of a loop with a condition those that were looked for so far.
  private var elements: [TemplateValue]
  /// Finds the next one that a loop's condition lets pass, which may depend on what passes before it did; nil where all are known.
  private var pull: (() throws(TemplateFault) -> TemplateValue?)?
  private(set) var index = -1
  /// What `loop.changed` saw last.
  var lastChanged: TemplateValue?

  init(elements: [TemplateValue]) { self.elements = elements }

  init(pull: @escaping () throws(TemplateFault) -> TemplateValue?) { (elements, self.pull) = ([], pull) }

  /// The next pass's element; nil behind the last.
  func advance() throws(TemplateFault) -> TemplateValue? {
    guard try isKnown(index + 1) else { return nil }
    index += 1
    return elements[index]
  }

  /// How many passes there are, which looks at all that remain.
  func count() throws(TemplateFault) -> Int {
    while try isKnown(elements.count) {}
    return elements.count
  }

  private func isKnown(_ place: Int) throws(TemplateFault) -> Bool {
    while place >= elements.count, let pull {
      if let element = try pull() { elements.append(element) } else { self.pull = nil }
    }
    return place < elements.count
  }

  func attribute(_ name: String) throws(TemplateFault) -> TemplateValue? {
    switch name {
    case "index": return .integer(index + 1)
    case "index0": return .integer(index)
    case "revindex": return .integer(try count() - index)
    case "revindex0": return .integer(try count() - index - 1)
    case "first": return .bool(index == 0)
    case "last": return .bool(try !isKnown(index + 1))
    case "length": return .integer(try count())
    // Only recursive loops are deeper.
    case "depth": return .integer(1)
    case "depth0": return .integer(0)
    case "previtem": return index > 0 ? elements[index - 1] : .undefined(words: "there is no previous item")
    case "nextitem":
      return try isKnown(index + 1) ? elements[index + 1] : .undefined(words: "there is no next item")
    default: return nil
    }
  }
}
