/// What makes one decoder-only transformer differ from another, as data: the one hand-written decoder runs them all.
package struct DecoderSpec: Sendable, Equatable {
  package let hiddenSize: Int
  package let intermediateSize: Int
  package let layerCount: Int
  package let headCount: Int
  /// Heads of keys and values; each serves `headCount / keyValueHeadCount` query heads.
  package let keyValueHeadCount: Int
  package let headDimension: Int
  package let vocabularySize: Int
  /// The longest sequence the model was made for, in tokens.
  package let contextLength: Int
  package let normEpsilon: Float
  /// Attention scores are multiplied by this before the softmax.
  package let attentionScale: Float
  /// One inverse frequency for each rotated pair, `headDimension / 2` of them, in radians a position.
  package let inverseFrequencies: [Float]
  /// The names under which the checkpoint keeps each weight.
  package let names: WeightNames

  package var queryWidth: Int { headCount * headDimension }
  package var keyValueWidth: Int { keyValueHeadCount * headDimension }
  package var groupSize: Int { headCount / keyValueHeadCount }

  /// Multiply-adds of one row through the blocks' matrices, as counted in FLOPs (two each): the vocabulary projection and attention apart.
  package var blockParameters: Int {
    layerCount * hiddenSize * (2 * queryWidth + 2 * keyValueWidth + 3 * intermediateSize)
  }
}

/// The canonical names of a family's weights. Layer names hold `{layer}` where the layer's number goes.
package struct WeightNames: Sendable, Equatable {
  package let embedding: String
  package let finalNorm: String
  /// The vocabulary projection; the embedding's name where the two are tied.
  package let head: String
  package let attentionNorm: String
  package let query: String
  package let key: String
  package let value: String
  package let attentionOutput: String
  package let mlpNorm: String
  package let gate: String
  package let up: String
  package let down: String

  package func name(_ template: String, layer: Int) -> String {
    template.replacing("{layer}", with: String(layer))
  }
}
