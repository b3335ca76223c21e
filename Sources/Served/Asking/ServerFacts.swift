/// What a server says of itself and of one of its models.
package struct ServerFacts: Sendable, Hashable, Codable {
  /// The form in which it is asked: `vllm`, `sglang`, `llama-server`, `completions`.
  package let engine: String
  /// nil where it does not say.
  package let version: String?
  /// The model's name there.
  package let model: String
  /// The files that it was started with.
  package let root: String?
  /// The model that an adapter is on.
  package let parent: String?
  /// The type that it computes in.
  package let dtype: String?
  /// The most tokens of a prompt and its answer.
  package let contextLength: Int?
  /// What the user says the weights are.
  package let servedHash: String?

  package init(
    engine: String, version: String?, model: String, root: String?, parent: String?, dtype: String?,
    contextLength: Int?, servedHash: String?
  ) {
    self.engine = engine
    self.version = version
    self.model = model
    self.root = root
    self.parent = parent
    self.dtype = dtype
    self.contextLength = contextLength
    self.servedHash = servedHash
  }

  /// What two models must share to be compared, as a text: "vllm 0.33.0 bfloat16".
  package var build: String {
    ([engine, version ?? "of no stated version"] + [dtype].compactMap { $0 }).joined(separator: " ")
  }

  enum CodingKeys: String, CodingKey {
    case engine, version, model, root, parent, dtype
    case contextLength = "context_length"
    case servedHash = "served_sha256"
  }
}
