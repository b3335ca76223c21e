/// The sparse MLPs of a decoder: a router sends each row through a few of many gated MLPs of one shape, its experts, and adds up what they
/// say, each times the router's weight for it.
package struct Mixture: Sendable, Equatable {
  /// The experts of a layer.
  package var expertCount: Int
  /// How many of them a row goes through.
  package var chosenCount: Int
  /// The width of one expert's MLP.
  package var width: Int
  /// Whether a row's weights add up to 1: they are the softmax of the router's logits over the chosen experts, else over all.
  package var normalises: Bool
  /// By layer; the MLP of the others is dense.
  package var isSparse: [Bool]
  package var router: LinearModule
  /// The modules of an MLP beside the experts, which all rows go through; empty where there is none.
  package var shared: [LinearModule] = []
  /// One expert's `gate`, `up` and `down`, each a module; `{expert}` stands for its number.
  package var experts: [LinearModule]
  /// Tensors in which files may hold a matrix of all experts.
  package var stacks: [Stack]
  /// What files may call the modules beside the experts instead, with ".weight", both below the block.
  package var aliases: [String: String] = [:]

  /// A tensor [experts, rows, columns]: for each expert, the rows of some projections one after another.
  package struct Stack: Sendable, Equatable {
    /// The tensor's whole name below the block.
    package let name: String
    package let projections: [Projection]
    /// Whether the family's files have it, rather than a tensor for every expert.
    package let isWritten: Bool

    package init(_ name: String, _ projections: [Projection], isWritten: Bool = false) {
      self.name = name
      self.projections = projections
      self.isWritten = isWritten
    }
  }

  /// The width of the MLP that all rows go through; nil where there is none.
  package var sharedWidth: Int? { shared.first { $0.projections.contains(.up) }?.width }
}

extension DecoderSpec {
  package func isSparse(layer: Int) -> Bool { mixture?.isSparse[layer] ?? false }

  /// The linear modules of a block but its experts'.
  package func modules(layer: Int) -> [LinearModule] {
    guard let mixture, isSparse(layer: layer) else { return names.modules }
    return names.modules.filter { Projection.mlp.isDisjoint(with: $0.projections) } + [mixture.router] + mixture.shared
  }

  /// The linear modules of a block's experts, expert by expert; none where the block is dense.
  package func expertModules(layer: Int) -> [LinearModule] {
    guard let mixture, isSparse(layer: layer) else { return [] }
    return (0..<mixture.expertCount).flatMap { expert in mixture.experts.map { $0.of(expert: expert) } }
  }

  /// Whether the family's files have no tensor, and transformers no module, of a single expert.
  package var expertsAreOneTensor: Bool { mixture?.stacks.contains(where: \.isWritten) ?? false }

  /// The linear modules of the blocks by their path below the block, in the order of the model, with their whole paths in all layers that
  /// have them, and whether it is a router or an expert's, which peft knows as parameters and not as linear modules.
  package var moduleGroups: [(module: String, isOfMixture: Bool, paths: [String])] {
    var order: [String] = []
    var groups: [String: (isOfMixture: Bool, paths: [String])] = [:]
    for layer in 0..<layerCount {
      let experts = expertModules(layer: layer)
      let plain = modules(layer: layer)
      for (index, module) in (plain + experts).enumerated() {
        let isOfMixture = module.projections == [.router] || index >= plain.count
        if groups[module.path] == nil { order.append(module.path) }
        groups[module.path, default: (isOfMixture, [])].paths.append(names.path(module.path, layer: layer))
      }
    }
    return order.compactMap { path in groups[path].map { (path, $0.isOfMixture, $0.paths) } }
  }

  /// The path of an expert's module that holds a projection.
  package func expertPath(_ projection: Projection, expert: Int, layer: Int) -> String? {
    guard let module = mixture?.experts.first(where: { $0.projections == [projection] }) else { return nil }
    return names.path(module.of(expert: expert).path, layer: layer)
  }

  /// The width of the MLP that all of a block's rows go through; 0 where there are only experts.
  package func mlpWidth(layer: Int) -> Int {
    isSparse(layer: layer) ? mixture?.sharedWidth ?? 0 : intermediateSize
  }

  /// The widest MLP of any block, experts' among them.
  package var widestMLP: Int {
    (0..<layerCount).reduce(mixture?.width ?? 0) { max($0, mlpWidth(layer: $1)) }
  }
}

extension LinearModule {
  /// The module of one expert.
  func of(expert: Int) -> LinearModule {
    LinearModule(
      path.replacing("{expert}", with: String(expert)), projections, hasBias: hasBias, storage: storage, width: width)
  }
}
