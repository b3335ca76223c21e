import CKernels
import Checkpoints

/// What a block's forward leaves for its backward: a buffer [rows, width] for each of the block's values that is not the residual stream's
/// input or output.
struct BlockActivations {
  /// The block's input and output, which the pass keeps.
  var input: UnsafePointer<Float>?
  var output: UnsafeMutablePointer<Float>?
  private let buffers: [FloatBuffer?]
  var traces: [TrainableDelta.Trace?]
  /// Nil in a dense block.
  let choices: ExpertChoices?
  /// By `BlockValue.rawValue`: where a value lies that takes another's place.
  private let places: [Int]

  init(_ spec: DecoderSpec, layer: Int, rows: Int) {
    let made = Self.made(spec, layer: layer)
    let places = Self.places(spec, layer: layer)
    self.places = places
    buffers = BlockValue.allCases.map { value in
      guard made.contains(value), places[value.rawValue] == value.rawValue, value != .input, value != .output else {
        return nil
      }
      return FloatBuffer(rows * spec.width(of: value, layer: layer))
    }
    traces = Array(repeating: nil, count: Projection.allCases.count)
    choices = spec.isSparse(layer: layer) ? spec.mixture.map { ExpertChoices($0, rows: rows) } : nil
  }

  /// Floats a row takes, for choosing between keeping activations and computing them again.
  static func floats(_ spec: DecoderSpec, layer: Int) -> Int {
    let places = places(spec, layer: layer)
    return made(spec, layer: layer).filter { $0 != .input && $0 != .output && places[$0.rawValue] == $0.rawValue }
      .reduce(0) { $0 + spec.width(of: $1, layer: layer) }
  }

  /// A value, to be read.
  subscript(_ value: BlockValue) -> UnsafePointer<Float> {
    if value == .input, let input { return input }
    return UnsafePointer(place(value))
  }

  /// Where a value is written.
  func place(_ value: BlockValue) -> UnsafeMutablePointer<Float> {
    let own = places[value.rawValue]
    if own == BlockValue.output.rawValue, let output { return output }
    guard let buffer = buffers[own] else { preconditionFailure("a block's steps make every value that they read") }
    return buffer.pointer
  }

  /// The values that a block's steps make.
  private static func made(_ spec: DecoderSpec, layer: Int) -> Set<BlockValue> {
    var made: Set<BlockValue> = []
    for step in spec.blockSteps(layer: layer) {
      switch step {
      case .normalise(_, _, let to), .project(_, _, let to), .mix(_, let to): made.insert(to)
      case .rotate, .choose: break
      case .attend: made.insert(.attended)
      case .activate: made.insert(.gated)
      case .blend: made.insert(.mlpBranch)
      case .add(_, _, let sum): made.insert(sum)
      }
    }
    return made
  }

  /// What a branch adds lies where the sum will: the base is added to it there.
  private static func places(_ spec: DecoderSpec, layer: Int) -> [Int] {
    var places = BlockValue.allCases.map(\.rawValue)
    for step in spec.blockSteps(layer: layer) {
      if case .add(let branch, _, let sum) = step { places[branch.rawValue] = sum.rawValue }
    }
    return places
  }
}

/// Activations that one block after another uses, made when the first does: one set for the dense blocks, one for those of experts.
struct SharedActivations {
  private let spec: DecoderSpec
  private let rows: Int
  private var sets: [BlockActivations?] = [nil, nil]

  init(_ spec: DecoderSpec, rows: Int) {
    self.spec = spec
    self.rows = rows
  }

  subscript(_ layer: Int) -> BlockActivations {
    mutating get { made(layer) }
    set { sets[spec.isSparse(layer: layer) ? 1 : 0] = newValue }
  }

  private mutating func made(_ layer: Int) -> BlockActivations {
    let kind = spec.isSparse(layer: layer) ? 1 : 0
    if let set = sets[kind] { return set }
    let set = BlockActivations(spec, layer: layer, rows: rows)
    sets[kind] = set
    return set
  }
}

/// The gradients of a block's values, zero at first; those of the residual stream are one buffer, which turns from the output's into the input's.
final class BlockGradients {
  private let spec: DecoderSpec
  private let layer: Int
  private let rows: Int
  private let residual: UnsafeMutablePointer<Float>
  private var buffers: [FloatBuffer?]
  /// Of the weights of the experts that each row goes through, [rows, chosen].
  let choices: FloatBuffer

  init(_ spec: DecoderSpec, layer: Int, rows: Int, residual: UnsafeMutablePointer<Float>) {
    self.spec = spec
    self.layer = layer
    self.rows = rows
    self.residual = residual
    buffers = Array(repeating: nil, count: BlockValue.allCases.count)
    choices = .zeros(spec.isSparse(layer: layer) ? rows * (spec.mixture?.chosenCount ?? 0) : 0)
  }

  subscript(_ value: BlockValue) -> UnsafeMutablePointer<Float> {
    switch value {
    case .input, .middle, .output: return residual
    default: break
    }
    if let buffer = buffers[value.rawValue] { return buffer.pointer }
    let buffer = FloatBuffer.zeros(rows * spec.width(of: value, layer: layer))
    buffers[value.rawValue] = buffer
    return buffer.pointer
  }
}
