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
  package init(form: PromptForm, of checkpoint: Checkpoint, _ choice: ChatChoice, file: String) throws {
    let template = try ChatTemplateSet(of: checkpoint).template(choice.template)
    let settings = try ChatSettings(choice, file: file)
    func description(closesThinking: Bool) -> ChatDescription {
      ChatDescription(
        form: form, template: template.source, templateHash: TemplateTurns.hash(template.source),
        tokens: Dictionary(uniqueKeysWithValues: template.specialTokens.map { ($0.name, $0.text) }),
        arguments: JSONText.compact(.object(settings.arguments)), date: settings.date.text, system: choice.system,
        closesThinking: closesThinking)
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
  package func asked(as description: ChatDescription?, path: String) throws -> Suite {
    guard let description else { return asked(as: nil) }
    return asked(as: ChatPrompts(try TemplateTurns(description, path: path)))
  }
}

extension Configuration {
  /// A suite as this configuration wants a model asked.
  ///
  /// - Parameter form: another form than the configuration's.
  package func asking(_ suite: Suite, of checkpoint: Checkpoint, form: PromptForm? = nil) throws -> Suite {
    let form = form ?? prompt
    guard form != .raw else { return suite }
    return try suite.asked(
      as: ChatDescription(form: form, of: checkpoint, chat, file: file), path: checkpoint.path)
  }
}
