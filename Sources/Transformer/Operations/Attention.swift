import CKernels
import Checkpoints

/// Causal grouped-query attention over packed branches.
///
/// For a row at position p and a query head: softmax over the keys 0...p of its own prefix, in tiles of 64 keys that begin at absolute
/// positions divisible by 64, online (Milakov and Gimelshein 2018), tile after tile. What shares a tile with a row never
/// enters its result: keys beyond p, and in a layer with a window those before p - window + 1, weigh exactly 0.
struct Attention {
  let spec: DecoderSpec
  let layer: Int
  let plan: AttentionPlan
  /// The slot of the wave's first row.
  let spineLength: Int
  /// [slots, keyValueWidth], rotated.
  let keys: UnsafePointer<Float>
  let values: UnsafePointer<Float>
  let rows: AttentionRows

  /// The work is one task a unit and key-value head.
  var taskCount: Int { plan.units.count * spec.keyValueHeadCount }

  func forward(task: Int, scratch: AttentionScratch) {
    let unit = plan.units[task / spec.keyValueHeadCount]
    let head = task % spec.keyValueHeadCount
    let prefix = plan.prefixes[unit.prefix]
    rows.gather(unit.pieces, head: head, scratch)
    let window = spec.attention[layer].window

    // Tiles that lie whole within the common prefix serve all queries of the unit at once.
    let sharedTiles = prefix.count / tileSize
    for tile in firstTile(unit.pieces, window)..<max(sharedTiles, firstTile(unit.pieces, window)) {
      pack(tile: tile, keyCount: tileSize, head: head, scratch) { prefix[$0] }
      rows.attend(0..<unit.rowCount, to: scratch.packed, tileStart: tile * tileSize, window: window, scratch)
    }
    var begin = 0
    for piece in unit.pieces {
      let last = piece.startPosition + piece.count - 1
      let firstSlot = Int32(spineLength + piece.firstRow - piece.startPosition)
      let first = max(sharedTiles, firstTile([piece], window))
      for tile in first...last / tileSize {
        let tileStart = tile * tileSize
        pack(tile: tile, keyCount: min(tileSize, last + 1 - tileStart), head: head, scratch) { position in
          position < prefix.count ? prefix[position] : firstSlot + Int32(position)
        }
        // Rows before the tile see none of it.
        let skipped = max(0, tileStart - piece.startPosition)
        rows.attend(
          begin + skipped..<begin + piece.count, to: scratch.packed, tileStart: tileStart, window: window, scratch)
      }
      begin += piece.count
    }
    rows.finish(unit.pieces, head: head, scratch)
  }

  private var tileSize: Int { Int(HF_KEY_TILE) }

  /// The first tile that the earliest of some pieces' rows sees.
  private func firstTile(_ pieces: [AttentionPlan.Piece], _ window: Int?) -> Int {
    AttentionRows.firstVisible(pieces.map(\.startPosition).min() ?? 0, window) / tileSize
  }

  private func pack(
    tile: Int, keyCount: Int, head: Int, _ scratch: AttentionScratch, slot: (_ position: Int) -> Int32
  ) {
    let first = tile * tileSize
    for key in 0..<keyCount { scratch.slots[key] = slot(first + key) }
    let offset = head * spec.headDimension
    hf_pack_keys(
      keys + offset, spec.keyValueWidth, scratch.slots, Int32(keyCount), spec.headDimension, scratch.packedKeys.pointer)
    hf_pack_values(
      values + offset, spec.keyValueWidth, scratch.slots, Int32(keyCount), spec.headDimension,
      scratch.packedValues.pointer)
  }
}

/// A wave's queries and what attention makes of them, tile of keys by tile: the one order of operations, wherever the
/// keys are kept.
struct AttentionRows {
  let spec: DecoderSpec
  /// [rows, queryWidth], rotated.
  let queries: UnsafePointer<Float>
  /// [rows, queryWidth]
  let output: UnsafeMutablePointer<Float>

  /// Copies the pieces' queries of one key-value head: [row · groupSize + member, headDimension].
  func gather(_ pieces: [AttentionPlan.Piece], head: Int, _ scratch: AttentionScratch) {
    let width = spec.groupSize * spec.headDimension
    var to = scratch.queries.pointer
    var index = 0
    for piece in pieces {
      for row in piece.firstRow..<piece.firstRow + piece.count {
        to.update(from: queries + row * spec.queryWidth + head * width, count: width)
        to += width
        scratch.positions[index] = Int32(piece.startPosition + row - piece.firstRow)
        index += 1
      }
    }
    let rows = pieces.reduce(0) { $0 + $1.count } * spec.groupSize
    scratch.accumulator.pointer.update(repeating: 0, count: rows * spec.headDimension)
    scratch.maximum.pointer.update(repeating: -.infinity, count: rows)
    scratch.sum.pointer.update(repeating: 0, count: rows)
  }

  /// The first position that a query sees.
  static func firstVisible(_ position: Int, _ window: Int?) -> Int { window.map { max(0, position - $0 + 1) } ?? 0 }

  /// One packed tile, whose first key is at `tileStart`, for some of the gathered rows, the first of which sees at least one of its keys or comes
  /// after all of them.
  func attend(
    _ rows: Range<Int>, to tile: PackedTile, tileStart: Int, window: Int?, _ scratch: AttentionScratch
  ) {
    guard !rows.isEmpty else { return }
    let group = spec.groupSize
    let d = spec.headDimension
    let tileSize = Int(HF_KEY_TILE)
    let first = rows.lowerBound * group
    let count = rows.count * group
    let scores = scratch.scores.pointer
    let accumulator = scratch.accumulator.pointer + first * d
    hf_gemm(
      scratch.queries.pointer + first * d, d, count, tile.keys, d, tileSize, 0, 1, scores, tileSize, 0)
    for index in 0..<count {
      let position = Int(scratch.positions[rows.lowerBound + index / group])
      let begin = max(0, Self.firstVisible(position, window) - tileStart)
      let end = min(tileSize, position + 1 - tileStart)
      hf_softmax_tile(
        scores + index * tileSize, Int32(min(begin, tileSize)), Int32(end), spec.attentionScale, spec.attentionCap ?? 0,
        scratch.maximum.pointer + first + index, scratch.sum.pointer + first + index, accumulator + index * d, d)
    }
    hf_gemm(
      scores, tileSize, count, tile.values, tileSize, d, 0, (d + 63) / 64, accumulator, d, 1)
  }

  /// Divides by the sums and puts the rows where they belong.
  func finish(_ pieces: [AttentionPlan.Piece], head: Int, _ scratch: AttentionScratch) {
    let group = spec.groupSize
    let d = spec.headDimension
    var index = 0
    for piece in pieces {
      for row in piece.firstRow..<piece.firstRow + piece.count {
        let to = output + row * spec.queryWidth + head * group * d
        for member in 0..<group {
          hf_divide(scratch.accumulator.pointer + index * d, scratch.sum.pointer[index], to + member * d, d)
          index += 1
        }
      }
    }
  }
}

/// One key-value head's 64 keys and values, as `hf_pack_keys` and `hf_pack_values` lay them out.
struct PackedTile {
  let keys: UnsafeMutablePointer<Float>
  let values: UnsafeMutablePointer<Float>
}

/// One thread's working memory for attention.
final class AttentionScratch: @unchecked Sendable {
  // Sendable: each thread of a team has its own.
  let queries: FloatBuffer
  let accumulator: FloatBuffer
  let scores: FloatBuffer
  let maximum: FloatBuffer
  let sum: FloatBuffer
  let packedKeys: FloatBuffer
  let packedValues: FloatBuffer
  let slots: UnsafeMutablePointer<Int32>
  /// Of the gathered rows.
  let positions: UnsafeMutablePointer<Int32>

  var packed: PackedTile { PackedTile(keys: packedKeys.pointer, values: packedValues.pointer) }

  /// The rows of a unit that keep a thread's buffers near half a megabyte.
  static func unitRows(_ spec: DecoderSpec) -> Int { max(8, 384 / spec.groupSize) }

  init(_ spec: DecoderSpec) {
    let rows = Self.unitRows(spec) * spec.groupSize
    queries = FloatBuffer(rows * spec.headDimension)
    accumulator = FloatBuffer(rows * spec.headDimension)
    scores = FloatBuffer(rows * Int(HF_KEY_TILE))
    maximum = FloatBuffer(rows)
    sum = FloatBuffer(rows)
    packedKeys = FloatBuffer(hf_packed_count(Int(HF_KEY_TILE), spec.headDimension))
    packedValues = FloatBuffer(hf_packed_count(spec.headDimension, Int(HF_KEY_TILE)))
    slots = .allocate(capacity: Int(HF_KEY_TILE))
    positions = .allocate(capacity: Self.unitRows(spec))
  }

  deinit {
    slots.deallocate()
    positions.deallocate()
  }
}
