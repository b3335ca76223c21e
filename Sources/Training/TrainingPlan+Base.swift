import Checkpoints
import Diagnostics
import Tokenizers

extension TrainingPlan {
  /// The plan of a recipe on a base model, whose tokenizer reads the data and whose chat template conversations go through.
  ///
  /// - Throws: `InputError` for data that cannot be read or trained on, and a chat template that is not there.
  package init(_ recipe: Recipe, base: Checkpoint) throws {
    var template: TrainingTemplate?
    var fault: InputError?
    do {
      template = try TrainingTemplate(for: recipe.format, of: base, recipe.chat, file: recipe.file)
    } catch let error as InputError where recipe.format.style == .automatic {
      // Pairs do without it.
      fault = error
    }
    try self.init(
      recipe, tokenizer: try Tokenizer(base.tokenizer), contextLength: base.configuration.contextLength,
      vocabularySize: base.configuration.vocabularySize, template: template, templateFault: fault)
  }
}
