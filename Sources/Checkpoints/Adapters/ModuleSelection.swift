import Diagnostics
import Reading

/// `target_modules` or `exclude_modules`: which of the base's modules an adapter is for
/// (`check_target_module_exists` in peft's `tuners/tuners_utils.py`).
struct ModuleSelection: Sendable {
  private enum Rule: Sendable {
    /// A path equal to a name, or that ends with a full stop and the name.
    case names([String])
    case pattern(ModulePattern)
    /// Every linear module but the head.
    case allLinear
  }

  private let rule: Rule
  private let path: String
  private let key: String

  /// No module.
  static let none = ModuleSelection(rule: .names([]), path: "", key: "")

  private init(rule: Rule, path: String, key: String) {
    (self.rule, self.path, self.key) = (rule, path, key)
  }

  /// Nil where the key is absent or null.
  ///
  /// - Parameter knowsAllLinear: whether "all-linear" stands for modules; of what is excluded it is a pattern as any other.
  init?(_ json: JSONFile, _ key: String, knowsAllLinear: Bool) throws {
    guard let value = try json.value(key), let names = try json.strings(key) else { return nil }
    path = json.path
    self.key = key
    guard case .string(let text) = value else {
      rule = .names(names)
      return
    }
    guard !knowsAllLinear || text.lowercased() != "all-linear" else {
      rule = .allLinear
      return
    }
    do {
      rule = .pattern(try ModulePattern(fullMatch: text))
    } catch {
      throw json.error(key, error.problem, remedy: "list the modules by name")
    }
  }

  func contains(_ module: String) -> Bool {
    switch rule {
    case .names(let names): return names.contains { Self.isNamed(module, $0) }
    case .pattern(let pattern): return pattern.matches(module)
    case .allLinear: return module != "lm_head"
    }
  }

  /// Whether it stands for the blocks' linear modules, whatever they are called.
  var isAllLinear: Bool {
    if case .allLinear = rule { true } else { false }
  }

  /// The names of the list that select none of `modules`, in its order.
  func unused(among modules: some Collection<String>) -> [String] {
    guard case .names(let names) = rule else { return [] }
    return names.filter { name in !modules.contains { Self.isNamed($0, name) } }
  }

  static func isNamed(_ module: String, _ name: String) -> Bool {
    module == name || module.hasSuffix("." + name)
  }
}
