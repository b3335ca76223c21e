import Checkpoints
import Diagnostics

/// The engine's numeric version: a kept score stands for a new one only where both are of the same version.
///
/// It changes whenever a kernel's order of operations does; the instruction set is not part of it, because all give the same bits.
package let engineNumericsID = "holdfast-fp32-2"

/// One hand-written decoder: runs the rows of a wave layer by layer, every layer's weights decoded once a wave.
///
/// A decoder is used by one caller at a time; inside, the work of each step is divided over a team of threads.
package final class Decoder {
  package let spec: DecoderSpec
  package let team: ThreadTeam
  let weights: DecoderWeights
  private(set) var adapters: [LowRankAdapter] = []
  let layer: PackedLayer
  /// Nil for a model without experts.
  let experts: PackedExperts?
  let projection: VocabularyProjection
  /// One buffer a thread for decoding rows of weights and for low-rank deltas.
  private(set) var scratch: [FloatBuffer] = []
  let attentionScratch: [AttentionScratch]
  let rowScratch: [BlockScratch]
  let steps: [LayerSteps]
  var rotary: RotaryTables
  var spine: SpineCache
  var activations: Activations?
  /// The time that decoding and packing the blocks' weights has taken, all threads at it together.
  package internal(set) var decoding = Duration.zero
  /// The adapter whose weights the checkpoint has; nil for a checkpoint as its files have it.
  private let adaptedBy: String?

  /// - Parameter adapters: low-rank adapters that waves refer to by index; each one's checkpoint has to be this one.
  /// - Throws: `InputError` for weights or adapters that do not fit the configuration.
  package init(_ checkpoint: Checkpoint, adapters: [Adapter] = [], threads: Int) throws {
    spec = checkpoint.configuration.decoder
    weights = try DecoderWeights(checkpoint.tensors, spec: spec)
    team = ThreadTeam(threads)
    layer = PackedLayer(spec)
    experts = PackedExperts(spec)
    projection = VocabularyProjection(weights, spec)
    steps = (0..<spec.layerCount).map { [spec] in LayerSteps(spec.blockSteps(layer: $0)) }
    attentionScratch = (0..<team.count).map { [spec] _ in AttentionScratch(spec) }
    rowScratch = (0..<team.count).map { [spec] _ in BlockScratch(spec) }
    rotary = RotaryTables(spec)
    spine = SpineCache(spec)
    adaptedBy = checkpoint.adaptedBy
    try replaceAdapters(adapters)
  }

  /// Runs what decodes weights, and counts its time.
  func decode(_ load: () throws -> Void) rethrows {
    let start = ContinuousClock.now
    try load()
    decoding += start.duration(to: .now)
  }

  /// Puts other adapters in the place of the ones that waves refer to; the base model's weights stay where they are.
  package func replaceAdapters(_ adapters: [Adapter]) throws {
    if let other = adapters.first(where: { $0.checkpoint.adaptedBy != adaptedBy }) {
      throw InputError(
        other.path, "changes weights that the loaded model has otherwise", remedy: "load the model with this adapter")
    }
    self.adapters = []
    self.adapters = try adapters.map { [spec] in try LowRankAdapter($0, spec: spec) }
    let widest = max(spec.hiddenSize, spec.widestMLP, spec.queryWidth, spec.mixture?.expertCount ?? 0)
    let rank = self.adapters.map(\.largestRank).max() ?? 0
    let floats = max(16 * widest, BlockScratch.rows * (rank + widest))
    scratch = (0..<team.count).map { _ in FloatBuffer(floats) }
  }
}

/// A block's steps, cut where its rows meet: where they attend to one another, and where an expert takes those that chose it.
struct LayerSteps {
  enum Part {
    /// What each row goes through by itself.
    case rows([BlockStep])
    case attend
    case mix(from: BlockValue)
  }

  let parts: [Part]

  init(_ steps: [BlockStep]) {
    var parts: [Part] = []
    var rows: [BlockStep] = []
    func cut(_ part: Part) {
      parts += [.rows(rows), part]
      rows = []
    }
    for step in steps {
      switch step {
      case .attend: cut(.attend)
      case .mix(let from, _): cut(.mix(from: from))
      default: rows.append(step)
      }
    }
    self.parts = parts + [.rows(rows)]
  }
}
