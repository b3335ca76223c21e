/// All that a chat's prompts depend on beside the turns: what a baseline records, and candidates are asked through.
package struct ChatDescription: Sendable, Hashable, Codable {
  package let form: PromptForm
  /// The template's text; empty where a server has it, which is sent messages.
  package let template: String
  /// SHA-256 of it.
  package let templateHash: String
  /// The special tokens that the template is told of, by name.
  package let tokens: [String: String]
  /// What else it is told: a JSON object, keys ascending.
  package let arguments: String
  /// The day that it is told is today.
  package let date: String
  /// The system's message; nil for none.
  package let system: String?
  /// Whether a think block that the template opens behind the prompt is closed, empty.
  package let closesThinking: Bool
  /// True, or nil: no baseline had instructions before there were any.
  private let hasInstructions: Bool?
  /// Whether tasks' instructions stand before their first question.
  package var instructions: Bool { hasInstructions ?? false }

  package init(
    form: PromptForm, template: String, templateHash: String, tokens: [String: String], arguments: String, date: String,
    system: String?, closesThinking: Bool, instructions: Bool = false
  ) {
    self.form = form
    self.template = template
    self.templateHash = templateHash
    self.tokens = tokens
    self.arguments = arguments
    self.date = date
    self.system = system
    self.closesThinking = closesThinking
    hasInstructions = instructions ? true : nil
  }

  /// Whether messages are sent to a server that has the template.
  package var sendsMessages: Bool { template.isEmpty }

  enum CodingKeys: String, CodingKey {
    case form, template, tokens, arguments, date, system
    case templateHash = "template_sha256"
    case closesThinking = "closes_thinking"
    case hasInstructions = "instructions"
  }

  /// Whether another chat goes through the same template; the line break at its end is none to jinja2.
  package func hasTemplate(of other: ChatDescription) -> Bool {
    Self.isSameTemplate(template, other.template)
  }

  /// Compares two templates by their bytes, but for a line break at the end.
  package static func isSameTemplate(_ one: String, _ other: String) -> Bool {
    func bytes(_ text: String) -> String.UTF8View.SubSequence {
      text.utf8.last == UInt8(ascii: "\n") ? text.utf8.dropLast() : text.utf8[...]
    }
    return bytes(one).elementsEqual(bytes(other))
  }

  /// SHA-256 over all of it.
  var identity: String {
    var digest = CanonicalDigest("holdfast chat 1")
    digest.append([form.rawValue, template, arguments, date, system.map { "system: \($0)" } ?? "no system"])
    digest.append(tokens.keys.sorted().flatMap { [$0, tokens[$0] ?? ""] })
    digest.append(closesThinking ? 1 : 0)
    if instructions { digest.append("instructions") }
    return digest.hexadecimal()
  }
}
