/// A weight that a model has, in the form in which it is computed with.
package struct WeightPlace: Sendable, Equatable {
  package let name: String
  /// Matrices [outputs, inputs].
  package let shape: [Int]
  package let storage: LinearModule.Storage

  init(_ name: String, _ shape: [Int], storage: LinearModule.Storage = .plain) {
    self.name = name
    self.shape = shape
    self.storage = storage
  }
}

/// Where a projection's rows lie: in a module of its own, or beside others' in one.
package struct ProjectionPlace: Sendable, Equatable {
  /// The module's path, without ".weight".
  package let module: String
  package let firstRow: Int
  package let hasBias: Bool
  /// [outputs, inputs]
  package let shape: [Int]
}

extension DecoderSpec {
  /// Every weight, in the order of the layers.
  package var weights: [WeightPlace] {
    var places = [WeightPlace("\(names.embedding).weight", [vocabularySize, hiddenSize])]
    if let positions = names.positions, let rows = learnedPositions {
      places.append(WeightPlace("\(positions).weight", [rows, hiddenSize]))
    }
    for layer in 0..<layerCount { places += weights(ofLayer: layer) }
    places += normWeights(names.finalNorm, hiddenSize)
    if !tiesEmbeddings { places.append(WeightPlace("\(names.head).weight", [vocabularySize, hiddenSize])) }
    if headHasBias { places.append(WeightPlace("\(names.head).bias", [vocabularySize])) }
    return places
  }

  private func weights(ofLayer layer: Int) -> [WeightPlace] {
    func norm(_ path: String?, _ width: Int, hasBias: Bool = true) -> [WeightPlace] {
      path.map { normWeights(names.path($0, layer: layer), width, canHaveBias: hasBias) } ?? []
    }
    var places = norm(names.attentionNorm, hiddenSize)
    for module in modules(layer: layer) + expertModules(layer: layer) {
      let path = names.path(module.path, layer: layer)
      places.append(WeightPlace("\(path).weight", shape(of: module), storage: module.storage))
      if module.hasBias { places.append(WeightPlace("\(path).bias", [shape(of: module)[0]], storage: module.storage)) }
    }
    if let queryKeyNorm {
      let isWhole = queryKeyNorm == .width
      places += norm(names.queryNorm, isWhole ? queryWidth : headDimension, hasBias: false)
      places += norm(names.keyNorm, isWhole ? keyValueWidth : headDimension, hasBias: false)
    }
    // A parallel block may have one norm for both of its branches.
    let mlpNorm = names.mlpNorm == names.attentionNorm ? nil : names.mlpNorm
    for path in [names.attentionOutputNorm, mlpNorm, names.mlpOutputNorm] { places += norm(path, hiddenSize) }
    return places
  }

  private func normWeights(_ path: String, _ width: Int, canHaveBias: Bool = true) -> [WeightPlace] {
    [WeightPlace("\(path).weight", [width])]
      + (canHaveBias && norm.hasBias ? [WeightPlace("\(path).bias", [width])] : [])
  }

  /// [outputs, inputs] of a module's weight.
  package func shape(of module: LinearModule) -> [Int] {
    let shapes = module.projections.map { shape(of: $0, width: module.width) }
    return [shapes.reduce(0) { $0 + $1[0] }, shapes.first?[1] ?? 0]
  }

  /// Every block's linear modules by path, in the order of the model, experts' among them: what low-rank additions may change.
  package var linearModules: [(path: String, module: LinearModule)] {
    (0..<layerCount).flatMap { layer in
      (modules(layer: layer) + expertModules(layer: layer)).map { (names.path($0.path, layer: layer), $0) }
    }
  }

  /// Nil where a block has no such map outside of its experts.
  package func place(of projection: Projection, layer: Int) -> ProjectionPlace? {
    place(of: projection, in: modules(layer: layer), layer: layer)
  }

  private func place(of projection: Projection, in modules: [LinearModule], layer: Int) -> ProjectionPlace? {
    for module in modules {
      guard let index = module.projections.firstIndex(of: projection) else { continue }
      let before = module.projections[..<index].reduce(0) { $0 + shape(of: $1, width: module.width)[0] }
      return ProjectionPlace(
        module: names.path(module.path, layer: layer), firstRow: before, hasBias: module.hasBias,
        shape: shape(of: projection, width: module.width))
    }
    return nil
  }
}
