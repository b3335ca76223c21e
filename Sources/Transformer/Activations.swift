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

  init(_ spec: DecoderSpec, rows: Int, slots: Int) {
    rowCapacity = rows
    slotCapacity = slots
    residual = FloatBuffer(rows * spec.hiddenSize)
    queries = FloatBuffer(rows * spec.queryWidth)
    attended = FloatBuffer(rows * spec.queryWidth)
    keys = FloatBuffer(slots * spec.keyValueWidth)
    values = FloatBuffer(slots * spec.keyValueWidth)
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

  init(_ spec: DecoderSpec) {
    normed = FloatBuffer(Self.rows * spec.hiddenSize)
    beside = FloatBuffer(spec.isParallel ? Self.rows * spec.hiddenSize : 0)
    gate = FloatBuffer(spec.isGated ? Self.rows * spec.intermediateSize : 0)
    up = FloatBuffer(Self.rows * spec.intermediateSize)
  }
}
