import CKernels
import Checkpoints
import Diagnostics

/// The adapted linear maps of a block.
package enum Projection: Int, CaseIterable, Sendable {
  case query, key, value, attentionOutput, gate, up, down
}

/// A low-rank addition to one matrix: y += s · B (A x), unmerged.
struct LowRankDelta: Sendable {
  let a: PackedMatrix
  let b: PackedMatrix
  let scale: Float

  init(a aTensor: Tensor, b bTensor: Tensor, scale: Float) {
    a = PackedMatrix(outputs: aTensor.rows, inputs: aTensor.columns)
    b = PackedMatrix(outputs: bTensor.rows, inputs: bTensor.columns)
    self.scale = scale
    let scratch = FloatBuffer(16 * max(a.inputs, b.inputs))
    // Opening an adapter has checked that its weights are finite.
    for strip in 0..<a.stripCount { _ = a.pack(strip: strip, from: aTensor, scratch: scratch.pointer) }
    for strip in 0..<b.stripCount { _ = b.pack(strip: strip, from: bTensor, scratch: scratch.pointer) }
  }

  /// x [rows, inputs], y [rows, outputs]; `scratch` holds rows · (rank + outputs) floats.
  func add(
    _ x: UnsafePointer<Float>, stride xStride: Int, rows: Int, to y: UnsafeMutablePointer<Float>, stride yStride: Int,
    scratch: UnsafeMutablePointer<Float>
  ) {
    let inner = scratch
    let delta = scratch + rows * a.outputs
    a.multiply(x, stride: xStride, rows: rows, into: inner, stride: a.outputs)
    b.multiply(inner, stride: a.outputs, rows: rows, into: delta, stride: b.outputs)
    for row in 0..<rows { hf_add_scaled(y + row * yStride, delta + row * b.outputs, scale, b.outputs) }
  }
}

/// An adapter's deltas by layer and projection, packed once: adapters are small.
package struct LowRankAdapter: Sendable {
  private let deltas: [[LowRankDelta?]]
  let largestRank: Int
  /// The adapter's folder.
  let path: String

  /// - Throws: `InputError` for a module that this decoder does not have (the checkpoint's shapes were checked when it was opened).
  package init(_ adapter: Adapter, spec: DecoderSpec) throws {
    var deltas = [[LowRankDelta?]](
      repeating: Array(repeating: nil, count: Projection.allCases.count), count: spec.layerCount)
    var rank = 0
    let places = Self.places(spec)
    for module in adapter.modules {
      guard let (layer, projection) = places[module.path + ".weight"] else {
        throw InputError(
          adapter.path, field: module.path, "adapters on this module are not supported",
          remedy: "adapt the blocks' linear layers (q_proj, k_proj, v_proj, o_proj, gate_proj, up_proj, down_proj)")
      }
      deltas[layer][projection.rawValue] = LowRankDelta(a: module.a, b: module.b, scale: module.scale)
      rank = max(rank, module.a.rows)
    }
    self.deltas = deltas
    largestRank = rank
    path = adapter.path
  }

  func delta(_ layer: Int, _ projection: Projection) -> LowRankDelta? { deltas[layer][projection.rawValue] }

  private static func places(_ spec: DecoderSpec) -> [String: (layer: Int, projection: Projection)] {
    let names = spec.names
    let templates: [(String, Projection)] = [
      (names.query, .query), (names.key, .key), (names.value, .value), (names.attentionOutput, .attentionOutput),
      (names.gate, .gate), (names.up, .up), (names.down, .down),
    ]
    var places: [String: (layer: Int, projection: Projection)] = [:]
    for layer in 0..<spec.layerCount {
      for (template, projection) in templates { places[names.name(template, layer: layer)] = (layer, projection) }
    }
    return places
  }
}
