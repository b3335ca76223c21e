import CKernels
import Checkpoints

/// One sequence's keys (rotated) and values at every layer, in pages of 64 positions: packed, so that attention reads
/// them as they lie.
final class SequenceCache {
  /// The floats of one layer's and one head's packed keys, and of its values.
  struct Layout {
    let keyFloats: Int
    let valueFloats: Int
    let heads: Int
    let pageFloats: Int

    init(_ spec: DecoderSpec) {
      keyFloats = hf_packed_count(Int(HF_KEY_TILE), spec.headDimension)
      valueFloats = hf_packed_count(spec.headDimension, Int(HF_KEY_TILE))
      heads = spec.keyValueHeadCount
      pageFloats = spec.layerCount * spec.keyValueHeadCount * (keyFloats + valueFloats)
    }

    var pageBytes: Int { pageFloats * MemoryLayout<Float>.stride }

    static func pages(_ positions: Int) -> Int { (positions + Int(HF_KEY_TILE) - 1) / Int(HF_KEY_TILE) }
  }

  private let layout: Layout
  private var pages: [FloatBuffer] = []

  init(_ layout: Layout) { self.layout = layout }

  /// Makes room for this many positions.
  func reserve(_ positions: Int) {
    while pages.count < Layout.pages(positions) {
      let page = FloatBuffer(layout.pageFloats)
      // Positions that are not there yet weigh exactly 0, which only finite values survive.
      page.pointer.update(repeating: 0, count: page.count)
      pages.append(page)
    }
  }

  /// Positions [64 · index, 64 · index + 63] of a layer and key-value head.
  func tile(_ index: Int, layer: Int, head: Int) -> PackedTile {
    let offset = (layer * layout.heads + head) * (layout.keyFloats + layout.valueFloats)
    let keys = pages[index].pointer + offset
    return PackedTile(keys: keys, values: keys + layout.keyFloats)
  }
}

extension PackedTile {
  /// Puts one position's key and value (`dimension` floats each) at `index` of the tile's 64.
  func set(_ index: Int, key: UnsafePointer<Float>, value: UnsafePointer<Float>, dimension: Int) {
    let strip = Int(HF_STRIP)
    let keyTo = keys + index / strip * strip * dimension + index % strip
    for i in 0..<dimension { keyTo[i * strip] = key[i] }
    for i in stride(from: 0, to: dimension, by: strip) {
      (values + i * Int(HF_KEY_TILE) + index * strip).update(from: value + i, count: min(strip, dimension - i))
    }
  }
}
