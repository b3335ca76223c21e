import ChatTemplates
import Checkpoints
import Diagnostics
import Foundation
import Reading
import Testing
import Tokenizers

@Suite("SmolLM2's own chat template")
struct RealTemplateTests {
  static let model: String? = {
    let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let folder =
      ProcessInfo.processInfo.environment["HOLDFAST_MODELS"] ?? repository.appendingPathComponent("models").path
    let path = "\(folder)/smollm2-135m-instruct.gguf"
    return FileManager.default.fileExists(atPath: path) ? path : nil
  }()

  @Test(
    "text and ids are those of transformers' apply_chat_template",
    .enabled(if: model != nil, "the model is not fetched"))
  func smolLM2() throws {
    let checkpoint = try Checkpoint.open(try #require(Self.model))
    let template = try ChatTemplateSet(of: checkpoint).template()
    let tokenizer = try Tokenizer(checkpoint.tokenizer)
    let wanted = try JSONFile(ChatGoldens.committed.appendingPathComponent("smollm2.json")).members
    var compared = 0
    for chat in try ChatGoldens(ChatGoldens.committed).cases {
      guard case .array(let parts)? = wanted[chat.name] else {
        #expect(wanted[chat.name] == .null, "\(chat.name)")
        #expect(throws: InputError.self, "\(chat.name)") { try template.render(chat.conversation, chat.settings) }
        continue
      }
      let text = try template.render(chat.conversation, chat.settings).text
      let ids = tokenizer.encodePrompt(text, addSpecialTokens: false)
      #expect(parts[0] == .string(ChatGoldens.digest(text)), "\(chat.name): \(text)")
      #expect(parts[1] == .integer(ids.count), "\(chat.name)")
      #expect(
        parts[2] == .string(ChatGoldens.digest(ids.map(String.init).joined(separator: ","))), "\(chat.name): \(ids)")
      compared += 1
    }
    #expect(compared > 30)
  }
}
