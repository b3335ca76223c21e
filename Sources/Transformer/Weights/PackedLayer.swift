import Checkpoints
import Diagnostics
import Synchronization

/// One block's matrices but its experts', decoded to fp32 and packed: the only layer that is in memory in this form.
final class PackedLayer: Sendable {
  /// By layer, then by `Projection.rawValue`; nil where the block has no such map. Those of different layers share their memory.
  private let matrices: [[PackedMatrix?]]

  init(_ spec: DecoderSpec) {
    let shapes = (0..<spec.layerCount).map { layer in
      Projection.allCases.map { spec.place(of: $0, layer: layer)?.shape }
    }
    let storages = Projection.allCases.indices.map { projection in
      let largest = shapes.compactMap { $0[projection].map { PackedMatrix.floats(outputs: $0[0], inputs: $0[1]) } }
        .max()
      return largest.map { FloatBuffer($0) }
    }
    matrices = shapes.map { layer in
      zip(layer, storages).map { shape, storage in
        shape.map { PackedMatrix(outputs: $0[0], inputs: $0[1], storage: storage) }
      }
    }
  }

  /// A matrix of the layer that was loaded last.
  func matrix(_ projection: Projection, layer: Int) -> PackedMatrix? { matrices[layer][projection.rawValue] }

  /// Decodes a layer in place of the one before it. `scratch` is one buffer a thread, each of 16 · the longest row.
  ///
  /// - Throws: `InputError` naming the tensor that has a weight which is not a finite number.
  func load(_ layer: LayerTensors, at index: Int, team: ThreadTeam, scratch: [FloatBuffer], path: String) throws {
    let pairs = zip(matrices[index], layer.matrices).compactMap { packed, stored in
      packed.flatMap { packed in stored.map { (packed, $0) } }
    }
    try pack(pairs, team: team, scratch: scratch, path: path)
  }
}

/// Decodes matrices into the packed ones beside them, strip by strip.
///
/// - Throws: `InputError` naming the tensor that has a weight which is not a finite number.
func pack(
  _ pairs: [(PackedMatrix, LayerTensors.Matrix)], team: ThreadTeam, scratch: [FloatBuffer], path: String
) throws {
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

/// A damaged or diverged checkpoint, found while its weights are decoded.
func nonFiniteWeight(in tensor: Tensor, path: String) -> InputError {
  InputError(
    path, field: tensor.name, "a weight is not a finite number",
    remedy: "the checkpoint is damaged or its training diverged: use an earlier one")
}
