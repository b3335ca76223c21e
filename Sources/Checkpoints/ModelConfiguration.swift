/// How rotary frequencies are changed for contexts longer than the model was first trained on.
package enum RopeScaling: Sendable, Equatable {
  case none
  /// Positions are divided by `factor`.
  case linear(factor: Double)
  /// Llama 3.1's interpolation by wavelength (`_compute_llama3_parameters` in transformers' `modeling_rope_utils.py`).
  case llama3(
    factor: Double, lowFrequencyFactor: Double, highFrequencyFactor: Double, originalContextLength: Int)
  /// GGUF's `rope_freqs.weight`: frequency i is divided by factor i; half a head's dimension of them.
  case frequencyFactors([Float])
}

/// A model's shape and constants, the same whether they came from config.json or from GGUF metadata.
///
/// A value of this type has been checked: sizes are positive and bounded, heads divide evenly, a head's dimension is even, constants are
/// finite and positive.
package struct ModelConfiguration: Sendable, Equatable {
  /// The family, e.g. "llama".
  package var modelType: String
  package var hiddenSize: Int
  package var intermediateSize: Int
  package var layerCount: Int
  package var headCount: Int
  package var keyValueHeadCount: Int
  package var headDimension: Int
  /// Rows of the embedding, padding included.
  package var vocabularySize: Int
  /// Positions the model was made for.
  package var contextLength: Int
  package var rmsNormEpsilon: Float
  package var ropeTheta: Double
  package var ropeScaling: RopeScaling
  /// The vocabulary projection is the embedding; `lm_head.weight` is then not among the tensors.
  package var tiesEmbeddings: Bool
  /// Positions a query may look back, itself included; nil for all.
  package var slidingWindow: Int?
  package var bosTokenID: Int32?
  package var eosTokenIDs: [Int32]
  /// The gate's activation as config.json names it, e.g. "silu".
  package var hiddenActivation: String
  package var attentionBias: Bool
  package var mlpBias: Bool

  package init(
    modelType: String = "llama", hiddenSize: Int, intermediateSize: Int, layerCount: Int, headCount: Int,
    keyValueHeadCount: Int, headDimension: Int, vocabularySize: Int, contextLength: Int, rmsNormEpsilon: Float,
    ropeTheta: Double, ropeScaling: RopeScaling = .none, tiesEmbeddings: Bool, slidingWindow: Int? = nil,
    bosTokenID: Int32? = nil, eosTokenIDs: [Int32] = [], hiddenActivation: String = "silu",
    attentionBias: Bool = false, mlpBias: Bool = false
  ) {
    self.modelType = modelType
    self.hiddenSize = hiddenSize
    self.intermediateSize = intermediateSize
    self.layerCount = layerCount
    self.headCount = headCount
    self.keyValueHeadCount = keyValueHeadCount
    self.headDimension = headDimension
    self.vocabularySize = vocabularySize
    self.contextLength = contextLength
    self.rmsNormEpsilon = rmsNormEpsilon
    self.ropeTheta = ropeTheta
    self.ropeScaling = ropeScaling
    self.tiesEmbeddings = tiesEmbeddings
    self.slidingWindow = slidingWindow
    self.bosTokenID = bosTokenID
    self.eosTokenIDs = eosTokenIDs
    self.hiddenActivation = hiddenActivation
    self.attentionBias = attentionBias
    self.mlpBias = mlpBias
  }
}
