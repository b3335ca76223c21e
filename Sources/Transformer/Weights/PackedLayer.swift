import Checkpoints
import Diagnostics
import Synchronization

/// One block's matrices, decoded to fp32 and packed: the only layer that is in memory in this form.
final class PackedLayer: Sendable {
  /// By `Projection.rawValue`; nil where the block has no such map.
  private let matrices: [PackedMatrix?]

  init(_ spec: DecoderSpec) {
    let projections = Set(spec.projections)
    matrices = Projection.allCases.map { projection in
      guard projections.contains(projection) else { return nil }
      let shape = spec.shape(of: projection)
      return PackedMatrix(outputs: shape[0], inputs: shape[1])
    }
  }

  subscript(_ projection: Projection) -> PackedMatrix? { matrices[projection.rawValue] }

  /// Decodes a layer in place of the one before it. `scratch` is one buffer a thread, each of 16 · the longest row.
  ///
  /// - Throws: `InputError` naming the tensor that has a weight which is not a finite number.
  func load(_ layer: LayerTensors, team: ThreadTeam, scratch: [FloatBuffer], path: String) throws {
    let pairs = zip(matrices, layer.matrices).compactMap { packed, stored in
      packed.flatMap { packed in stored.map { (packed, $0) } }
    }
    var strips: [(matrix: Int, strip: Int)] = []
    for (index, pair) in pairs.enumerated() {
      strips += (0..<pair.0.stripCount).map { (index, $0) }
    }
    let firstBad = Atomic<Int>(Int.max)
    // Eight strips a task: enough work to be worth the counter, little enough to divide evenly.
    team.run((strips.count + 7) / 8) { task, worker in
      for (matrix, strip) in strips[task * 8..<min(strips.count, task * 8 + 8)] {
        let (packed, stored) = pairs[matrix]
        let finite = packed.pack(
          strip: strip, from: stored.tensor, firstRow: stored.firstRow, scratch: scratch[worker].pointer)
        if !finite { firstBad.min(matrix, ordering: .relaxed) }
      }
    }
    let bad = firstBad.load(ordering: .relaxed)
    if bad != Int.max { throw nonFiniteWeight(in: pairs[bad].1.tensor, path: path) }
  }
}

/// A damaged or diverged checkpoint, found while its weights are decoded.
func nonFiniteWeight(in tensor: Tensor, path: String) -> InputError {
  InputError(
    path, field: tensor.name, "a weight is not a finite number",
    remedy: "the checkpoint is damaged or its training diverged: use an earlier one")
}
