import Diagnostics

/// Low-rank additions to a tensor that holds all experts (peft's `target_parameters`, its `ParamWrapper`), as additions to single experts.
///
/// Of E experts and rank r, A [r·E, in] has the rows of expert e at e·r, B [out, r·E] its columns at e, E + e, 2E + e, …, and the addition is
/// s · B A [out, in] for each. peft before 0.18 took a parameter's axes for [in, out]: A is [r·E, out] there, B [in, r·E], and the
/// addition the transpose of their product. Of two parameters of one module the inner one's tensors stand under `base_layer`, so their
/// shapes say which parameter they are for.
struct ExpertParameters {
  /// A single expert's half of a pair, and the name of the parameter, by which patterns give it a rank.
  struct Part {
    let path: String
    let a: Tensor
    let b: Tensor
    let parameter: String
  }

  private let spec: DecoderSpec
  private let mixture: Mixture
  /// By the path of a layer's experts as transformers 5 holds them, such as "model.layers.0.mlp.experts".
  private let layers: [String: Int]
  /// Routers' paths in files by those that they have in memory in transformers 5.
  private let routers: [String: String]

  /// Nil for a base without experts.
  init?(_ spec: DecoderSpec) {
    guard let mixture = spec.mixture else { return nil }
    self.spec = spec
    self.mixture = mixture
    let stack = mixture.stacks.last { !$0.isWritten }?.name ?? ""
    let module = stack.split(separator: ".").dropLast().joined(separator: ".")
    let sparse = (0..<spec.layerCount).filter { mixture.isSparse[$0] }
    layers = Dictionary(
      sparse.map { (spec.names.path(module, layer: $0), $0) }, uniquingKeysWith: { first, _ in first })
    routers = Dictionary(
      sparse.flatMap { layer in
        mixture.aliases.map { alias, own in
          (spec.names.path(alias, layer: layer).withoutWeight, spec.names.path(own, layer: layer).withoutWeight)
        }
      }, uniquingKeysWith: { first, _ in first })
  }

  /// The path of a layer's experts, without `base_layer`, and the layer; nil for any other path.
  func place(_ path: String) -> (path: String, layer: Int)? {
    let ending = ".base_layer"
    let own = path.hasSuffix(ending) ? String(path.dropLast(ending.count)) : path
    return layers[own].map { (own, $0) }
  }

  /// The parameters of all sparse layers, as transformers 5 has them in memory, sorted.
  var names: [String] {
    let inMemory = Dictionary(routers.map { ($0.value, $0.key) }, uniquingKeysWith: { first, _ in first })
    let own = layers.values.map { spec.names.path(mixture.router.path, layer: $0) }
    return
      (layers.keys.flatMap { ["\($0).gate_up_proj", "\($0).down_proj"] } + own.map { "\(inMemory[$0] ?? $0).weight" })
      .sorted()
  }

  /// A router's path in files.
  func fileName(_ path: String) -> String { routers[path] ?? path }

  /// The parts of a pair on a layer's experts.
  ///
  /// - Throws: `InputError` where it fits neither of their tensors, or one of them either way round and the version of peft does not say which.
  func parts(
    _ a: Tensor, _ b: Tensor, at place: (path: String, layer: Int), by configuration: AdapterConfiguration
  ) throws -> [Part] {
    let (hidden, width, count) = (spec.hiddenSize, mixture.width, mixture.expertCount)
    let isPair = a.shape.count == 2 && b.shape.count == 2 && a.rows == b.columns && a.rows % count == 0
    for (name, projections, inputs, outputs) in [
      ("gate_up_proj", [Projection.gate, .up], hidden, 2 * width), ("down_proj", [.down], width, hidden),
    ] where isPair && a.type?.isFloat == true && b.type?.isFloat == true {
      let (fitsNewer, fitsOlder) = (
        a.columns == inputs && b.rows == outputs, a.columns == outputs && b.rows == inputs
      )
      guard fitsNewer || fitsOlder else { continue }
      let isOutByIn = try fitsNewer && fitsOlder ? configuration.putsOutputsFirst() : fitsNewer
      let rank = a.rows / count
      return (0..<count).flatMap { expert in
        projections.enumerated().compactMap { index, projection in
          spec.expertPath(projection, expert: expert, layer: place.layer).map { expertPath in
            let rows = outputs / projections.count
            let first = index * rows
            let inner =
              isOutByIn
              ? a.slice(expert * rank..<(expert + 1) * rank)
              : b.strided([rank, inputs], from: expert, rowStride: count, columnStride: b.columns)
            let outer =
              isOutByIn
              ? b.strided([rows, rank], from: first * b.columns + expert, rowStride: b.columns, columnStride: count)
              : a.strided(
                [rows, rank], from: expert * rank * a.columns + first, rowStride: 1, columnStride: a.columns)
            return Part(
              path: expertPath, a: inner, b: outer, parameter: "\(place.path).\(name)")
          }
        }
      }
    }
    throw InputError(
      a.file.path, field: a.name,
      "and its lora_B have the shapes \(a.shape) and \(b.shape), which fit no tensor of the base's \(count) experts",
      remedy: "use the adapter with the base model that it was trained on")
  }
}

extension String {
  fileprivate var withoutWeight: String { hasSuffix(".weight") ? String(dropLast(".weight".count)) : self }
}
