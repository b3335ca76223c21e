import ChatTemplates
import Checkpoints
import Suites
import Training

extension TrainingPlan {
  /// The prompts that leak mass is measured on: of suites asked as chats where the task goes through a chat template, else as they are.
  ///
  /// - Throws: `InputError` where the template refuses a short chat.
  func leakPrompts(from suites: [Suite], base: Checkpoint) throws -> [[Int32]] {
    guard usesTemplate, !labels.isEmpty else { return try leakPrompts(from: suites) }
    let chat = try ChatDescription(form: .chat, of: ChatTemplateSet(of: base), recipe.chat, file: recipe.file)
    return try leakPrompts(from: suites.map { try $0.asked(as: chat, path: base.path) })
  }
}
