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
  /// Where the block's experts read and add up; nil in a dense block.
  private let mixture: MixtureBuffers?

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
    mixture = spec.isSparse(layer: layer) ? buffers.mixture : nil
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
    case .attentionNormed, .attentionBranch, .attentionBranchNormed, .mlpBranchNormed, .shared:
      return scratch.normed.pointer
    // In a block of experts these outlive the thread's turn.
    case .mlpBranch, .experts: return mixture.map { $0.sum.pointer + first * spec.hiddenSize } ?? scratch.normed.pointer
    case .mlpNormed:
      if let mixture { return mixture.normed.pointer + first * spec.hiddenSize }
      return spec.isParallel ? scratch.beside.pointer : scratch.normed.pointer
    case .routerLogits: return scratch.routerLogits.pointer
    case .sharedGate: return scratch.sharedGate.pointer
    case .gate: return scratch.gate.pointer
    case .up: return scratch.up.pointer
    case .gated: return spec.isGated ? scratch.gate.pointer : scratch.up.pointer
    }
  }

  /// Whether the rows' residual stream is finite.
  var isFinite: Bool { hf_first_non_finite(self[.output], block.rows.count * spec.hiddenSize) < 0 }
}
