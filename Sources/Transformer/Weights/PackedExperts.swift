import Checkpoints

/// A few experts of one layer, decoded to fp32 and packed: those that rows of a wave chose, some at a time.
final class PackedExperts: Sendable {
  /// By place, then by `ExpertMap`.
  private let matrices: [[PackedMatrix]]

  /// Bytes of packed experts that are in memory at a time, where one expert is not larger by itself.
  private static let budget = 128 << 20

  /// Nil for a model without experts.
  init?(_ spec: DecoderSpec) {
    guard let mixture = spec.mixture else { return nil }
    let shapes = ExpertMap.allCases.map { spec.shape(of: $0.projection, width: mixture.width) }
    let bytes = shapes.reduce(0) { $0 + PackedMatrix.floats(outputs: $1[0], inputs: $1[1]) * 4 }
    let places = min(mixture.expertCount, max(1, Self.budget / max(1, bytes)))
    matrices = (0..<places).map { _ in shapes.map { PackedMatrix(outputs: $0[0], inputs: $0[1]) } }
  }

  /// How many experts there is room for.
  var capacity: Int { matrices.count }

  func matrix(_ map: ExpertMap, at place: Int) -> PackedMatrix { matrices[place][map.rawValue] }

  /// Decodes experts into the first places, in their order.
  ///
  /// - Throws: `InputError` naming the tensor that has a weight which is not a finite number.
  func load(_ experts: [[LayerTensors.Matrix]], team: ThreadTeam, scratch: [FloatBuffer], path: String) throws {
    let pairs = zip(matrices, experts).flatMap { packed, stored in zip(packed, stored).map { ($0, $1) } }
    try pack(pairs, team: team, scratch: scratch, path: path)
  }
}

/// The maps of one expert.
enum ExpertMap: Int, CaseIterable {
  case gate, up, down

  var projection: Projection {
    switch self {
    case .gate: .gate
    case .up: .up
    case .down: .down
    }
  }

  init?(_ projection: Projection) {
    guard let map = Self.allCases.first(where: { $0.projection == projection }) else { return nil }
    self = map
  }
}
