import ChatTemplates
import Checkpoints
import Diagnostics
import Foundation
import Gating
import Reading
import Suites
import Training

extension ChatDescription {
  /// A model's own template, as a configuration wants it asked.
  ///
  /// - Throws: `InputError` where the model has no template, or it refuses a short chat.
  package init(form: PromptForm, of templates: ChatTemplateSet, _ choice: ChatChoice, file: String) throws {
    let template = try templates.template(choice.template)
    guard template.source.isEmpty == templates.isOfServer else {
      throw templates.isOfServer
        ? InputError(
          file, field: "chat.template", "is named, and the server at \(templates.path) renders chats with its own",
          remedy: "leave it out, and start the server with that template")
        : InputError(
          template.path, "its chat template is empty", remedy: "name another with chat.template, or write prompt: raw")
    }
    let settings = try ChatSettings(choice, file: file)
    try self.init(
      form: form, template, arguments: JSONText.compact(.object(settings.arguments)), date: settings.date.text,
      system: choice.system, instructions: choice.instructions)
  }

  /// The same chat through another template.
  ///
  /// - Throws: `InputError` where the template refuses a short chat.
  func through(_ template: ChatTemplate) throws -> ChatDescription {
    try ChatDescription(
      form: form, template, arguments: arguments, date: date, system: system, instructions: instructions)
  }

  private init(
    form: PromptForm, _ template: ChatTemplate, arguments: String, date: String, system: String?, instructions: Bool
  ) throws {
    func description(closesThinking: Bool) -> ChatDescription {
      ChatDescription(
        form: form, template: template.source, templateHash: TemplateTurns.hash(template.source),
        tokens: Dictionary(uniqueKeysWithValues: template.specialTokens.map { ($0.name, $0.text) }),
        arguments: arguments, date: date, system: system, closesThinking: closesThinking, instructions: instructions)
    }
    // Demonstrations stand before every question but the first: what a template does to them it does here.
    let probe = try TemplateTurns(description(closesThinking: false), path: template.path).prompt([
      Turn(.user, "a"), Turn(.assistant, "b"), Turn(.user, "c"),
    ])
    self = description(closesThinking: TemplateTurns.opensThinking(probe))
  }
}

extension Suite {
  /// The same suite asked as a baseline or a run was.
  ///
  /// - Parameter path: what messages call the place of the description.
  /// - Throws: `InputError` for a description that is damaged, and where instructions are asked of a suite that has none.
  package func asked(as description: ChatDescription?, path: String) throws -> Suite {
    guard let description else { return asked(as: nil) }
    guard !description.instructions || tasks.contains(where: { $0.instruction != nil }) else {
      throw InputError(
        self.path, field: "instruction", "no task has one",
        remedy: "write 'instruction:' into its tasks, or leave chat.instructions out")
    }
    return asked(as: ChatPrompts(try TemplateTurns(description, path: path)))
  }
}

extension Configuration {
  /// A suite as this configuration wants a model asked.
  ///
  /// - Parameters:
  ///   - form: another form than the configuration's.
  ///   - instructions: whether tasks' instructions are asked, whatever the configuration says.
  package func asking(
    _ suite: Suite, of templates: @autoclosure () throws -> ChatTemplateSet, form: PromptForm? = nil,
    instructions: Bool = false
  ) throws -> Suite {
    let form = form ?? prompt
    let choice = instructions ? chat.withInstructions : chat
    guard form != .raw else {
      guard !(instructions || chat.instructions && prompt == .raw) else {
        throw InputError(
          file, field: "chat.instructions", "stands beside prompt: raw, which has no place for instructions",
          remedy: "write prompt: chat, or leave them out")
      }
      return suite
    }
    let set = try templates()
    return try suite.asked(as: ChatDescription(form: form, of: set, choice, file: file), path: set.path)
  }
}
