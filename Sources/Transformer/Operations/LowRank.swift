import CKernels
import Checkpoints
import Diagnostics

/// A low-rank addition to one matrix: y += s · (B (A x) + bias), unmerged.
struct LowRankDelta: Sendable {
  let a: PackedMatrix
  let b: PackedMatrix
  let scale: Float
  /// [outputs]; nil where the addition has none.
  let bias: [Float]?

  /// - Parameter rows: the outputs that this matrix has of the module that B is for.
  init(_ module: AdapterModule, rows: Range<Int>) {
    let (aTensor, bTensor) = (module.a, module.b)
    a = PackedMatrix(outputs: aTensor.rows, inputs: aTensor.columns)
    b = PackedMatrix(outputs: rows.count, inputs: bTensor.columns)
    scale = module.scale
    bias = module.bias.map { Array($0[rows]) }
    let scratch = FloatBuffer(16 * max(a.inputs, b.inputs))
    // Opening an adapter has checked that its weights are finite.
    for strip in 0..<a.stripCount { _ = a.pack(strip: strip, from: aTensor, scratch: scratch.pointer) }
    for strip in 0..<b.stripCount {
      _ = b.pack(strip: strip, from: bTensor, firstRow: rows.lowerBound, scratch: scratch.pointer)
    }
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
    for row in 0..<rows {
      hf_add_scaled(y + row * yStride, delta + row * b.outputs, scale, b.outputs)
      if let bias { hf_add_scaled(y + row * yStride, bias, scale, b.outputs) }
    }
  }
}

/// An adapter's deltas by layer and projection, packed once: adapters are small.
package struct LowRankAdapter: Sendable {
  private let deltas: [[LowRankDelta?]]
  /// By `expertKey`.
  private let expertDeltas: [Int: LowRankDelta]
  private let expertCount: Int
  let largestRank: Int
  /// The adapter's folder.
  let path: String

  /// - Throws: `InputError` for a module that this decoder does not have (the checkpoint's shapes were checked when it was opened).
  package init(_ adapter: Adapter, spec: DecoderSpec) throws {
    var deltas = [[LowRankDelta?]](
      repeating: Array(repeating: nil, count: Projection.allCases.count), count: spec.layerCount)
    var expertDeltas: [Int: LowRankDelta] = [:]
    let expertCount = spec.mixture?.expertCount ?? 0
    var rank = 0
    let places = Dictionary(
      (0..<spec.layerCount).flatMap { layer in Self.places(layer: layer, spec) },
      uniquingKeysWith: { first, _ in first })
    for adapted in adapter.modules {
      guard let (layer, expert, module) = places[adapted.path] else {
        throw InputError(
          adapter.path, field: adapted.path, "adapters on this module are not supported",
          remedy: "adapt the blocks' linear layers")
      }
      // A fused module has one A, and a B as tall as all of its projections together.
      var first = 0
      for projection in module.projections {
        let outputs = spec.shape(of: projection, width: module.width)[0]
        let delta = LowRankDelta(adapted, rows: first..<first + outputs)
        if let expert, let map = ExpertMap(projection) {
          expertDeltas[Self.expertKey(layer, expert, map, expertCount)] = delta
        } else {
          deltas[layer][projection.rawValue] = delta
        }
        first += outputs
      }
      rank = max(rank, adapted.a.rows)
    }
    self.deltas = deltas
    self.expertDeltas = expertDeltas
    self.expertCount = expertCount
    largestRank = rank
    path = adapter.path
  }

  /// A block's linear modules by path, and whose expert's each is.
  private static func places(
    layer: Int, _ spec: DecoderSpec
  ) -> [(String, (layer: Int, expert: Int?, module: LinearModule))] {
    let perExpert = max(1, spec.mixture?.experts.count ?? 1)
    return spec.modules(layer: layer).map { (spec.names.path($0.path, layer: layer), (layer, nil, $0)) }
      + spec.expertModules(layer: layer).enumerated().map { index, module in
        (spec.names.path(module.path, layer: layer), (layer, index / perExpert, module))
      }
  }

  private static func expertKey(_ layer: Int, _ expert: Int, _ map: ExpertMap, _ expertCount: Int) -> Int {
    (layer * expertCount + expert) * ExpertMap.allCases.count + map.rawValue
  }

  func delta(_ layer: Int, _ projection: Projection) -> LowRankDelta? { deltas[layer][projection.rawValue] }

  func delta(_ layer: Int, expert: Int, _ map: ExpertMap) -> LowRankDelta? {
    expertDeltas[Self.expertKey(layer, expert, map, expertCount)]
  }
}
