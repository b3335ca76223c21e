/// A sample as token ids, ready to be packed into a batch.
package struct TrainingSample: Sendable, Equatable {
  /// Which part of the loss a sample belongs to.
  package enum Kind: String, Sendable, Equatable, CaseIterable {
    /// The recipe's own task.
    case task
    /// A mixed-in instruction sample.
    case general
    /// A mixed-in few-shot sample, of other tasks or of the task itself.
    case icl
    /// A text that the base wrote.
    case replay
    /// A prompt of the preservation term; no label is learnt from it.
    case preserve
  }

  /// Prompt and completion, special tokens included.
  package let ids: [Int32]
  /// The positions in `ids` whose tokens are predicted, ascending, each at least 1; never empty. One run of
  /// positions, except that a preservation prompt has one run an answer.
  package let scored: [Int]
  package let kind: Kind

  package init(ids: [Int32], scored: [Int], kind: Kind) {
    self.ids = ids
    self.scored = scored
    self.kind = kind
  }
}
