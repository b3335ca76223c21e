/// What becomes of few-shot exact match where one part of the fine-tuning is taken back: the base's weights in one layer at a time, or
/// an adapter without one layer or one kind of module.
package struct RestorationProfile: Sendable, Hashable, Codable {
  package struct Part: Sendable, Hashable, Codable {
    /// "layer 12", "q_proj", or "embeddings and final norm".
    package let name: String
    /// Exact match of the candidate without that part of the fine-tuning.
    package let exactMatch: Double

    enum CodingKeys: String, CodingKey {
      case name
      case exactMatch = "exact_match"
    }

    package init(name: String, exactMatch: Double) {
      self.name = name
      self.exactMatch = exactMatch
    }
  }

  /// Over the same items.
  package let base: Double
  package let candidate: Double
  package let items: Int
  /// In the order of the model.
  package let parts: [Part]

  package init(base: Double, candidate: Double, items: Int, parts: [Part]) {
    self.base = base
    self.candidate = candidate
    self.items = items
    self.parts = parts
  }

  /// The parts that bring back most, at most so many, none that brings back nothing.
  package func top(_ count: Int) -> [Part] {
    parts.enumerated().filter { $0.element.exactMatch > candidate }
      .sorted { ($1.element.exactMatch, $0.offset) < ($0.element.exactMatch, $1.offset) }
      .prefix(count).map(\.element)
  }
}
