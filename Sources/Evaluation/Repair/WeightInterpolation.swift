import Checkpoints
import Diagnostics
import Foundation
import Transformer

/// The models on the straight line from a base model's weights to a tuned one's: θ₀ + a (θ - θ₀) for every weight
/// (WiSE-FT; Wortsman et al. 2022).
///
/// Stored types do not matter: what is quantised is decoded. The sum is taken in double precision and rounded once.
package struct WeightInterpolation: WeakenedCandidate {
  package let base: Checkpoint
  package let tuned: Checkpoint
  private let writer: ModelWriter

  package var symbol: String { "a" }
  package var method: String { "interpolation: base + a · (candidate - base)" }

  /// - Throws: `InputError` where the two are not of one architecture and one shape, the first difference named, and for a model that cannot be written.
  package init(base: Checkpoint, tuned: Checkpoint) throws {
    self.base = base
    self.tuned = tuned
    try Self.checkConfiguration(base, tuned)
    try Self.checkShapes(base, tuned)
    // A bf16 candidate is not made twice as large; every other one is written as it was computed.
    writer = try ModelWriter(
      configuration: tuned.configuration, tokenizer: tuned.tokenizer, type: tuned.storage == "bf16" ? .bf16 : .f32)
  }

  package func write(_ share: GridShare, into folder: URL) throws {
    let tensors = tuned.tensors.names.compactMap { name in
      values(name, share).map { (name: name, shape: tuned.tensors.tensor(name)?.shape ?? [], values: $0) }
    }
    // The buffers must outlive the writing: the writer gets pointers into them.
    try withExtendedLifetime(tensors) {
      try writer.writeFiles(tensors.map { ($0.name, $0.shape, UnsafePointer($0.values.pointer)) }, into: folder)
    }
  }

  /// One weight at a share, row-major; nil where there is no such weight.
  private func values(_ name: String, _ share: GridShare) -> FloatBuffer? {
    guard let from = base.tensors.tensor(name), let to = tuned.tensors.tensor(name) else { return nil }
    let result = FloatBuffer(to.count)
    to.decode(rows: 0..<to.rows, into: result.pointer)
    guard share < .whole else { return result }
    let origin = FloatBuffer(from.count)
    from.decode(rows: 0..<from.rows, into: origin.pointer)
    for index in 0..<to.count {
      let start = Double(origin.pointer[index])
      result.pointer[index] = Float(start + share.value * (Double(result.pointer[index]) - start))
    }
    return result
  }

  private static let remedy: ShownText = "give --base the model that the candidate was tuned from"

  private static func checkConfiguration(_ base: Checkpoint, _ tuned: Checkpoint) throws {
    let (from, to) = (base.configuration, tuned.configuration)
    var facts = [
      ("model_type", from.modelType, to.modelType),
      ("num_hidden_layers", "\(from.layerCount)", "\(to.layerCount)"),
      ("num_attention_heads", "\(from.headCount)", "\(to.headCount)"),
      ("num_key_value_heads", "\(from.keyValueHeadCount)", "\(to.keyValueHeadCount)"),
      ("head_dim", "\(from.headDimension)", "\(to.headDimension)"),
      ("vocab_size", "\(from.vocabularySize)", "\(to.vocabularySize)"),
      ("hidden_act", "\(from.activation)", "\(to.activation)"),
      ("rms_norm_eps", "\(from.norm.epsilon)", "\(to.norm.epsilon)"),
      ("rope_theta", thetas(from), thetas(to)),
      ("tie_word_embeddings", "\(from.tiesEmbeddings)", "\(to.tiesEmbeddings)"),
    ]
    // A GGUF file has the factors and config.json the formula that gives them: the two cannot be told apart here.
    let (ofBase, ofTuned) = (from.rotaries.map(\.scaling), to.rotaries.map(\.scaling))
    if !(ofBase + ofTuned).contains(where: \.isFactors) { facts.append(("rope_scaling", "\(ofBase)", "\(ofTuned)")) }
    facts.append(
      ("config.json", from.decoder.switches.joined(separator: ", "), to.decoder.switches.joined(separator: ", ")))
    for (field, ofBase, ofTuned) in facts where ofBase != ofTuned {
      throw InputError(
        tuned.path, field: field, "is \(ofTuned), the base's (\(base.path)) is \(ofBase)", remedy: remedy)
    }
  }

  private static func thetas(_ model: ModelConfiguration) -> String {
    model.rotaries.map { "\($0.theta)" }.joined(separator: ", ")
  }

  private static func checkShapes(_ base: Checkpoint, _ tuned: Checkpoint) throws {
    for name in Set(base.tensors.names).union(tuned.tensors.names).sorted() {
      let shapes = [base.tensors.tensor(name)?.shape, tuned.tensors.tensor(name)?.shape].map { $0 ?? [] }
      guard shapes[0] != shapes[1] else { continue }
      throw InputError(
        tuned.path, field: name, "has shape \(shapes[1]), the base's (\(base.path)) has \(shapes[0])", remedy: remedy)
    }
  }
}

extension RopeScaling {
  fileprivate var isFactors: Bool {
    if case .frequencyFactors = self { true } else { false }
  }
}
