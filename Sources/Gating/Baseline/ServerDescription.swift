/// The server that held a model, and what tells whether another server holds the same.
package struct ServerDescription: Sendable, Hashable, Codable {
  /// Engine, version and type, such as "vllm 0.33.0 bfloat16".
  package let build: String
  /// The form in which it was asked.
  package let engine: String
  /// The model's name there.
  package let model: String
  /// The files that the server says it was started with.
  package let root: String?
  /// The model that an adapter is on.
  package let parent: String?
  /// What the user said the weights are.
  package let servedHash: String?
  /// Logprobs of a fixed set of texts; none of a model that only writes text.
  package let fingerprint: [Double]
  /// SHA-256 of what a model that only writes text writes behind fixed prompts; nil of one that scores.
  package let texts: [String]?
  /// How far answers to one question lie apart: the largest difference of one token's logprob, and of a whole text's.
  package let noise: Double
  package let noiseOfText: Double
  /// Texts that moved when they were asked for again, of a model that only writes text; nil where none did.
  package let moved: Int?

  /// Whether all that it can be asked is whether an answer is right: it gives no logprobs.
  package var writesOnly: Bool { texts != nil }

  package init(
    build: String, engine: String, model: String, root: String?, parent: String?, servedHash: String?,
    fingerprint: [Double], texts: [String]? = nil, noise: Double, noiseOfText: Double, moved: Int? = nil
  ) {
    self.build = build
    self.engine = engine
    self.model = model
    self.root = root
    self.parent = parent
    self.servedHash = servedHash
    self.fingerprint = fingerprint
    self.texts = texts
    self.moved = moved
    self.noise = noise
    self.noiseOfText = noiseOfText
  }

  enum CodingKeys: String, CodingKey {
    case build, engine, model, root, parent, fingerprint, texts, noise, moved
    case servedHash = "served_sha256"
    case noiseOfText = "noise_of_text"
  }
}
