import CKernels
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

/// Rows that one thread takes through the row-wise steps together: of one adapter, at most `BlockScratch.rows`.
struct RowBlock {
  let rows: Range<Int>
  let adapter: Int?
}

/// Where some rows of a wave are in a layer, and where each of the block's values lies for them.
struct BlockPlace {
  let block: RowBlock
  let layer: Int
  let worker: Int
  let positions: [Int32]
  private let buffers: Activations
  private let scratch: BlockScratch
  private let spec: DecoderSpec
  /// The rows' first slot.
  private let slot: Int

  init(
    _ block: RowBlock, layer: Int, _ wave: Wave, _ buffers: Activations, _ scratch: BlockScratch, _ spec: DecoderSpec,
    _ worker: Int
  ) {
    self.block = block
    self.layer = layer
    self.worker = worker
    self.buffers = buffers
    self.scratch = scratch
    self.spec = spec
    positions = wave.positions
    slot = wave.spineLength + block.rows.lowerBound
  }

  /// The residual stream is added to in place, and what a thread needs for its rows alone stays in few buffers: a value takes the place of one
  /// that nothing reads any more.
  subscript(_ value: BlockValue) -> UnsafeMutablePointer<Float> {
    let first = block.rows.lowerBound
    switch value {
    case .input, .middle, .output: return buffers.residual.pointer + first * spec.hiddenSize
    case .rawQueries, .queries: return buffers.queries.pointer + first * spec.queryWidth
    case .rawKeys, .keys: return buffers.keys.pointer + slot * spec.keyValueWidth
    case .values: return buffers.values.pointer + slot * spec.keyValueWidth
    case .attended: return buffers.attended.pointer + first * spec.queryWidth
    case .attentionNormed, .attentionBranch, .attentionBranchNormed, .mlpBranch, .mlpBranchNormed:
      return scratch.normed.pointer
    case .mlpNormed: return spec.isParallel ? scratch.beside.pointer : scratch.normed.pointer
    case .gate: return scratch.gate.pointer
    case .up: return scratch.up.pointer
    case .gated: return spec.isGated ? scratch.gate.pointer : scratch.up.pointer
    }
  }

  /// Whether the rows' residual stream is finite.
  var isFinite: Bool { hf_first_non_finite(self[.output], block.rows.count * spec.hiddenSize) < 0 }
}
