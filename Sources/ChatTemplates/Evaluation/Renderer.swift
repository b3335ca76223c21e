import Diagnostics

/// One rendering of a template: its variables, its output, and what it may still spend.
///
/// Templates come with models and are untrusted. They reach nothing but the data they are given, and steps, allocations and nesting are bounded:
/// what goes past a bound is a fault, never a shorter text.
final class Renderer {
  let options: TemplateOptions
  /// The day that `strftime_now` is told.
  let date: PinnedDate
  let root = Scope(parent: nil)
  /// What is being written: the page, and above it what macros and block `set`s catch.
  var buffers = [""]
  /// Where `generation` blocks stand in the page, in UTF-8 bytes.
  var spans: [Range<Int>] = []
  /// Whether a `generation` block stood in a macro or a block `set`: its place in the page is then not known.
  var hasCaughtGeneration = false
  /// Namespaces and macros by their numbers: they may refer to one another, and so are kept here.
  var namespaces: [TemplateMapping] = []
  var macros: [(definition: MacroDefinition, scope: Scope)] = []
  /// Whether `strftime_now` was called.
  var hasReadDate = false

  private var steps = 0
  private var allocated = 0
  private var depth = 0

  /// The most steps of one rendering: an operation is one, going through a value one for every 64 bytes of it.
  static let stepLimit = 10_000_000
  /// The most bytes of text and lists that one rendering may make.
  static let allocationLimit = 64 << 20
  /// The most levels of calls, blocks and operands in evaluation.
  static let depthLimit = 500
  /// The most levels of lists and mappings in a value.
  static let valueDepthLimit = 100

  init(options: TemplateOptions, date: PinnedDate) {
    self.options = options
    self.date = date
  }

  /// Counts work.
  func spend(_ count: Int) throws(TemplateFault) {
    steps += count
    guard steps <= Self.stepLimit else {
      throw TemplateFault(.limit, "the template takes more than \(Self.stepLimit) steps")
    }
  }

  /// Counts the work of going through a value.
  func spend(walking value: TemplateValue) throws(TemplateFault) { try spend(value.extent.weight / 64) }

  /// Counts bytes that are about to be made.
  func allocate(_ bytes: Int) throws(TemplateFault) {
    try spend(bytes / 64)
    allocated += bytes
    guard bytes <= Self.allocationLimit, allocated <= Self.allocationLimit else {
      throw TemplateFault(.limit, "the template makes more than \(Self.allocationLimit >> 20) MiB of text and lists")
    }
  }

  func enter() throws(TemplateFault) {
    depth += 1
    guard depth <= Self.depthLimit else {
      throw TemplateFault(.limit, "calls, blocks and operands are nested more than \(Self.depthLimit) deep")
    }
  }

  func leave() { depth -= 1 }

  /// A list of values, counted.
  func sequence(
    _ kind: TemplateSequence.Kind, _ elements: [TemplateValue]
  ) throws(TemplateFault) -> TemplateValue {
    try allocate(elements.count * ValueExtent.elementWeight)
    let sequence = TemplateSequence(kind, elements)
    guard sequence.extent.depth <= Self.valueDepthLimit else { throw Self.tooDeep }
    return .sequence(sequence)
  }

  func list(_ elements: [TemplateValue]) throws(TemplateFault) -> TemplateValue { try sequence(.list, elements) }

  func mapping(_ mapping: TemplateMapping) throws(TemplateFault) -> TemplateValue {
    try allocate(mapping.count * 4 * ValueExtent.elementWeight)
    guard mapping.extent.depth <= Self.valueDepthLimit else { throw Self.tooDeep }
    return .mapping(mapping)
  }

  private static let tooDeep = TemplateFault(.limit, "lists and mappings are nested more than \(valueDepthLimit) deep")

  /// A text, counted.
  func string(_ text: String) throws(TemplateFault) -> TemplateValue {
    try allocate(text.utf8.count)
    return .string(text)
  }

  func write(_ text: String) throws(TemplateFault) {
    try allocate(text.utf8.count)
    buffers[buffers.count - 1] += text
  }

  /// What a body writes, caught.
  func caught(_ body: () throws(TemplateFault) -> Void) throws(TemplateFault) -> String {
    buffers.append("")
    do {
      try body()
    } catch {
      buffers.removeLast()
      throw error
    }
    return buffers.removeLast()
  }

  /// `str(value)`, for output, `~`, `join` and filters of text.
  func text(of value: TemplateValue) throws(TemplateFault) -> String {
    if case .undefined(let words) = value, options.isStrict { throw TemplateFault(.evaluation, "\(words)") }
    if let text = value.text { return text }
    try spend(walking: value)
    guard let text = value.printed else {
      throw TemplateFault(.evaluation, "a value of type \(value.typeName) has no text")
    }
    return text
  }

  func isTrue(_ value: TemplateValue) throws(TemplateFault) -> Bool {
    if case .undefined(let words) = value, options.isStrict { throw TemplateFault(.evaluation, "\(words)") }
    return value.isTrue
  }

  /// What iterating over a value gives.
  func elements(of value: TemplateValue) throws(TemplateFault) -> [TemplateValue] {
    switch value {
    case .undefined(let words):
      if options.isStrict { throw TemplateFault(.evaluation, "\(words)") }
      return []
    case .string(let text), .markup(let text):
      try allocate(text.utf8.count * ValueExtent.elementWeight)
      return text.unicodeScalars.map { .string(String($0)) }
    case .sequence(let sequence): return sequence.elements
    case .mapping(let mapping): return mapping.keys
    case .generator(let generator): return generator.takeAll()
    case .none, .bool, .integer, .float, .namespace, .loop, .callable:
      throw TemplateFault(.evaluation, "a value of type \(value.typeName) cannot be iterated over")
    }
  }
}

/// Names and their values. A loop's pass and a macro's call have one of their own; an `if` has none.
final class Scope {
  private var values: [String: TemplateValue] = [:]
  let parent: Scope?

  init(parent: Scope?) { self.parent = parent }

  func set(_ name: String, _ value: TemplateValue) { values[name] = value }

  /// The nearest value of a name.
  func value(_ name: String) -> TemplateValue? {
    var scope: Scope? = self
    while let current = scope {
      if let value = current.values[name] { return value }
      scope = current.parent
    }
    return nil
  }
}
