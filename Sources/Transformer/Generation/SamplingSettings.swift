import Diagnostics

/// How the next token is chosen, and when a sequence ends.
package struct SamplingSettings: Sendable, Equatable {
  /// Logits are divided by this before the softmax; 0 takes the highest logit, the lowest id among equals.
  package var temperature: Double
  /// Only the tokens with this many highest logits are drawn from (the lowest ids among equals); nil for all.
  package var topK: Int?
  /// The most tokens a sequence is given.
  package var maximumTokens: Int
  /// Tokens that end a sequence; they are not part of it.
  package var stopTokens: Set<Int32>

  package init(temperature: Double, topK: Int? = nil, maximumTokens: Int, stopTokens: Set<Int32> = []) {
    self.temperature = temperature
    self.topK = topK
    self.maximumTokens = maximumTokens
    self.stopTokens = stopTokens
  }

  /// - Throws: `InputError` for a setting with which no token can be chosen; `place` is the file or option that they
  ///   came from.
  package func check(_ place: String) throws {
    guard temperature.isFinite, temperature >= 0 else {
      throw InputError(
        place, field: "temperature", "\(temperature) is not a temperature", remedy: "give a number of 0 or more")
    }
    if let topK, topK < 1 {
      throw InputError(place, field: "top_k", "\(topK) tokens leave none to choose", remedy: "give 1 or more, or none")
    }
    guard maximumTokens >= 0 else {
      throw InputError(
        place, field: "maximum_tokens", "\(maximumTokens) is not a number of tokens", remedy: "give 0 or more")
    }
  }
}

/// What was generated after one prompt.
package struct SampledSequence: Sendable, Equatable {
  /// Why a sequence has no more tokens.
  package enum Ending: Sendable, Equatable {
    /// The model chose this token of the settings' `stopTokens`.
    case stopToken(Int32)
    /// It has the settings' `maximumTokens`.
    case maximumTokens
    /// Prompt and tokens fill the model's context.
    case contextLength
  }

  /// The generated ids: neither the prompt's nor a stop token.
  package let tokens: [Int32]
  package let ending: Ending

  /// Whether the model ended the sequence itself.
  package var stopped: Bool {
    if case .stopToken = ending { return true }
    return false
  }

  package init(tokens: [Int32], ending: Ending) {
    self.tokens = tokens
    self.ending = ending
  }
}
