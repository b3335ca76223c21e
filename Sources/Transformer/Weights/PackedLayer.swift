import Checkpoints
import Diagnostics
import Synchronization

/// One block's matrices, decoded to fp32 and packed: the only layer that is in memory in this form.
final class PackedLayer: Sendable {
  let query: PackedMatrix
  let key: PackedMatrix
  let value: PackedMatrix
  let attentionOutput: PackedMatrix
  let gate: PackedMatrix
  let up: PackedMatrix
  let down: PackedMatrix

  init(_ spec: DecoderSpec) {
    query = PackedMatrix(outputs: spec.queryWidth, inputs: spec.hiddenSize)
    key = PackedMatrix(outputs: spec.keyValueWidth, inputs: spec.hiddenSize)
    value = PackedMatrix(outputs: spec.keyValueWidth, inputs: spec.hiddenSize)
    attentionOutput = PackedMatrix(outputs: spec.hiddenSize, inputs: spec.queryWidth)
    gate = PackedMatrix(outputs: spec.intermediateSize, inputs: spec.hiddenSize)
    up = PackedMatrix(outputs: spec.intermediateSize, inputs: spec.hiddenSize)
    down = PackedMatrix(outputs: spec.hiddenSize, inputs: spec.intermediateSize)
  }

  /// Decodes a layer in place of the one before it. `scratch` is one buffer a thread, each of 16 · the longest row.
  ///
  /// - Throws: `InputError` naming the tensor that has a weight which is not a finite number.
  func load(_ layer: LayerTensors, team: ThreadTeam, scratch: [FloatBuffer], path: String) throws {
    let pairs = [
      (query, layer.query), (key, layer.key), (value, layer.value), (attentionOutput, layer.attentionOutput),
      (gate, layer.gate), (up, layer.up), (down, layer.down),
    ]
    var strips: [(matrix: Int, strip: Int)] = []
    for (index, pair) in pairs.enumerated() {
      strips += (0..<pair.0.stripCount).map { (index, $0) }
    }
    let firstBad = Atomic<Int>(Int.max)
    // Eight strips a task: enough work to be worth the counter, little enough to divide evenly.
    team.run((strips.count + 7) / 8) { task, worker in
      for (matrix, strip) in strips[task * 8..<min(strips.count, task * 8 + 8)] {
        let (packed, tensor) = pairs[matrix]
        let finite = packed.pack(strip: strip, from: tensor, scratch: scratch[worker].pointer)
        if !finite { firstBad.min(matrix, ordering: .relaxed) }
      }
    }
    let bad = firstBad.load(ordering: .relaxed)
    if bad != Int.max { throw nonFiniteWeight(in: pairs[bad].1, path: path) }
  }
}

/// A damaged or diverged checkpoint, found while its weights are decoded.
func nonFiniteWeight(in tensor: Tensor, path: String) -> InputError {
  InputError(
    path, field: tensor.name, "a weight is not a finite number",
    remedy: "the checkpoint is damaged or its training diverged: use an earlier one")
}
