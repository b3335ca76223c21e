/// The linear modules of a block that count as one: gate and up, which act on each other, are one, and so is whatever a family keeps in one
/// matrix. An expert's modules belong to the groups of their kind.
package enum ModuleGroup: String, Sendable, Hashable, Codable, CaseIterable, Comparable {
  case query = "q"
  case key = "k"
  case value = "v"
  /// GPT-2's, GPT-NeoX's and Phi-3's one matrix of all three.
  case queryKeyValue = "q/k/v"
  case attentionOutput = "o"
  /// Of an MLP without a gate, up alone.
  case gateUp = "gate/up"
  case down
  /// Of a mixture: who goes where, and the gate of the MLP that all rows share.
  case router

  package enum Side: String, Sendable, Hashable, Codable, CaseIterable {
    case attention, mlp

    package var name: String { self == .attention ? "all attention" : "all MLP" }
  }

  package var side: Side {
    switch self {
    case .query, .key, .value, .queryKeyValue, .attentionOutput: .attention
    case .gateUp, .down, .router: .mlp
    }
  }

  /// As a block has them, from what it reads to what it writes.
  package static func < (first: ModuleGroup, second: ModuleGroup) -> Bool { first.place < second.place }

  private var place: Int { Self.allCases.firstIndex(of: self) ?? 0 }

  /// Nil of projections that no family keeps together.
  init?(_ projections: [Projection]) {
    let kinds = Set(projections)
    switch kinds {
    case [.query]: self = .query
    case [.key]: self = .key
    case [.value]: self = .value
    case [.attentionOutput]: self = .attentionOutput
    case [.down]: self = .down
    default:
      if kinds.isSubset(of: [.gate, .up]) {
        self = .gateUp
      } else if kinds.isSubset(of: [.router, .sharedGate]) {
        self = .router
      } else if kinds.isSubset(of: [.query, .key, .value]) {
        self = .queryKeyValue
      } else {
        return nil
      }
    }
  }
}

/// One layer's modules of one group.
package struct ModelCell: Sendable, Hashable, Comparable, CustomStringConvertible {
  package let layer: Int
  package let group: ModuleGroup

  package init(layer: Int, group: ModuleGroup) {
    self.layer = layer
    self.group = group
  }

  package var description: String { "layer \(layer) \(group.rawValue)" }

  package static func < (first: ModelCell, second: ModelCell) -> Bool {
    (first.layer, first.group) < (second.layer, second.group)
  }
}

/// Where a model's weights are: each in one cell, among the norms, or outside of the layers. Nothing is in two places or in none.
package enum ModelPlace: Sendable, Hashable {
  case cell(ModelCell)
  /// In a layer and no linear module.
  case norms(layer: Int)
  /// Embeddings, positions, final norm and head.
  case outside

  package var layer: Int? {
    switch self {
    case .cell(let cell): cell.layer
    case .norms(let layer): layer
    case .outside: nil
    }
  }

  package var cell: ModelCell? { if case .cell(let cell) = self { cell } else { nil } }
}

/// Tells where a weight is by its name, or a module by its path.
package struct ModelPlaces: Sendable {
  private let cells: [String: ModelCell]
  /// The block's path up to its number, such as "model.layers.".
  private let blocks: String

  package init(_ spec: DecoderSpec) {
    var cells: [String: ModelCell] = [:]
    for layer in 0..<spec.layerCount {
      for module in spec.modules(layer: layer) + spec.expertModules(layer: layer) {
        guard let group = ModuleGroup(module.projections) else { continue }
        cells[spec.names.path(module.path, layer: layer)] = ModelCell(layer: layer, group: group)
      }
      // An adapter may be on the tensor of all experts.
      for stack in spec.mixture?.stacks ?? [] where spec.isSparse(layer: layer) {
        guard let group = ModuleGroup(stack.projections) else { continue }
        cells[spec.names.path(stack.name, layer: layer)] = ModelCell(layer: layer, group: group)
      }
    }
    self.cells = cells
    blocks = String(spec.names.block.prefix { $0 != "{" })
  }

  /// - Parameter name: of a weight or of a module.
  package func place(of name: String) -> ModelPlace {
    for ending in ["", ".weight", ".bias"] where name.hasSuffix(ending) {
      if let cell = cells[String(name.dropLast(ending.count))] { return .cell(cell) }
    }
    guard name.hasPrefix(blocks), let layer = Int(name.dropFirst(blocks.count).prefix { $0 != "." }) else {
      return .outside
    }
    return .norms(layer: layer)
  }
}
