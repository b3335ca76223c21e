import Reading

/// A dictionary in the order in which its keys came, as Python keeps it.
struct TemplateMapping {
  private(set) var keys: [TemplateValue] = []
  private(set) var values: [TemplateValue] = []
  private var places: [Key: Int] = [:]
  private(set) var extent = ValueExtent(of: [])

  /// A key by what Python hashes: 1, 1.0 and true are one.
  private enum Key: Hashable {
    case none
    case number(Double)
    case integer(Int)
    case text(ExactText)
    case tuple([Key])

    /// nil where Python calls the value unhashable.
    init?(_ value: TemplateValue) {
      switch value {
      case .none: self = .none
      case .bool(let bool): self = .integer(bool ? 1 : 0)
      case .integer(let integer): self = .integer(integer)
      case .float(let double): self = Int(exactly: double).map { .integer($0) } ?? .number(double)
      case .string(let text), .markup(let text): self = .text(ExactText(text))
      case .sequence(let sequence) where sequence.kind == .tuple:
        var keys: [Key] = []
        for element in sequence.elements {
          guard let key = Key(element) else { return nil }
          keys.append(key)
        }
        self = .tuple(keys)
      default: return nil
      }
    }
  }

  init() {}

  var count: Int { keys.count }

  /// Whether Python hashes a value.
  static func canBeKey(_ value: TemplateValue) -> Bool {
    switch value {
    case .sequence(let sequence): sequence.kind != .list && sequence.elements.allSatisfy { canBeKey($0) }
    case .mapping: false
    default: true
    }
  }

  /// nil where the key is not there, or cannot be one.
  subscript(key: TemplateValue) -> TemplateValue? { Key(key).flatMap { places[$0] }.map { values[$0] } }
  subscript(name: String) -> TemplateValue? { places[.text(ExactText(name))].map { values[$0] } }

  /// Sets a key at its place, or at the end; false where the key cannot be one.
  mutating func set(_ key: TemplateValue, to value: TemplateValue) -> Bool {
    guard let hashed = Key(key) else { return false }
    extent.add(key)
    extent.add(value)
    if let place = places[hashed] {
      values[place] = value
    } else {
      places[hashed] = keys.count
      keys.append(key)
      values.append(value)
    }
    return true
  }

  mutating func set(_ name: String, to value: TemplateValue) { _ = set(.string(name), to: value) }

  var entries: [(key: TemplateValue, value: TemplateValue)] { zip(keys, values).map { (key: $0, value: $1) } }

  /// The pairs of a key and its value, as tuples.
  var items: [TemplateValue] { zip(keys, values).map { .tuple([$0, $1]) } }
}

extension TemplateValue {
  /// A value of JSON.
  init(_ json: JSONValue) {
    switch json {
    case .null: self = .none
    case .bool(let value): self = .bool(value)
    case .integer(let value): self = .integer(value)
    case .number(let value): self = .float(value)
    case .string(let text): self = .string(text)
    case .array(let elements): self = .list(elements.map { TemplateValue($0) })
    case .object(let members):
      var mapping = TemplateMapping()
      for member in members.members { mapping.set(member.key, to: TemplateValue(member.value)) }
      self = .mapping(mapping)
    }
  }
}
