import Scoring
import Tokenizers

/// What a model makes of a few fixed texts: two models of one name that score them otherwise are two.
package struct Fingerprint: Sendable, Hashable, Codable {
  /// The logprob of each text, its first token apart, to a millionth; none of a model that only writes text.
  package let logprobs: [Double]
  /// SHA-256 of what such a model writes behind each text; none of one that scores them.
  package let texts: [String]

  /// Of several kinds, so that whatever was changed shows in one of them.
  static let texts = [
    "The ferry to the island leaves at seven in the morning and comes back before dark.",
    "red -> color\napple -> fruit\noak -> tree\nsalmon -> fish\n",
    "Q: What is 14 plus 23?\nA: 37\nQ: What is 31 plus 8?\nA: 39\n",
    "{\"name\": \"Ada\", \"age\": 36, \"city\": \"Turin\"}",
    "for i in range(10):\n    total += i * i\nprint(total)\n",
    "Le vent du nord souffle sur les collines, et la neige tombe depuis trois jours.",
    "user: Is this review positive or negative? I would not go there again.\nassistant: negative\n",
    "a b c d e f g h i j k l m n o p q r s t u v w x y z",
  ]

  package init(logprobs: [Double], texts: [String] = []) {
    self.logprobs = logprobs
    self.texts = texts
  }

  /// - Throws: as every request.
  init(of model: ServedModel) throws {
    self.init(readings: try model.readings(try Self.prompts(model.vocabulary.tokenizer)))
  }

  init(readings: [[TokenReading]]) {
    self.init(logprobs: readings.map { ($0.reduce(0) { $0 + $1.logprob } * 1e6).rounded() / 1e6 })
  }

  static func prompts(_ tokenizer: some TextTokenizer) throws -> [[Int32]] {
    try tokenizer.prepare { texts }
    return try texts.map { try tokenizer.encodePrompt($0, addSpecialTokens: false) }
  }

  /// The largest distance of a text's logprobs.
  package func distance(_ other: Fingerprint) -> Double {
    guard logprobs.count == other.logprobs.count else { return .infinity }
    return zip(logprobs, other.logprobs).map { abs($0 - $1) }.max() ?? 0
  }

  /// Texts that differ.
  private func unlike(_ other: Fingerprint) -> Int {
    texts.count == other.texts.count ? zip(texts, other.texts).count { $0 != $1 } : max(texts.count, other.texts.count)
  }

  /// Whether both may be of one model: as near as answers of one model are to each other. Where those are equal to the bit, so are these.
  package func isNear(_ other: Fingerprint, noise: NoiseFloor) -> Bool {
    guard texts.isEmpty, other.texts.isEmpty else {
      // The self-test compares three times as many texts: four times as many as differed there may differ here, and half of all at most.
      let flips = max(0, min(noise.flips, 3 * texts.count))
      return logprobs == other.logprobs && unlike(other) <= min(texts.count / 2, (4 * flips + 2) / 3)
    }
    return distance(other) <= (noise.isNone ? 2e-6 : 4 * noise.largestSum + 1e-4)
  }

  /// How far both lie apart, in words.
  package func difference(from other: Fingerprint) -> String {
    texts.isEmpty && other.texts.isEmpty
      ? "its scores of the same texts differ by up to \(distance(other)) nats"
      : "it writes something else behind \(unlike(other)) of \(max(texts.count, other.texts.count)) prompts"
  }
}

/// How far answers of a server to one question lie apart.
package struct NoiseFloor: Sendable, Hashable, Codable {
  /// The largest difference of one token's logprob.
  package let largest: Double
  /// The largest difference of a whole text's.
  package let largestSum: Double
  /// Tokens whose greedy flag moved.
  package let flips: Int
  /// Tokens that were compared.
  package let tokens: Int

  package init(largest: Double, largestSum: Double, flips: Int, tokens: Int) {
    self.largest = largest
    self.largestSum = largestSum
    self.flips = flips
    self.tokens = tokens
  }

  /// Whether all answers were equal to the bit.
  package var isNone: Bool { largest == 0 && flips == 0 }

  /// The larger of two.
  package func wider(than other: NoiseFloor) -> NoiseFloor {
    (largestSum, flips) >= (other.largestSum, other.flips) ? self : other
  }

  enum CodingKeys: String, CodingKey {
    case largest, flips, tokens
    case largestSum = "largest_sum"
  }
}
