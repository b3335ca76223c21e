import Suites
import Tokenizers

/// How finely a tokenizer cuts prompts, as an alarm for text that is read as no model was trained to read it.
///
/// Counted are letters: ASCII's, and every byte beyond ASCII. Digits, punctuation and spaces have tokens of one byte in the best of
/// vocabularies. Byte by byte the share is 1; SmolLM2 reads suites/core with 0.08.
package struct PromptEncoding: Sendable, Equatable {
  /// Bytes of letters, and those of them that are a token of their own.
  package private(set) var letters = 0
  package private(set) var singleLetters = 0
  /// A byte that the vocabulary has no token for.
  package private(set) var lost: UInt8?

  /// A larger share is worth a word.
  private static let highestShare = 0.5

  package init(_ requests: [Request], _ tokenizer: Tokenizer) {
    for request in requests {
      let text = request.context + request.continuation
      lost = lost ?? tokenizer.firstLost(in: text)
      for id in tokenizer.encodePrompt(text, addSpecialTokens: false) {
        let bytes = tokenizer.bytes(of: id)
        let count = bytes.count { $0 >= 0x80 || (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
        letters += count
        if bytes.count == 1 { singleLetters += count }
      }
    }
  }

  /// The share of letters that are a token of their own; 0 without letters.
  package var singleLetterShare: Double { letters == 0 ? 0 : Double(singleLetters) / Double(letters) }

  /// What is wrong with it, a line each; none where it is sound.
  package var warnings: [String] {
    var warnings: [String] = []
    if singleLetterShare > Self.highestShare {
      let percent = Int((singleLetterShare * 100).rounded())
      warnings.append(
        "warning: \(percent) % of the letters in the suite's prompts are tokens of a single byte: the tokenizer was not made for "
          + "such text, or its merges are missing")
    }
    if let lost {
      warnings.append(
        "warning: the vocabulary has no token for byte \(lost), which the suite's prompts hold: it is left out")
    }
    return warnings
  }
}

extension LoadedModel {
  /// What whoever asks it should know of its checkpoint, its adapters and its tokenizer, a line each.
  package var notes: [String] {
    checkpoint.noteLines + adapters.flatMap(\.noteLines)
      + (tokenizer.notes + foreignTokenizer).map { "\(checkpoint.path): \($0)" }
  }

  /// Padding of the embedding is some hundred rows, and in tiny models a few; a quarter of it without tokens is another model's tokenizer.
  private var foreignTokenizer: [String] {
    let (tokens, rows) = (tokenizer.vocabularySize, checkpoint.configuration.vocabularySize)
    guard tokens * 4 < rows * 3 else { return [] }
    return ["warning: the tokenizer has \(tokens) tokens and the embedding \(rows) rows: it may be another model's"]
  }
}
