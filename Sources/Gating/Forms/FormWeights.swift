/// How a form's weights lie to the base and to what the fine-tuning adds: what tells a merge that went wrong.
///
/// With B the base's weights, D what the fine-tuning adds and F the form's, over one weight or all: `kept` is the share of D that is in F, by
/// least squares, ⟨F - B, D⟩ / ⟨D, D⟩. A right merge keeps 1, one that was left out 0, one that was made twice 2. Rounding may take some of D
/// back where the base lies on the same grid, so that `expected`, where it can be computed, is what the right merge keeps after rounding.
package struct FormWeights: Sendable, Hashable, Codable {
  /// What most of the form's bytes are stored in, and where its values are those of a smaller type, that.
  package let storage: String
  /// ‖D‖ / ‖B‖ over the weights that the fine-tuning changes: matrices, norms and biases.
  package let change: Double
  /// Over all of them.
  package let kept: Double
  /// The standard error of `kept` where rounding is independent of D.
  package let keptError: Double
  /// What a right merge keeps in this storage; nil where its rounding is not computed here.
  package let expected: Double?
  /// ‖F - X‖ / ‖B‖ over all weights, X the right merge, rounded where that is computed.
  package let residual: Double
  /// The largest `residual` that the storage's rounding explains.
  package let limit: Double
  /// Rounding's own size, ‖X - (B + D)‖ / ‖B‖; nil where it is not computed.
  package let rounding: Double?
  /// The matrix that storing moves most, in its own size; nil where it moves none.
  package let coarsest: Coarsest?
  /// Whether the base is quantised in blocks: what is quantised again falls back onto its steps, and rounding is not independent of D.
  package let isOnSteps: Bool
  /// Each weight that the fine-tuning changes.
  package let modules: [Module]

  /// One changed weight.
  package struct Module: Sendable, Hashable, Codable {
    /// Its weight's name.
    package let name: String
    package let kept: Double
    package let keptError: Double
    package let expected: Double?
    /// Whether it is the embedding or the head.
    package let isOutside: Bool

    package init(name: String, kept: Double, keptError: Double, expected: Double?, isOutside: Bool) {
      self.name = name
      self.kept = kept
      self.keptError = keptError
      self.expected = expected
      self.isOutside = isOutside
    }

    enum CodingKeys: String, CodingKey {
      case name, kept, expected
      case keptError = "kept_error"
      case isOutside = "is_outside"
    }
  }

  /// What storing makes of one matrix.
  package struct Coarsest: Sendable, Hashable, Codable {
    /// Its weight's name, and what it is stored in.
    package let name: String
    package let storage: String
    /// ‖X - R‖ / ‖R‖, R the right weights and X what is made of them; of a type whose rounding is not computed here, with the form's in X's place.
    package let size: Double

    package init(name: String, storage: String, size: Double) {
      self.name = name
      self.storage = storage
      self.size = size
    }
  }

  package init(
    storage: String, change: Double, kept: Double, keptError: Double, expected: Double?, residual: Double,
    limit: Double, rounding: Double?, coarsest: Coarsest? = nil, isOnSteps: Bool = false, modules: [Module]
  ) {
    self.storage = storage
    self.change = change
    self.kept = kept
    self.keptError = keptError
    self.expected = expected
    self.residual = residual
    self.limit = limit
    self.rounding = rounding
    self.coarsest = coarsest
    self.isOnSteps = isOnSteps
    self.modules = modules
  }

  enum CodingKeys: String, CodingKey {
    case storage, change, kept, expected, residual, limit, rounding, coarsest, modules
    case keptError = "kept_error"
    case isOnSteps = "is_on_steps"
  }
}
