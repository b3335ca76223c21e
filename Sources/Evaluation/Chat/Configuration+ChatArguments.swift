import ChatTemplates
import Gating
import Reading
import Training

extension Configuration {
  /// What a server's own chat template is told; nothing where suites are asked as raw text.
  ///
  /// - Throws: `InputError` for arguments that a template is told by the conversation.
  package func chatArguments() throws -> JSONObject {
    prompt == .raw ? JSONObject() : try ChatSettings(chat, file: file).arguments
  }
}
