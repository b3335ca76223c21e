import CKernels
import Checkpoints
import Diagnostics

/// The engine's numeric version: a score is only ever compared with, or taken from, a score of the same version.
///
/// It changes whenever a kernel's order of operations does; the instruction set is not part of it, because all give the same bits.
package let engineNumericsID = "holdfast-fp32-1"

/// One hand-written decoder: runs the rows of a wave layer by layer, every layer's weights decoded once a wave.
///
/// A decoder is used by one caller at a time; inside, the work of each step is divided over a team of threads.
package final class Decoder {
  package let spec: DecoderSpec
  package let team: ThreadTeam
  let weights: DecoderWeights
  let adapters: [LowRankAdapter]
  let layer: PackedLayer
  let projection: VocabularyProjection
  /// One buffer a thread for decoding rows of weights and for low-rank deltas.
  let scratch: [FloatBuffer]
  let attentionScratch: [AttentionScratch]
  let rowScratch: [BlockScratch]
  var rotary: RotaryTable
  var spine: SpineCache
  var activations: Activations?

  /// - Parameter adapters: low-rank adapters that waves refer to by index.
  /// - Throws: `InputError` for weights or adapters that do not fit the configuration.
  package init(_ checkpoint: Checkpoint, adapters: [Adapter] = [], threads: Int) throws {
    spec = try DecoderSpec(checkpoint)
    weights = try DecoderWeights(checkpoint.tensors, spec: spec)
    self.adapters = try adapters.map { [spec] in try LowRankAdapter($0, spec: spec) }
    team = ThreadTeam(threads)
    layer = PackedLayer(spec)
    projection = VocabularyProjection(weights.head, path: weights.path)
    let widest = max(spec.hiddenSize, spec.intermediateSize, spec.queryWidth)
    let rank = self.adapters.map(\.largestRank).max() ?? 0
    scratch = (0..<team.count).map { _ in
      FloatBuffer(max(16 * widest, BlockScratch.rows * (rank + widest)))
    }
    attentionScratch = (0..<team.count).map { [spec] _ in AttentionScratch(spec) }
    rowScratch = (0..<team.count).map { [spec] _ in BlockScratch(spec) }
    rotary = RotaryTable(spec, positionCount: 0)
    spine = SpineCache(spec)
  }
}

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
  let gate: FloatBuffer
  let up: FloatBuffer

  init(_ spec: DecoderSpec) {
    normed = FloatBuffer(Self.rows * spec.hiddenSize)
    gate = FloatBuffer(Self.rows * spec.intermediateSize)
    up = FloatBuffer(Self.rows * spec.intermediateSize)
  }
}

/// Keys and values, rotated, of a prefix that is carried from one wave to the next: positions 0, 1, … of every layer.
struct SpineCache {
  let width: Int
  private(set) var length = 0
  private var keys: [[Float]]
  private var values: [[Float]]
  private var nextLength = 0

  init(_ spec: DecoderSpec) {
    width = spec.keyValueWidth
    keys = Array(repeating: [], count: spec.layerCount)
    values = Array(repeating: [], count: spec.layerCount)
  }

  func restore(layer: Int, count: Int, keys keyBuffer: FloatBuffer, values valueBuffer: FloatBuffer) {
    keys[layer].withUnsafeBufferPointer {
      if let base = $0.baseAddress { keyBuffer.pointer.update(from: base, count: count * width) }
    }
    values[layer].withUnsafeBufferPointer {
      if let base = $0.baseAddress { valueBuffer.pointer.update(from: base, count: count * width) }
    }
  }

  mutating func save(layer: Int, slots: [Int32], keys keyBuffer: FloatBuffer, values valueBuffer: FloatBuffer) {
    keys[layer] = Self.gather(slots, keyBuffer, width)
    values[layer] = Self.gather(slots, valueBuffer, width)
    nextLength = slots.count
  }

  mutating func endWave() { length = nextLength }

  private static func gather(_ slots: [Int32], _ buffer: FloatBuffer, _ width: Int) -> [Float] {
    var rows: [Float] = []
    rows.reserveCapacity(slots.count * width)
    for slot in slots {
      rows.append(contentsOf: UnsafeBufferPointer(start: buffer.pointer + Int(slot) * width, count: width))
    }
    return rows
  }
}
