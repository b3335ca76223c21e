import Reading

/// What a configuration says of a chat; what it leaves out is the model's own.
package struct ChatChoice: Sendable, Hashable {
  /// A file, or the name of one of the model's templates.
  package let template: String?
  /// What the template is told, each in JSON or plain text.
  package let arguments: [String: String]
  package let system: String?
  /// The day that it is told is today, as 2026-11-27.
  package let date: String?
  /// Whether tasks' instructions are asked.
  package let instructions: Bool

  package init(
    template: String? = nil, arguments: [String: String] = [:], system: String? = nil, date: String? = nil,
    instructions: Bool = false
  ) {
    self.template = template
    self.arguments = arguments
    self.system = system
    self.date = date
    self.instructions = instructions
  }

  /// The same with tasks' instructions.
  package var withInstructions: ChatChoice {
    ChatChoice(template: template, arguments: arguments, system: system, date: date, instructions: true)
  }
}

extension ChatChoice {
  /// Reads a `chat:` section; its template is a path where it has a "/" in it or ends in `.jinja`, relative to the section's file.
  ///
  /// - Throws: `InputError` for a value of another type.
  package init(_ section: YAMLMapping) throws {
    let given = try section.section("arguments", known: nil)
    var arguments: [String: String] = [:]
    for name in given?.keys ?? [] { arguments[name] = try given?.text(name, mayBeEmpty: true) }
    self.init(
      template: try section.text("template").map { Self.place($0, section) }, arguments: arguments,
      system: try section.text("system", mayBeEmpty: true), date: try section.text("date"),
      instructions: try section.boolean("instructions") ?? false)
  }

  /// What a section's file means by a template: a path, or a name.
  package static func place(_ template: String, _ section: YAMLMapping) -> String {
    template.contains("/") || template.hasSuffix(".jinja") ? section.resolve(template) : template
  }
}
