import CKernels
import Checkpoints

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
