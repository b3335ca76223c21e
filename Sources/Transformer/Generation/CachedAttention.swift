import CKernels
import Checkpoints

/// `Attention` where each segment of a wave continues a sequence of its own, whose keys and values so far are in its
/// cache.
///
/// The tiles, their order and the arithmetic are `Attention`'s: a row's result has the same bits.
struct CachedAttention {
  let spec: DecoderSpec
  let layer: Int
  let segments: [Wave.Segment]
  /// One a segment, with room for its rows.
  let caches: [SequenceCache]
  /// The wave's own, [rows, keyValueWidth], rotated: they are added to the caches.
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let rows: AttentionRows

  /// The work is one task a segment and key-value head.
  var taskCount: Int { segments.count * spec.keyValueHeadCount }

  func forward(task: Int, scratch: AttentionScratch) {
    let segment = segments[task / spec.keyValueHeadCount]
    let cache = caches[task / spec.keyValueHeadCount]
    let head = task % spec.keyValueHeadCount
    add(segment, to: cache, head: head)
    let most = AttentionScratch.unitRows(spec)
    for begin in stride(from: 0, to: segment.count, by: most) {
      let piece = AttentionPlan.Piece(
        firstRow: segment.firstRow + begin, count: min(most, segment.count - begin),
        startPosition: segment.startPosition + begin)
      rows.gather([piece], head: head, scratch)
      let window = spec.attention[layer].window
      let first = AttentionRows.firstVisible(piece.startPosition, window) / tileSize
      for tile in first...(piece.startPosition + piece.count - 1) / tileSize {
        // Rows before the tile see none of it.
        let skipped = max(0, tile * tileSize - piece.startPosition)
        rows.attend(
          skipped..<piece.count, to: cache.tile(tile, layer: layer, head: head),
          tileStart: tile * tileSize, window: window, scratch)
      }
      rows.finish([piece], head: head, scratch)
    }
  }

  private var tileSize: Int { Int(HF_KEY_TILE) }

  private func add(_ segment: Wave.Segment, to cache: SequenceCache, head: Int) {
    for row in 0..<segment.count {
      let position = segment.startPosition + row
      let from = (segment.firstRow + row) * spec.keyValueWidth + head * spec.headDimension
      cache.tile(position / tileSize, layer: layer, head: head).set(
        position % tileSize, key: keys + from, value: values + from, dimension: spec.headDimension)
    }
  }
}
