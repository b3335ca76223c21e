import Checkpoints
import Tokenizers

extension TrainingPlan {
  /// The plan of a recipe on a base model, whose tokenizer reads the data and whose chat template conversations go through.
  ///
  /// - Throws: `InputError` for data that cannot be read or trained on, and a chat template that is not there.
  package init(_ recipe: Recipe, base: Checkpoint) throws {
    try self.init(
      recipe, tokenizer: try Tokenizer(base.tokenizer), contextLength: base.configuration.contextLength,
      vocabularySize: base.configuration.vocabularySize,
      template: try TrainingTemplate(for: recipe.format, of: base, recipe.chat, file: recipe.file))
  }
}
