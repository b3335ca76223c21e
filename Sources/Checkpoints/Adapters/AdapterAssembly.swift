import Diagnostics

/// Makes of an adapter's tensors what the decoder computes with: low-rank additions to the blocks' linear modules, and a checkpoint with the
/// weights that the adapter replaces or changes.
struct AdapterAssembly {
  let base: Checkpoint
  let tensors: AdapterTensors
  let rules: AdapterRules
  /// The adapted model's, as far as it is known.
  var spec: DecoderSpec
  /// Weights that are not the base's, by name.
  var own: [String: Tensor] = [:]
  private(set) var modules: [AdapterModule] = []

  /// - Parameter spec: the base's, its layers replicated.
  init(_ tensors: AdapterTensors, _ rules: AdapterRules, on base: Checkpoint, spec: DecoderSpec) throws {
    self.base = base
    self.tensors = tensors
    self.rules = rules
    self.spec = spec
    try replaceWeights()
    try replaceVocabulary()
    for (path, module) in spec.linearModules { try adapt(path, module) }
  }

  /// A weight as it is now, before what is put on it.
  func weight(_ name: String) -> Tensor? { own[name] ?? base.tensors.tensor(rules.baseName(of: name, spec)) }

  func misfit(_ tensor: Tensor, _ expected: [Int]) -> InputError {
    InputError(
      tensors.file, field: tensor.name, "has shape \(tensor.shape), the base and the rank need \(expected)",
      remedy: "use the adapter with the base model that it was trained on")
  }

  /// Whole weights in the place of the base's, but for the embedding and the head.
  private mutating func replaceWeights() throws {
    let places = Dictionary(spec.weights.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    let ends: [(AdapterPart, String)] = [
      (.baseWeight, "weight"), (.baseBias, "bias"), (.weight, "weight"), (.bias, "bias"),
    ]
    for module in tensors.paths where module != spec.names.embedding {
      for (part, end) in ends where module != spec.names.head || end == "bias" {
        guard let tensor = tensors[module, part] else { continue }
        let name = "\(module).\(end)"
        guard let place = places[name] else {
          throw InputError(
            tensors.file, field: tensor.name, "is a \(end) that the base's module does not have",
            remedy: "use the adapter with the base model that it was trained on")
        }
        // A head's bias is as long as the vocabulary is in the end, which is checked there.
        own[name] = try arranged(tensor, place, fits: module == spec.names.head ? nil : place.shape)
      }
    }
  }

  /// A whole weight as its module has it.
  private func arranged(_ tensor: Tensor, _ place: WeightPlace, fits shape: [Int]?) throws -> Tensor {
    guard let arranged = tensor.canonical(place.storage, headDimension: spec.headDimension) else {
      throw InputError(
        tensors.file, field: tensor.name, "is stored as \(tensor.storage), which cannot be transposed",
        remedy: "save the adapter as float32, float16 or bfloat16")
    }
    if let shape, arranged.shape != shape {
      throw InputError(
        tensors.file, field: tensor.name, "has shape \(arranged.shape), the base needs \(shape)",
        remedy: "use the adapter with the base model that it was trained on")
    }
    return arranged.renamed(place.name)
  }

  /// What is put on one of the blocks' linear modules.
  private mutating func adapt(_ path: String, _ module: LinearModule) throws {
    let shape = spec.shape(of: module)
    if let vector = tensors[path, .ia3] { try multiply(path, module, shape, by: vector) }
    guard let a = tensors[path, .loraA], let b = tensors[path, .loraB] else { return }
    let (rank, scale) = try rules.rankAndScale(tensors.parameters[path] ?? path, b)
    guard a.shape == [rank, shape[1]] else { throw misfit(a, [rank, shape[1]]) }
    guard b.shape == [shape[0], rank] else { throw misfit(b, [shape[0], rank]) }
    // The rows of B are the module's outputs, in the file's order; a transposed module's are as they are, and a GGUF file's are in order.
    var rows =
      module.storage == .byHead && !rules.isGGUF ? b.canonical(.byHead, headDimension: spec.headDimension) ?? b : b
    if let magnitude = tensors[path, .magnitude] {
      guard let weight = weight("\(path).weight") else { return }
      let factors = try magnitudes(
        magnitude, count: shape[0], module, over: weight, AdapterAssembly.product(rows, a, scale), ofColumns: false)
      own["\(path).weight"] = weight.changed(by: WeightChange(rowFactors: factors))
      rows = rows.changed(by: WeightChange(rowFactors: factors))
    } else if rules.usesDoRA {
      throw InputError(
        tensors.file, field: path, "has no lora_magnitude_vector, and use_dora is true",
        remedy: "save the adapter again")
    }
    var bias: [Float]?
    if let own = tensors[path, .loraBias] {
      guard own.shape == [shape[0]] else { throw misfit(own, [shape[0]]) }
      bias = outputs(own, module)
    }
    modules.append(AdapterModule(path: path, a: a, b: rows, scale: scale, bias: bias))
  }

  /// IA3: the module's output, or of a feed-forward one its input, times a vector (peft's `tuners/ia3/layer.py`).
  private mutating func multiply(_ path: String, _ module: LinearModule, _ shape: [Int], by vector: Tensor) throws {
    let isFeedForward = rules.isFeedForward(path, spec)
    let expected = isFeedForward ? [1, shape[1]] : [shape[0], 1]
    guard vector.shape == expected else { throw misfit(vector, expected) }
    guard let weight = weight("\(path).weight") else { return }
    guard !isFeedForward else {
      own["\(path).weight"] = weight.changed(by: WeightChange(columnFactors: vector.decodeAll()))
      return
    }
    let factors = outputs(vector, module)
    own["\(path).weight"] = weight.changed(by: WeightChange(rowFactors: factors))
    if module.hasBias, let bias = self.weight("\(path).bias") {
      own["\(path).bias"] = bias.changed(by: WeightChange(columnFactors: factors))
    }
  }

  /// One number an output, in the canonical order of the module's outputs.
  private func outputs(_ tensor: Tensor, _ module: LinearModule) -> [Float] {
    let values = tensor.decodeAll()
    guard module.storage == .byHead else { return values }
    return values.indices.map { values[storedRowByHead($0, of: values.count, headDimension: spec.headDimension)] }
  }

  /// DoRA's m / n, where n are the norms of the weight with the low-rank addition (peft's `tuners/lora/dora.py`).
  func magnitudes(
    _ magnitude: Tensor, count: Int, _ module: LinearModule?, over weight: Tensor, _ product: WeightChange.LowRank,
    ofColumns: Bool
  ) throws -> [Float] {
    guard magnitude.shape == [count] else { throw misfit(magnitude, [count]) }
    let values = module.map { outputs(magnitude, $0) } ?? magnitude.decodeAll()
    let norms = weight.changed(by: WeightChange(lowRank: product)).norms(ofColumns: ofColumns)
    let factors = zip(values, norms).map { $0 / $1 }
    guard let bad = factors.firstIndex(where: { !$0.isFinite }) else { return factors }
    throw InputError(
      tensors.file, field: magnitude.name, "cannot be put on the base's weight, whose norm at \(bad) is \(norms[bad])",
      remedy: "use the adapter with the base model that it was trained on")
  }

  /// scale · left · right, of left [outputs, rank] and right [rank, inputs].
  static func product(_ left: Tensor, _ right: Tensor, _ scale: Float) -> WeightChange.LowRank {
    WeightChange.LowRank(left: left.decodeAll().map { $0 * scale }, right: right.decodeAll(), rank: right.rows)
  }

  /// The base with the adapter's own weights; the base itself where it has none.
  func checkpoint(adaptedBy path: String, tokenizer: OwnTokenizer?) -> Checkpoint {
    // As many layers in another order are another model.
    let isReordered = rules.layers.map { $0 != Array(0..<base.configuration.decoder.layerCount) } ?? false
    guard !own.isEmpty || isReordered || spec != base.configuration.decoder else { return base }
    var configuration = base.configuration
    configuration.decoder = spec
    // What is written of the adapted model has to be what it is.
    let ofBase = base.configuration.decoder
    if spec.tiesEmbeddings != ofBase.tiesEmbeddings {
      configuration.document = configuration.document.setting("tie_word_embeddings", to: .bool(spec.tiesEmbeddings))
    }
    if spec.vocabularySize != ofBase.vocabularySize {
      configuration.document = configuration.document.setting("vocab_size", to: .integer(spec.vocabularySize))
    }
    var all: [String: Tensor] = [:]
    for place in spec.weights { all[place.name] = weight(place.name)?.renamed(place.name) }
    return Checkpoint(
      path: base.path, format: base.format, configuration: configuration,
      tensors: NamedTensors(path: base.path, tensors: all), tokenizer: tokenizer?.files ?? base.tokenizer,
      weightFiles: base.weightFiles, tokenizerFiles: tokenizer?.opened ?? base.tokenizerFiles, notes: base.notes,
      adaptedBy: path)
  }
}
