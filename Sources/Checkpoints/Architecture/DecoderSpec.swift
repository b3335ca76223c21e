/// What makes one decoder-only transformer differ from another, as data: the one hand-written decoder runs them all.
package struct DecoderSpec: Sendable, Equatable {
  package enum NormKind: Sendable, Equatable {
    /// x / √(mean(x²) + ε)
    case rms
    /// (x - mean) / √(variance + ε)
    case layer
  }

  /// What every norm of a model has in common.
  package struct Norm: Sendable, Equatable {
    package var kind = NormKind.rms
    package var epsilon: Float
    /// Added to the stored weight: 1 in Gemma.
    package var offset: Float = 0
    package var hasBias = false

    package init(kind: NormKind = .rms, epsilon: Float) {
      self.kind = kind
      self.epsilon = epsilon
    }
  }

  /// A norm of queries and keys before they rotate, with weights and no bias.
  package enum QueryKeyNorm: Sendable, Equatable {
    /// Over each head, one weight [head dimension] for all.
    case head
    /// Over all heads together.
    case width
  }

  /// How one layer attends.
  package struct Attention: Sendable, Equatable {
    /// Positions that a query sees, itself included; nil for all before it.
    package var window: Int?
    /// An index into `rotaries`; nil where positions are not told.
    package var rotary: Int?

    package init(window: Int? = nil, rotary: Int? = 0) {
      self.window = window
      self.rotary = rotary
    }
  }

  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  /// Heads of keys and values; each serves `headCount / keyValueHeadCount` query heads.
  package var keyValueHeadCount: Int
  package var headDimension: Int
  /// Rows of the embedding, padding included.
  package var vocabularySize: Int
  /// The longest sequence that is asked, in tokens.
  package var contextLength: Int
  package var norm: Norm
  package var queryKeyNorm: QueryKeyNorm?
  /// Attention and MLP read the same residual stream, and both are added to it.
  package var isParallel = false
  /// Attention scores are multiplied by this before the softmax.
  package var attentionScale: Float
  /// Scaled attention scores become cap · tanh(score / cap).
  package var attentionCap: Float?
  /// One a layer.
  package var attention: [Attention]
  package var rotaries: [Rotary]
  /// Rows of the learned positions; the row of position p is p.
  package var learnedPositions: Int?
  package var activation = Activation.silu
  /// Nil where every MLP is dense.
  package var mixture: Mixture?
  /// Whether the vocabulary projection is the embedding.
  package var tiesEmbeddings: Bool
  package var headHasBias = false
  /// Embeddings are multiplied by this.
  package var embeddingScale: Float = 1
  /// What attention and MLP add to the residual stream is multiplied by this.
  package var residualScale: Float = 1
  /// Logits are multiplied by this.
  package var logitScale: Float = 1
  /// Logits become cap · tanh(logit / cap).
  package var logitCap: Float?
  package var names = WeightNames()

  /// A model with what every family has; what one has beyond that is set afterwards.
  package init(
    hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int, keyValueHeadCount: Int, headDimension: Int,
    vocabularySize: Int, contextLength: Int, norm: Norm, attentionScale: Float, attention: [Attention],
    rotaries: [Rotary], activation: Activation = .silu, tiesEmbeddings: Bool
  ) {
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.norm = norm
    self.attentionScale = attentionScale
    self.attention = attention
    self.rotaries = rotaries
    self.activation = activation
    self.tiesEmbeddings = tiesEmbeddings
  }

  package var queryWidth: Int { headCount * headDimension }
  package var keyValueWidth: Int { keyValueHeadCount * headDimension }
  package var groupSize: Int { headCount / keyValueHeadCount }
  /// Whether the MLP's activation is multiplied by a second map of its input.
  package var isGated: Bool { names.modules.contains { $0.projections.contains(.gate) } }

  /// [outputs, inputs]
  ///
  /// - Parameter width: of the MLP that the map is part of; nil for `intermediateSize`.
  package func shape(of projection: Projection, width: Int? = nil) -> [Int] {
    switch projection {
    case .query: [queryWidth, hiddenSize]
    case .key, .value: [keyValueWidth, hiddenSize]
    case .attentionOutput: [hiddenSize, queryWidth]
    case .gate, .up: [width ?? intermediateSize, hiddenSize]
    case .down: [hiddenSize, width ?? intermediateSize]
    case .router: [mixture?.expertCount ?? 0, hiddenSize]
    case .sharedGate: [1, hiddenSize]
    }
  }

  /// Multiply-adds of one row through the blocks' matrices, as counted in FLOPs (two each): of a mixture the experts that a row goes through,
  /// the vocabulary projection and attention apart.
  package var blockParameters: Int {
    func count(_ modules: [LinearModule]) -> Int { modules.reduce(0) { $0 + shape(of: $1).reduce(1, *) } }
    return (0..<layerCount).reduce(0) { sum, layer in
      let chosen = isSparse(layer: layer) ? mixture.map { $0.chosenCount * count($0.experts) } : nil
      return sum + count(modules(layer: layer)) + (chosen ?? 0)
    }
  }
}
