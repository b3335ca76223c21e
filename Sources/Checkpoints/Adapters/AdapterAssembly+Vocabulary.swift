import Diagnostics

extension AdapterAssembly {
  /// The embedding and the head, which have the vocabulary's rows and may be one.
  ///
  /// A tied head keeps to the embedding of the base: peft's `modules_to_save` and LoRA put something in the place of one of the two, unless
  /// `ensure_weight_tying` says otherwise; what was saved as the base's own embedding, and rows of tokens, are the head's too.
  mutating func replaceVocabulary() throws {
    let names = spec.names
    let (embeddingName, headName) = ("\(names.embedding).weight", "\(names.head).weight")
    guard let ofBase = base.tensors.tensor(embeddingName) else { return }
    let savesEmbedding = rules.saves(names.embedding, spec)
    let underneath =
      tensors[names.embedding, .baseWeight] ?? (savesEmbedding ? nil : tensors[names.embedding, .weight]) ?? ofBase
    let embedding = savesEmbedding ? tensors[names.embedding, .weight] ?? underneath : underneath
    let head = try headWeight(underneath: underneath, embedding: embedding)

    try checkRows(embedding, head)
    let ownRows = try (rows(of: names.embedding, embedding), rows(of: names.head, head))
    let changes = try (
      change(of: names.embedding, embedding, ownRows.0), change(of: names.head, head, ownRows.1)
    )
    let isChanged = embedding.isElsewhere(than: ofBase)
    if isChanged || changes.0 != nil { own[embeddingName] = embedding.renamed(embeddingName).changed(by: changes.0) }
    guard spec.tiesEmbeddings else {
      if base.tensors.tensor(headName).map(head.isElsewhere) ?? true || changes.1 != nil {
        own[headName] = head.renamed(headName).changed(by: changes.1)
      }
      return
    }
    let isSame = !head.isElsewhere(than: embedding) || head.saysTheSame(as: embedding)
    let follows =
      changes.1 == nil
      ? changes.0 == nil || ownRows.0 != nil || rules.ensuresTying : ownRows.1 != nil && ownRows.0 == ownRows.1
    guard !isSame || !follows else { return }
    spec.tiesEmbeddings = false
    let rowsOfBoth = ownRows.1 == nil && ownRows.0 != nil ? changes.0 : nil
    own[headName] = head.renamed(headName).changed(by: changes.1 ?? rowsOfBoth)
  }

  /// The head's weight before what is put on it.
  ///
  /// - Parameters:
  ///   - underneath: what the embedding is that a tied head is tied to.
  ///   - embedding: what the embedding is in the end.
  private func headWeight(underneath: Tensor, embedding: Tensor) throws -> Tensor {
    let names = spec.names
    let saved = tensors[names.head, .weight]
    let isSaved = rules.saves(names.head, spec) || rules.ensuresTying && rules.saves(names.embedding, spec)
    guard spec.tiesEmbeddings else {
      let own = tensors[names.head, .baseWeight] ?? (isSaved ? nil : saved)
      guard let ofBase = base.tensors.tensor("\(names.head).weight") else { return embedding }
      return (isSaved ? saved : own) ?? own ?? ofBase
    }
    if isSaved { return saved ?? embedding }
    let own = tensors[names.head, .baseWeight] ?? saved
    // Loaded into a tied base it would be the embedding's, too.
    if let own, own.shape != underneath.shape || !own.saysTheSame(as: underneath) {
      throw InputError(
        tensors.file, field: own.name,
        "differs from the embedding, to which the base ties its head, and modules_to_save does not name it",
        remedy: "add '\(names.head)' to modules_to_save, or merge the adapter and gate the merged folder")
    }
    return underneath
  }

  /// Embedding and head have as many rows as the adapted model has tokens.
  private mutating func checkRows(_ embedding: Tensor, _ head: Tensor) throws {
    for tensor in [embedding, head] {
      guard tensor.shape.count == 2, tensor.shape[1] == spec.hiddenSize, (1...1 << 24).contains(tensor.shape[0]) else {
        throw InputError(
          tensors.file, field: tensor.name, "has shape \(tensor.shape), the base needs rows of \(spec.hiddenSize)",
          remedy: "use the adapter with the base model that it was trained on")
      }
    }
    guard embedding.rows == head.rows else {
      throw InputError(
        tensors.file, field: embedding.rows == spec.vocabularySize ? head.name : embedding.name,
        "the embedding has \(embedding.rows) rows and the head \(head.rows)",
        remedy: "save the adapter again, with save_embedding_layers=True")
    }
    spec.vocabularySize = embedding.rows
    guard spec.headHasBias, let bias = weight("\(spec.names.head).bias"), bias.shape != [head.rows] else { return }
    throw InputError(
      tensors.file, field: bias.name, "has shape \(bias.shape), the vocabulary needs \([head.rows])",
      remedy: "save the adapter again, with save_embedding_layers=True")
  }

  /// Rows that stand in the place of the module's (`trainable_token_indices`); nil for none.
  private func rows(of module: String, _ weight: Tensor) throws -> OwnRows? {
    guard let tensor = tensors[module, .tokens] else { return nil }
    guard let indices = rules.tokenIndices(module, spec) ?? rules.tokenIndices(spec.names.embedding, spec) else {
      throw InputError(
        tensors.file, field: tensor.name, "has no token indices in adapter_config.json",
        remedy: "save the adapter again, configuration and weights together")
    }
    guard tensor.shape == [indices.count, spec.hiddenSize] else {
      throw InputError(
        tensors.file, field: tensor.name,
        "has shape \(tensor.shape), \(indices.count) token indices need "
          + "\([indices.count, spec.hiddenSize])", remedy: "save the adapter again, configuration and weights together")
    }
    if let bad = indices.first(where: { !(0..<weight.rows).contains($0) }) {
      throw InputError(
        rules.file, field: rules.tokenKey, "names token \(bad), the vocabulary has \(weight.rows)",
        remedy: "use the adapter with the base model that it was trained on, resized as it was in training")
    }
    guard Set(indices).count == indices.count else {
      throw InputError(rules.file, field: rules.tokenKey, "names a token twice", remedy: "save the adapter again")
    }
    guard tensors[module, .embeddingA] == nil, tensors[module, .loraA] == nil, !rules.saves(module, spec) else {
      throw InputError(
        rules.file, field: rules.tokenKey, "stands beside another change of \(module), which is not supported",
        remedy: AdapterNames.merge)
    }
    return OwnRows(indices: indices, values: tensor.decodeAll())
  }

  /// What is put on the embedding or the head.
  private func change(of module: String, _ weight: Tensor, _ rows: OwnRows?) throws -> WeightChange? {
    if let rows {
      return WeightChange(
        newRows: .init(
          places: Dictionary(
            rows.indices.enumerated().map { ($1, $0) }, uniquingKeysWith: { first, _ in first }), values: rows.values))
    }
    if let vector = tensors[module, .ia3] { return try multiplied(module, weight, by: vector) }
    if module == spec.names.embedding, let a = tensors[module, .embeddingA], let b = tensors[module, .embeddingB] {
      let (rank, scale) = try rules.rankAndScale(module, b)
      guard a.shape == [rank, weight.rows] else { throw misfit(a, [rank, weight.rows]) }
      guard b.shape == [spec.hiddenSize, rank] else { throw misfit(b, [spec.hiddenSize, rank]) }
      let product = WeightChange.LowRank(
        left: a.transposed().map { $0 * scale }, right: b.transposed(), rank: rank)
      return try change(module, weight, product, ofColumns: true)
    }
    guard let a = tensors[module, .loraA], let b = tensors[module, .loraB] else {
      guard tensors[module, .embeddingA] == nil else {
        throw InputError(
          tensors.file, field: module, "has lora_embedding_A, and is no embedding", remedy: "save the adapter again")
      }
      return nil
    }
    guard module == spec.names.head else {
      throw InputError(
        tensors.file, field: module, "has lora_A, and is an embedding", remedy: "save the adapter again")
    }
    let (rank, scale) = try rules.rankAndScale(module, b)
    guard a.shape == [rank, spec.hiddenSize] else { throw misfit(a, [rank, spec.hiddenSize]) }
    guard b.shape == [weight.rows, rank] else { throw misfit(b, [weight.rows, rank]) }
    guard tensors[module, .loraBias] == nil else {
      throw InputError(
        tensors.file, field: module, "has a lora_bias on the vocabulary head, which is not supported",
        remedy: AdapterNames.merge)
    }
    return try change(module, weight, AdapterAssembly.product(b, a, scale), ofColumns: false)
  }

  /// IA3 on the vocabulary head, which has no bias.
  private func multiplied(_ module: String, _ weight: Tensor, by vector: Tensor) throws -> WeightChange {
    guard module == spec.names.head, !spec.headHasBias else {
      throw InputError(
        tensors.file, field: vector.name, "adapters on this module are not supported", remedy: AdapterNames.merge)
    }
    let isFeedForward = rules.isFeedForward(module, spec)
    let expected = isFeedForward ? [1, spec.hiddenSize] : [weight.rows, 1]
    guard vector.shape == expected else { throw misfit(vector, expected) }
    let factors = vector.decodeAll()
    return isFeedForward ? WeightChange(columnFactors: factors) : WeightChange(rowFactors: factors)
  }

  private func change(
    _ module: String, _ weight: Tensor, _ product: WeightChange.LowRank, ofColumns: Bool
  ) throws -> WeightChange {
    guard let magnitude = tensors[module, .magnitude] else {
      guard !rules.usesDoRA else {
        throw InputError(
          tensors.file, field: module, "has no lora_magnitude_vector, and use_dora is true",
          remedy: "save the adapter again")
      }
      return WeightChange(lowRank: product)
    }
    let count = ofColumns ? spec.hiddenSize : weight.rows
    let factors = try magnitudes(magnitude, count: count, nil, over: weight, product, ofColumns: ofColumns)
    return ofColumns
      ? WeightChange(lowRank: product, columnFactors: factors) : WeightChange(lowRank: product, rowFactors: factors)
  }
}

/// Trained rows of an embedding or a head.
private struct OwnRows: Equatable {
  let indices: [Int]
  /// [indices, hidden]
  let values: [Float]
}

extension Tensor {
  /// [columns, rows], as fp32.
  fileprivate func transposed() -> [Float] {
    let values = decodeAll()
    return (0..<columns).flatMap { column in (0..<rows).map { values[$0 * columns + column] } }
  }

  fileprivate func isElsewhere(than other: Tensor) -> Bool { !isStored(where: other) }

  /// Whether both decode to the same weights.
  fileprivate func saysTheSame(as other: Tensor) -> Bool {
    guard shape == other.shape else { return false }
    if type == other.type, rowOrder == other.rowOrder, addend == other.addend,
      factor == other.factor, hasSameBytes(as: other)
    {
      return true
    }
    return (0..<rows).allSatisfy { row in
      self.row(row) == other.row(row)
    }
  }

  private func row(_ index: Int) -> [Float] {
    [Float](unsafeUninitializedCapacity: columns) { buffer, count in
      if let start = buffer.baseAddress { decode(rows: index..<index + 1, into: start) }
      count = columns
    }
  }
}
