/// The linear maps of a block. A plain MLP has no gate.
package enum Projection: Int, CaseIterable, Sendable {
  case query, key, value, attentionOutput, gate, up, down
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

  package init(_ path: String, _ projections: [Projection], hasBias: Bool = false, storage: Storage = .plain) {
    self.path = path
    self.projections = projections
    self.hasBias = hasBias
    self.storage = storage
  }
}
