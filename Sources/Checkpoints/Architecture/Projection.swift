/// The linear maps of a block. A plain MLP has no gate; in a block of experts `gate`, `up` and `down` are those of the MLP that all rows
/// share, where there is one, or of one expert.
package enum Projection: Int, CaseIterable, Sendable {
  case query, key, value, attentionOutput, gate, up, down
  /// One logit an expert.
  case router
  /// One number, whose sigmoid the shared MLP is multiplied by.
  case sharedGate

  package static let mlp: Set<Projection> = [.gate, .up, .down]
}

/// One linear module of a block as the checkpoint stores it: a projection by itself, or several whose rows follow one another.
package struct LinearModule: Sendable, Equatable {
  /// How a Hugging Face file keeps the weight.
  package enum Storage: Sendable, Equatable {
    /// [outputs, inputs], the projections' rows one after another.
    case plain
    /// [inputs, outputs], GPT-2's `Conv1D`.
    case transposed
    /// GPT-NeoX's `query_key_value`: for every head its rows of the query, then of the key, then of the value.
    case byHead
  }

  /// The module's path below the block's, such as "self_attn.q_proj".
  package let path: String
  /// Whose rows it holds, in their order.
  package let projections: [Projection]
  package var hasBias: Bool
  package let storage: Storage
  /// The width of the MLP that it is part of, where that is not the model's `intermediateSize`.
  package let width: Int?

  package init(
    _ path: String, _ projections: [Projection], hasBias: Bool = false, storage: Storage = .plain, width: Int? = nil
  ) {
    self.path = path
    self.projections = projections
    self.hasBias = hasBias
    self.storage = storage
    self.width = width
  }
}
