import ChatTemplates
import Foundation
import Gating
import Reading
import Suites
import Training

extension Configuration {
  /// What a server's own chat template is told; nothing where suites are asked as raw text.
  ///
  /// - Parameter form: in the place of the configuration's `prompt`.
  /// - Throws: `InputError` for arguments that a template is told by the conversation.
  package func chatArguments(form: PromptForm? = nil) throws -> JSONObject {
    (form ?? prompt) == .raw ? JSONObject() : try ChatSettings(chat, file: file).arguments
  }
}

extension ChatDescription {
  /// What its template is told; nil where the record is damaged.
  var toldArguments: JSONObject? {
    let parsed = Data(arguments.utf8).withUnsafeBytes { bytes in try? JSONParser.parse(bytes) }
    if case .object(let members)? = parsed { return members }
    return nil
  }
}
