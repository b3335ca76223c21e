import Checkpoints
import Reading
import Tokenizers
import Transformer

/// A checkpoint ready to be asked: one decoder that the base model and all its adapters share, and the tokenizer.
package final class LoadedModel {
  package let checkpoint: Checkpoint
  package private(set) var adapters: [Adapter]
  package let tokenizer: Tokenizer
  package let decoder: Decoder

  /// - Throws: `InputError` for files that are damaged or do not belong together.
  package init(_ checkpoint: Checkpoint, adapters: [Adapter] = [], threads: Int) throws {
    self.checkpoint = checkpoint
    self.adapters = adapters
    tokenizer = try Tokenizer(checkpoint.tokenizer)
    decoder = try Decoder(checkpoint, adapters: adapters, threads: threads)
  }

  /// All that it is read from while it is in use.
  package var files: [MappedFile] { checkpoint.files + adapters.map(\.weightFile) }

  /// Puts other adapters in the place of those that are loaded; the weights stay.
  package func replaceAdapters(_ adapters: [Adapter]) throws {
    try decoder.replaceAdapters(adapters)
    self.adapters = adapters
  }

  var vocabulary: AnswerVocabulary {
    AnswerVocabulary(tokenizer, endTokenIDs: checkpoint.configuration.endTokenIDs)
  }
}
