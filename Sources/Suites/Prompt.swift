/// A task's template, cut at its placeholder once.
struct Prompt {
  static let placeholder = "{input}"

  private let before: String
  private let after: String
  private let answerPrefix: String
  private let separator: String
  let instruction: String?
  let chat: TaskChat

  /// - Parameter condition: where labels have other names, an instruction that names them would be wrong.
  init(_ task: TaskDefinition, _ condition: Condition = .gold) {
    let parts = Self.split(task.template)
    before = parts.first ?? ""
    after = parts.dropFirst().joined(separator: Self.placeholder)
    answerPrefix = task.answerPrefix
    separator = task.separator
    instruction = condition == .abstract ? nil : task.instruction
    chat = task.chat
  }

  /// The texts around every placeholder: exactly two for a sound template.
  static func split(_ template: String) -> [String] {
    var parts: [String] = []
    var rest = Substring(template)
    while let brace = rest.firstRange(of: placeholder) {
      parts.append(String(rest[..<brace.lowerBound]))
      rest = rest[brace.upperBound...]
    }
    return parts + [String(rest)]
  }

  /// The query alone: the context at 0 shots. An input that itself contains the placeholder stays as it is.
  func query(_ item: Item) -> String { before + item.input + after }

  /// What is scored after a context.
  func continuation(_ answer: String) -> String { answerPrefix + answer }

  /// For every k from 0 to the number of demonstrations, what stands before the query at k shots.
  func prefixes(_ demonstrations: [Item]) -> [String] {
    var prefixes = [""]
    for item in demonstrations {
      prefixes.append(prefixes[prefixes.count - 1] + query(item) + continuation(item.output) + separator)
    }
    return prefixes
  }
}
