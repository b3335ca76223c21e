import ChatTemplates
import Foundation
import Reading
import Suites

extension Subject {
  package func templates() throws -> ChatTemplateSet { try ChatTemplateSet(of: stored) }

  /// The default chat template that it ships: an adapter's own, or a whole model's; nil where there is none.
  ///
  /// - Throws: `InputError` where its files cannot be read.
  package func ownTemplate() throws -> String? { try ownTemplates().entries.first?.source }

  /// A chat through the template that it ships; nil where it ships none.
  ///
  /// - Throws: `InputError` where its files cannot be read, or the template refuses a short chat.
  package func ownChat(like chat: ChatDescription) throws -> ChatDescription? {
    let own = try ownTemplates()
    guard own.hasDefault else { return nil }
    let template = try own.template()
    // An adapter's folder may have the template alone: the tokens are its base's then.
    guard template.specialTokens.isEmpty, adapter != nil else { return try chat.through(template) }
    return try chat.through(
      ChatTemplate(
        path: template.path, name: template.name, source: template.source,
        specialTokens: ChatTemplateSet(of: stored).specialTokens))
  }

  private func ownTemplates() throws -> ChatTemplateSet {
    // A LoRA in GGUF has no template.
    try adapter == nil || FileKind.of(path) != .folder
      ? ChatTemplateSet(of: stored) : ChatTemplateSet(folder: URL(fileURLWithPath: path), path: path)
  }
}
