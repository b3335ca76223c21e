import Diagnostics
import Reading
import Tokenizers

/// Texts to samples, with the limits of the model that will read them.
package struct SampleEncoder: Sendable {
  package let tokenizer: Tokenizer
  /// Tokens that something is predicted after.
  package let contextLength: Int
  /// Rows of the embedding.
  package let vocabularySize: Int
  /// What conversations go through; nil for a model that has no chat template.
  package let template: TrainingTemplate?
  /// What is wrong with the model's template, which costs nothing where no conversation is trained on.
  let templateFault: InputError?

  package init(
    tokenizer: Tokenizer, contextLength: Int, vocabularySize: Int, template: TrainingTemplate? = nil,
    templateFault: InputError? = nil
  ) {
    self.tokenizer = tokenizer
    self.contextLength = contextLength
    self.vocabularySize = vocabularySize
    self.template = template
    self.templateFault = templateFault
  }

  /// Encodes prompt and completion as suites' requests are: the prompt's trailing white space goes to the completion,
  /// both are encoded as one text, and the completion's tokens are those after as many as the prompt has by itself.
  /// An empty prompt is BOS, else EOS; an EOS that the tokenizer appends to every text is left off.
  ///
  /// - Throws: `RenderingFault` for a sample without loss tokens, one that does not fit the context, a token that the
  ///   model does not have.
  package func encode(_ sample: RenderedSample, kind: TrainingSample.Kind) throws -> TrainingSample {
    let start: Int
    var ids: [Int32]
    var hasSpecialTokens = false
    if sample.prompt.isEmpty {
      guard let prefix = tokenizer.bosTokenID ?? tokenizer.eosTokenID else {
        throw RenderingFault(
          problem: "the prompt is empty, and the tokenizer has neither BOS nor EOS to stand for it",
          remedy: "write a prompt")
      }
      ids = tokenizer.encode(sample.completion, addSpecialTokens: false)
      if ids.first != prefix { ids.insert(prefix, at: 0) }
      start = 1
    } else {
      let kept = sample.movesSpace ? sample.prompt.stripped(.end) : sample.prompt
      let special = sample.specialTokens && !writesBOS(kept)
      hasSpecialTokens = special
      let own = tokenizer.encodePrompt(kept, addSpecialTokens: special)
      let whole = tokenizer.encodePrompt(sample.prompt + sample.completion, addSpecialTokens: special)
      start = own.count
      // A token that spans the boundary would show the model part of the completion.
      ids = own + whole.dropFirst(own.count)
    }
    if sample.endsWithEOS { ids = try ending(ids, behind: start) }
    guard start > 0, ids.count > start, !sample.completion.stripped().isEmpty else {
      throw RenderingFault(
        problem: "the sample has no token that loss is taken on", remedy: "write a completion, or leave the line out")
    }
    try check(ids)
    let earlier =
      sample.earlierAnswers.isEmpty
      ? [] : positions(of: sample.earlierAnswers, of: sample.prompt, in: ids, addSpecialTokens: hasSpecialTokens)
    return TrainingSample(ids: ids, scored: earlier + Array(start..<ids.count), kind: kind)
  }

  /// Encodes a text whose answers are at `answers`, in bytes of its UTF-8, ascending; the scored positions are theirs.
  package func encode(
    _ text: String, answers: [Range<Int>], kind: TrainingSample.Kind
  ) throws -> TrainingSample {
    let ids = tokenizer.encodePrompt(text)
    let scored = positions(of: answers, of: text, in: ids, addSpecialTokens: true)
    guard !scored.isEmpty else {
      throw RenderingFault(problem: "the prompt has no answer token", remedy: "write an output for every item")
    }
    try check(ids)
    return TrainingSample(ids: ids, scored: scored, kind: kind)
  }

  /// The tokens that have a part of some ranges of a text, in bytes of its UTF-8, ascending; never the first.
  ///
  /// - Parameter ids: those of the text, or of one that begins with it.
  func positions(
    of ranges: [Range<Int>], of text: String, in ids: [Int32], addSpecialTokens: Bool = false
  ) -> [Int] {
    let bytes = Array(text.utf8)
    /// How many leading tokens are the same where the text ends at `end`; the next token reaches beyond it.
    func common(_ end: Int) -> (count: Int, isWhole: Bool) {
      let own = tokenizer.encodePrompt(
        String(decoding: bytes.prefix(end), as: UTF8.self), addSpecialTokens: addSpecialTokens)
      let count = ids.commonPrefix(own)
      return (count, count == own.count)
    }
    var found: [Int] = []
    for range in ranges {
      let start = common(range.lowerBound).count
      let end = common(range.upperBound)
      let last = min(ids.count, end.isWhole ? end.count : end.count + 1)
      let first = max(start, 1, (found.last ?? -1) + 1)
      if first < last { found += first..<last }
    }
    return found
  }

  /// Tokens with EOS at their end, which is not repeated where it is learnt already.
  func ending(_ ids: [Int32], behind start: Int = 0) throws -> [Int32] {
    guard let end = tokenizer.eosTokenID else {
      throw RenderingFault(problem: "the tokenizer has no EOS token", remedy: "write end_with_eos: false")
    }
    return ids.count > start && ids.last == end ? ids : ids + [end]
  }

  func check(_ ids: [Int32]) throws {
    // The last token is only predicted.
    guard ids.count - 1 <= contextLength else {
      throw RenderingFault(
        problem: "the prompt has \(ids.count - 1) tokens, the model's context \(contextLength)",
        remedy: "shorten it; Holdfast never truncates a prompt")
    }
    if let unknown = ids.first(where: { $0 < 0 || Int($0) >= vocabularySize }) {
      throw RenderingFault(
        problem: "token \(unknown) is beyond the model's vocabulary of \(vocabularySize)",
        remedy: "use the tokenizer that belongs to these weights")
    }
  }

  /// Whether a text writes out the BOS token that the tokenizer would put before it.
  private func writesBOS(_ text: String) -> Bool {
    tokenizer.addsBOS && tokenizer.encode(text, addSpecialTokens: false).first == tokenizer.bosTokenID
  }
}

extension [Int32] {
  /// How many leading tokens are the same.
  func commonPrefix(_ other: [Int32]) -> Int { zip(self, other).prefix { $0 == $1 }.count }
}
