import Checkpoints

/// The buffers that hold a wave between the steps of a layer.
final class Activations {
  let rowCapacity: Int
  let slotCapacity: Int
  /// The residual stream, [rows, hidden].
  let residual: FloatBuffer
  /// [rows, queryWidth]
  let queries: FloatBuffer
  let attended: FloatBuffer
  /// [slots, keyValueWidth]
  let keys: FloatBuffer
  let values: FloatBuffer
  /// Nil for a model without experts.
  let mixture: MixtureBuffers?

  init(_ spec: DecoderSpec, rows: Int, slots: Int) {
    rowCapacity = rows
    slotCapacity = slots
    residual = FloatBuffer(rows * spec.hiddenSize)
    queries = FloatBuffer(rows * spec.queryWidth)
    attended = FloatBuffer(rows * spec.queryWidth)
    keys = FloatBuffer(slots * spec.keyValueWidth)
    values = FloatBuffer(slots * spec.keyValueWidth)
    mixture = spec.mixture.map { MixtureBuffers($0, hiddenSize: spec.hiddenSize, rows: rows) }
  }
}

/// What rows hold between the steps of a block of experts, where they meet.
final class MixtureBuffers {
  /// What the experts read, [rows, hidden].
  let normed: FloatBuffer
  /// The weighted sum of what they say, [rows, hidden].
  let sum: FloatBuffer
  /// What some experts say, row after row of theirs, [rows, hidden].
  let said: FloatBuffer
  let choices: ExpertChoices

  init(_ mixture: Mixture, hiddenSize: Int, rows: Int) {
    normed = FloatBuffer(rows * hiddenSize)
    sum = FloatBuffer(rows * hiddenSize)
    said = FloatBuffer(rows * hiddenSize)
    choices = ExpertChoices(mixture, rows: rows)
  }
}

/// One thread's buffers for the row-wise part of a layer, sized to stay in its second-level cache.
final class BlockScratch: @unchecked Sendable {
  // Sendable: each thread of a team has its own.
  /// Rows a thread takes through the row-wise part at a time: whole GEMM tiles of six.
  static let rows = 96
  let normed: FloatBuffer
  /// What the MLP of a parallel block reads, while `normed` holds what attention adds.
  let beside: FloatBuffer
  let gate: FloatBuffer
  let up: FloatBuffer
  let routerLogits: FloatBuffer
  let sharedGate: FloatBuffer

  init(_ spec: DecoderSpec) {
    normed = FloatBuffer(Self.rows * spec.hiddenSize)
    beside = FloatBuffer(spec.isParallel ? Self.rows * spec.hiddenSize : 0)
    gate = FloatBuffer(spec.isGated ? Self.rows * spec.widestMLP : 0)
    up = FloatBuffer(Self.rows * spec.widestMLP)
    routerLogits = FloatBuffer(Self.rows * (spec.mixture?.expertCount ?? 0))
    sharedGate = FloatBuffer(spec.mixture == nil ? 0 : Self.rows)
  }
}
