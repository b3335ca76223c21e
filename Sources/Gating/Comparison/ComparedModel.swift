/// Which questions a model was asked, as far as a run and a baseline both know it.
package struct AskedSuite: Sendable, Hashable, Codable {
  package let name: String
  /// SHA-256 over the suite's content, its version and its seed.
  package let hash: String
  /// SHA-256 over every rendered prompt, whatever share was asked.
  package let promptHash: String

  package init(name: String, hash: String, promptHash: String) {
    self.name = name
    self.hash = hash
    self.promptHash = promptHash
  }

  enum CodingKeys: String, CodingKey {
    case name, hash
    case promptHash = "prompt_hash"
  }
}

/// What stands on a side of a comparison.
package struct ComparedSide: Sendable, Hashable, Encodable {
  /// The recipe's name; nil of a model.
  package let name: String?
  /// As it was named.
  package let source: String
  /// At least one; several of a recipe.
  package let models: [ComparedModel]

  enum CodingKeys: String, CodingKey {
    case name, source
    case models = "runs"
  }

  /// A model is an object of its own, a recipe one that holds its runs.
  package func encode(to encoder: any Encoder) throws {
    guard let name else { return try models[0].encode(to: encoder) }
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(name, forKey: .name)
    try container.encode(source, forKey: .source)
    try container.encode(models, forKey: .models)
  }
}

/// A model in a comparison, and where its scores come from.
package struct ComparedModel: Sendable, Hashable, Codable {
  /// As it was named: a run's id, a baseline file, a model.
  package let source: String
  /// The run that its scores are of; nil of a baseline.
  package let run: String?
  /// Whether that run was ended; a baseline always is.
  package let isFinished: Bool
  package let model: ModelDescription
  package let suite: AskedSuite
  /// The share of every task's blocks that was asked, "1/4"; "1/1" for all.
  package let share: String
  /// Draws of demonstrations a block.
  package let draws: Int
  /// The numeric version of its scores.
  package let numerics: String

  package init(
    source: String, run: String?, isFinished: Bool, model: ModelDescription, suite: AskedSuite, share: String,
    draws: Int, numerics: String
  ) {
    self.source = source
    self.run = run
    self.isFinished = isFinished
    self.model = model
    self.suite = suite
    self.share = share
    self.draws = draws
    self.numerics = numerics
  }

  enum CodingKeys: String, CodingKey {
    case source, run, model, suite, share, draws, numerics
    case isFinished = "finished"
  }
}
