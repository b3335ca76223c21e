import Suites

/// Which model answered, by content.
package struct ModelDescription: Sendable, Hashable, Codable {
  /// What people call it: a catalogue name or the checkpoint's own.
  package let name: String
  /// SHA-256 of the weights.
  package let weights: String
  /// SHA-256 of the adapter on top of them; nil without one.
  package let adapter: String?
  /// SHA-256 of the tokenizer.
  package let tokenizer: String
  /// SHA-256 of the configuration.
  package let configuration: String
  /// How most of the weights are stored, such as `bf16` or `q4_1`.
  package let storage: String

  package init(
    name: String, weights: String, adapter: String? = nil, tokenizer: String, configuration: String, storage: String
  ) {
    self.name = name
    self.weights = weights
    self.adapter = adapter
    self.tokenizer = tokenizer
    self.configuration = configuration
    self.storage = storage
  }

  /// Whether weights of this storage are plain floats; what is not is quantised, and has rounding of its own in every score.
  package static func isFloat(_ storage: String) -> Bool { ["f32", "f16", "bf16"].contains(storage) }
}

/// Which questions were asked.
package struct SuiteIdentity: Sendable, Hashable, Codable {
  package let name: String
  package let version: Int
  /// What the draws of demonstrations were seeded with.
  package let seed: UInt64
  /// SHA-256 over the suite's content.
  package let hash: String
  /// SHA-256 over every rendered prompt of all draws.
  package let promptHash: String

  package init(name: String, version: Int, seed: UInt64, hash: String, promptHash: String) {
    self.name = name
    self.version = version
    self.seed = seed
    self.hash = hash
    self.promptHash = promptHash
  }

  enum CodingKeys: String, CodingKey {
    case name, version, seed, hash
    case promptHash = "prompt_hash"
  }
}

/// Everything beside the scores that decides whether two models' scores may be contrasted.
package struct RunDescription: Sendable, Hashable, Codable {
  package let model: ModelDescription
  /// The engine's numeric version.
  package let numerics: String
  /// The version of the rule that turns model output into scores.
  package let scoring: Int
  /// What is put before the context, such as `none` or `tokenizer`.
  package let bos: String
  package let suite: SuiteIdentity
  /// Draws of demonstrations a block, at least 1.
  package let draws: Int
  /// For each task one hash over the token ids of *all* its requests: of a share too, for tokenising is cheap and a share's
  /// hash could not be compared with the whole task's. See `tokenHash(ofRequests:)`.
  package let tokenHashes: [String: String]
  /// How the suite was asked as a chat; nil where it was asked as raw text.
  package let chat: ChatDescription?
  /// The server that held the model; nil of files.
  package let server: ServerDescription?
  /// The chat template that the model ships, where it is another than the one that it was asked through; in no file.
  package private(set) var ownTemplate: String? = nil
  /// Whether it was asked through its own template and not through the baseline's; in no file. Prompts and token ids differ by
  /// design then, and what is compared is the messages.
  package private(set) var isAskedItsOwnWay = false

  package init(
    model: ModelDescription, numerics: String, scoring: Int, bos: String, suite: SuiteIdentity, draws: Int,
    tokenHashes: [String: String], chat: ChatDescription? = nil, server: ServerDescription? = nil,
    ownTemplate: String? = nil,
    isAskedItsOwnWay: Bool = false
  ) {
    self.model = model
    self.numerics = numerics
    self.scoring = scoring
    self.bos = bos
    self.suite = suite
    self.draws = draws
    self.tokenHashes = tokenHashes
    self.chat = chat
    self.server = server
    self.ownTemplate = ownTemplate
    self.isAskedItsOwnWay = isAskedItsOwnWay
  }

  enum CodingKeys: String, CodingKey {
    case model, numerics, scoring, bos, suite, draws, chat, server
    case tokenHashes = "token_hashes"
  }
}
