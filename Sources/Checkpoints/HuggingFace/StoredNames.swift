import Diagnostics

/// A Hugging Face folder's tensors under the names of a causal language model, whatever its trainer wrapped around them, and in the form in
/// which they are computed with.
///
/// Taken off is only what every tensor shares, which loses nothing, and said. The body's name (`model.`) is put before the names of a model
/// that was saved without its head (`AutoModel`), as transformers does when it loads one (`rename_source_key` in its
/// `core_model_loading.py`). Of a model for text and pictures the text's tensors are taken, and the others told.
struct StoredNames {
  private(set) var tensors: [String: Tensor]
  private(set) var notes: [String] = []
  private let path: String
  private let spec: DecoderSpec

  private var body: String { spec.names.body }
  private var head: String { "\(spec.names.head).weight" }
  private var embedding: String { "\(spec.names.embedding).weight" }
  /// A tensor that every model here has once: what stands before it is what all names begin with.
  private var anchor: String {
    let module = spec.names.modules.first?.path ?? ""
    return String("\(spec.names.path(module, layer: 0)).weight".dropFirst(body.count))
  }

  /// - Throws: `InputError` for tensors that are no model's weights, and for a prefix that only some names have.
  init(_ stored: [String: Tensor], path: String, spec: DecoderSpec) throws {
    tensors = stored
    self.path = path
    self.spec = spec
    try refuseForeignTensors()
    takeTextModel()
    try takeOffWrapper()
    addBody()
    if spec.tiesEmbeddings { try joinTiedHead() }
  }

  /// Shows every fused or transposed weight as its module has it, and every expert's matrices as its own.
  mutating func arrange() throws {
    try unstackExperts()
    for place in spec.weights where place.storage != .plain {
      guard let tensor = tensors[place.name] else { continue }
      guard let arranged = tensor.canonical(place.storage, headDimension: spec.headDimension) else {
        throw InputError(
          path, field: place.name, "is stored as \(tensor.storage), which cannot be transposed",
          remedy: "save the model as float32, float16 or bfloat16")
      }
      tensors[place.name] = arranged
    }
  }

  /// Leaves out biases that the model has not and that are zero, beside packed weights: AutoGPTQ gave one to every module that it packed.
  mutating func dropEmptyBiases() {
    let own = Set(spec.weights.map(\.name))
    let empty = tensors.filter { name, tensor in
      guard name.hasSuffix(".bias"), !own.contains(name), tensor.shape.count == 1,
        let weight = tensors["\(name.dropLast("bias".count))weight"], weight.type == nil
      else { return false }
      return tensor.decodeAll().allSatisfy { $0 == 0 }
    }
    for name in empty.keys { tensors[name] = nil }
    if !empty.isEmpty { notes.append("\(empty.count) biases that are zero, and that the model has not, are left out") }
  }

  /// transformers 4 and 5 name a mixture's tensors differently, and files of both forms are about.
  private mutating func unstackExperts() throws {
    guard let mixture = spec.mixture else { return }
    func add(_ tensor: Tensor, from name: String) throws {
      guard tensors.updateValue(tensor, forKey: tensor.name) == nil else {
        throw InputError(path, field: name, "holds '\(tensor.name)' a second time", remedy: "save the model again")
      }
    }
    for layer in 0..<spec.layerCount where mixture.isSparse[layer] {
      for (alias, own) in mixture.aliases {
        let (alias, own) = (spec.names.path(alias, layer: layer), spec.names.path(own, layer: layer))
        if let tensor = tensors.removeValue(forKey: alias) { try add(tensor.renamed(own), from: alias) }
      }
      for stack in mixture.stacks {
        let name = spec.names.path(stack.name, layer: layer)
        guard let tensor = tensors.removeValue(forKey: name) else { continue }
        for part in try tensor.unstacked(stack.projections, layer: layer, spec) {
          try add(part, from: name)
        }
      }
    }
  }

  private func refuseForeignTensors() throws {
    for (name, tensor) in tensors.sorted(by: { $0.key < $1.key }) {
      // Wrappers around all names are dealt with next.
      guard let leftover = TensorLeftover.of(tensor), !leftover.isWrapper else { continue }
      throw InputError(path, field: name, leftover.problem, remedy: leftover.remedy)
    }
  }

  /// Of a multimodal model: `language_model.model.…` before transformers 4.52, `model.language_model.…` since.
  private mutating func takeTextModel() {
    guard tensors.keys.contains(where: { $0.hasPrefix("language_model.") || $0.hasPrefix("model.language_model.") })
    else { return }
    let others = tensors.keys.filter { name in
      ["vision_tower.", "multi_modal_projector.", "vision_model."].contains {
        name.hasPrefix($0) || name.hasPrefix("model.\($0)")
      }
    }
    for name in others { tensors[name] = nil }
    if !others.isEmpty {
      notes.append("\(others.count) tensors of its vision model are left out: its text model is read")
    }
    let body = body
    rename { name in
      if name.hasPrefix("language_model.") { return String(name.dropFirst("language_model.".count)) }
      return name.hasPrefix("model.language_model.") ? body + name.dropFirst("model.language_model.".count) : name
    }
  }

  /// What stands before the model's own names, "" or ending in a full stop; nil where no tensor, or more than one, could tell.
  private var prefix: String? {
    let anchor = anchor
    let found = tensors.keys.filter { $0 == anchor || $0.hasSuffix(".\(anchor)") }
    return found.count == 1 ? found.first.map { String($0.dropLast(anchor.count)) } : nil
  }

  private mutating func takeOffWrapper() throws {
    guard var wrapper = prefix else { return }
    if wrapper == body || wrapper.hasSuffix(".\(body)") { wrapper.removeLast(body.count) }
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
    let body = body
    guard prefix == "", !tensors.keys.contains(where: { $0.hasPrefix(body) }) else { return }
    let outside = ["\(spec.names.head).weight", "\(spec.names.head).bias"]
    rename { outside.contains($0) ? $0 : body + $0 }
  }

  private mutating func rename(_ name: (String) -> String) {
    tensors = Dictionary(
      tensors.map { (name($0.key), $0.value.renamed(name($0.key))) }, uniquingKeysWith: { first, _ in first })
  }

  /// Of a tied pair one may be stored, under either name (`safetensors.torch.save_model` keeps the head), or both where they say the same.
  private mutating func joinTiedHead() throws {
    guard let stored = tensors.removeValue(forKey: head) else { return }
    guard let embedded = tensors[embedding] else {
      tensors[embedding] = stored.renamed(embedding)
      return
    }
    guard embedded.hasSameBytes(as: stored) else {
      throw InputError(
        path, field: head, "differs from the embedding although tie_word_embeddings is true",
        remedy: "set tie_word_embeddings to false in config.json, or save the model again")
    }
  }
}
