import Diagnostics

/// A Hugging Face folder's tensors under the names of a causal language model, whatever its trainer wrapped around them.
///
/// Taken off is only what every tensor shares, which loses nothing, and said. `model.` is put before the names of a model that was saved
/// without its head (`AutoModel`), as transformers does when it loads one (`rename_source_key` in its `core_model_loading.py`).
struct StoredNames {
  private(set) var tensors: [String: Tensor]
  private(set) var notes: [String] = []
  private let path: String

  /// A tensor that every model here has once: what stands before it is what all names begin with.
  private static let anchor = "layers.0.input_layernorm.weight"
  private static let body = "model."
  private static let head = "lm_head.weight"
  private static let embedding = "model.embed_tokens.weight"

  /// - Throws: `InputError` for tensors that are no model's weights, and for a prefix that only some names have.
  init(_ stored: [String: Tensor], path: String, tiesEmbeddings: Bool) throws {
    tensors = stored
    self.path = path
    try refuseForeignTensors()
    try takeOffWrapper()
    addBody()
    if tiesEmbeddings { try joinTiedHead() }
  }

  /// Leaves tensors out that the model does not need.
  mutating func drop(_ names: [String]) { for name in names { tensors[name] = nil } }

  private func refuseForeignTensors() throws {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      // Wrappers around all names are dealt with next.
      guard let leftover = TensorLeftover.of(tensor), !leftover.isWrapper else { continue }
      throw InputError(path, field: name, leftover.problem, remedy: leftover.remedy)
    }
  }

  /// What stands before the model's own names, "" or ending in a full stop; nil where no tensor, or more than one, could tell.
  private var prefix: String? {
    let found = tensors.keys.filter { $0 == Self.anchor || $0.hasSuffix(".\(Self.anchor)") }
    return found.count == 1 ? found.first.map { String($0.dropLast(Self.anchor.count)) } : nil
  }

  private mutating func takeOffWrapper() throws {
    guard var wrapper = prefix else { return }
    if wrapper == Self.body || wrapper.hasSuffix(".\(Self.body)") { wrapper.removeLast(Self.body.count) }
    guard !wrapper.isEmpty else { return }
    let shown = String(wrapper.dropLast())
    if let other = tensors.keys.sorted().first(where: { !$0.hasPrefix(wrapper) }) {
      throw InputError(
        path, field: other, "stands beside tensors that are saved under '\(shown)', and has not that prefix",
        remedy: TensorWrapper.remedy(for: wrapper))
    }
    rename { String($0.dropFirst(wrapper.count)) }
    notes.append("every tensor is saved under '\(shown)', which is taken off here and not by transformers")
  }

  private mutating func addBody() {
    guard prefix == "", !tensors.keys.contains(where: { $0.hasPrefix(Self.body) }) else { return }
    rename { $0 == Self.head ? $0 : Self.body + $0 }
  }

  private mutating func rename(_ name: (String) -> String) {
    tensors = Dictionary(
      uniqueKeysWithValues: tensors.map { (name($0.key), $0.value.renamed(name($0.key), rowOrder: $0.value.rowOrder)) })
  }

  /// Of a tied pair one may be stored, under either name (`safetensors.torch.save_model` keeps the head), or both where they say the same.
  private mutating func joinTiedHead() throws {
    guard let head = tensors.removeValue(forKey: Self.head) else { return }
    guard let embedding = tensors[Self.embedding] else {
      tensors[Self.embedding] = head.renamed(Self.embedding, rowOrder: head.rowOrder)
      return
    }
    guard embedding.type == head.type, embedding.shape == head.shape, embedding.hasSameBytes(as: head) else {
      throw InputError(
        path, field: Self.head, "differs from the embedding although tie_word_embeddings is true",
        remedy: "set tie_word_embeddings to false in config.json, or save the model again")
    }
  }
}
