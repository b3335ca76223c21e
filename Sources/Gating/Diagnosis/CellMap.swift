import Statistics

/// Layer by module, what of the loss of p(gold answer) each cell of a fine-tuning has to do with.
package struct CellMap: Sendable, Hashable, Codable {
  /// One layer's one group of modules.
  package struct Cell: Sendable, Hashable, Codable {
    package let layer: Int
    /// "q", "k", "v", "q/k/v", "o", "gate/up", "down" or "router".
    package let module: String
    /// What comes back where the cell is the base's and all others the candidate's: leave-one-out.
    package let back: LossShare
    /// What is lost where the cell is the candidate's and all others the base's: leave-one-in.
    package let alone: LossShare

    package init(layer: Int, module: String, back: LossShare, alone: LossShare) {
      self.layer = layer
      self.module = module
      self.back = back
      self.alone = alone
    }
  }

  /// What is in no cell, as a part of all.
  package struct Rest: Sendable, Hashable, Codable {
    package let name: String
    package let back: LossShare
    package let alone: LossShare

    package init(name: String, back: LossShare, alone: LossShare) {
      self.name = name
      self.back = back
      self.alone = alone
    }
  }

  /// Mean p(gold answer), over the same items.
  package let base: Double
  package let candidate: Double
  package let items: Int
  /// Over all tasks.
  package let blocks: Int
  /// Columns, as a block has them.
  package let modules: [String]
  /// By layer, then as `modules`; a cell that was not tuned is missing.
  package let cells: [Cell]
  package let rest: [Rest]
  /// How many cells of equal shares would be as spread as these: (Σp)²/Σp² over the shares above 0. Nil where none is.
  package let effectiveCells: Double?
  /// The same of the layers, each the sum of its cells.
  package let effectiveLayers: Double?
  /// The same of what each cell causes alone.
  package let effectiveCellsAlone: Double?
  package let effectiveLayersAlone: Double?
  /// As `effectiveLayers`, of the layers' attention alone; nil also of what an earlier version kept.
  package let effectiveAttentionLayers: Double?
  /// And of their MLPs alone.
  package let effectiveMLPLayers: Double?
  /// How sure these are; nil of what an earlier version kept.
  package let effectiveIntervals: EffectiveIntervals?

  /// 95 % each, by the jackknife over blocks; nil where it has too few.
  package struct EffectiveIntervals: Sendable, Hashable, Codable {
    package let cells: Interval?
    package let layers: Interval?
    package let cellsAlone: Interval?
    package let layersAlone: Interval?
    package let attentionLayers: Interval?
    package let mlpLayers: Interval?

    enum CodingKeys: String, CodingKey {
      case cells, layers
      case attentionLayers = "attention_layers"
      case mlpLayers = "mlp_layers"
      case cellsAlone = "cells_alone"
      case layersAlone = "layers_alone"
    }

    /// - Parameters:
    ///   - layers: of each cell.
    ///   - modules: of each cell, as `Cell.module`.
    ///   - back: of each cell, its items' gains where it is taken back, a task each.
    ///   - alone: and what they lose where it is the candidate's alone.
    package init(layers: [Int], modules: [String], back: [[TaskValues]], alone: [[TaskValues]]) {
      let each = Array(layers.indices)
      cells = EffectiveNumberJackknife(gains: back, groups: each).interval
      self.layers = EffectiveNumberJackknife(gains: back, groups: layers).interval
      cellsAlone = EffectiveNumberJackknife(gains: alone, groups: each).interval
      layersAlone = EffectiveNumberJackknife(gains: alone, groups: layers).interval
      func ofLayers(where isMember: (String) -> Bool) -> Interval? {
        let members = modules.indices.filter { isMember(modules[$0]) }
        return EffectiveNumberJackknife(gains: members.map { back[$0] }, groups: members.map { layers[$0] }).interval
      }
      attentionLayers = ofLayers { CellMap.attention.contains($0) }
      mlpLayers = ofLayers { !CellMap.attention.contains($0) }
    }
  }

  /// The modules of a block's attention; the others are of its MLP.
  private static let attention: Set<String> = ["q", "k", "v", "q/k/v", "o"]

  package init(
    base: Double, candidate: Double, items: Int, blocks: Int, modules: [String], cells: [Cell], rest: [Rest],
    effectiveIntervals: EffectiveIntervals? = nil
  ) {
    self.base = base
    self.candidate = candidate
    self.items = items
    self.blocks = blocks
    self.modules = modules
    self.cells = cells
    self.rest = rest
    self.effectiveIntervals = effectiveIntervals
    func layers(_ value: (Cell) -> Double, where isMember: (String) -> Bool = { _ in true }) -> [Double] {
      Dictionary(grouping: cells.filter { isMember($0.module) }, by: \.layer).sorted { $0.key < $1.key }
        .map { $0.value.reduce(0) { $0 + value($1) } }
    }
    effectiveCells = effectiveNumber(cells.map(\.back.share))
    effectiveLayers = effectiveNumber(layers(\.back.share))
    effectiveCellsAlone = effectiveNumber(cells.map(\.alone.share))
    effectiveLayersAlone = effectiveNumber(layers(\.alone.share))
    effectiveAttentionLayers = effectiveNumber(layers(\.back.share) { Self.attention.contains($0) })
    effectiveMLPLayers = effectiveNumber(layers(\.back.share) { !Self.attention.contains($0) })
  }

  enum CodingKeys: String, CodingKey {
    case base, candidate, items, blocks, modules, cells, rest
    case effectiveCells = "effective_cells"
    case effectiveLayers = "effective_layers"
    case effectiveCellsAlone = "effective_cells_alone"
    case effectiveLayersAlone = "effective_layers_alone"
    case effectiveAttentionLayers = "effective_attention_layers"
    case effectiveMLPLayers = "effective_mlp_layers"
    case effectiveIntervals = "effective_intervals"
  }

  /// The layers that have cells, ascending.
  package var layers: [Int] { Set(cells.map(\.layer)).sorted() }

  package func cell(_ layer: Int, _ module: String) -> Cell? {
    cells.first { $0.layer == layer && $0.module == module }
  }

  /// Over how many layers what a kind of modules brings back is spread; nil of a kind that has no such figure, or where nothing came back.
  package func spread(of modules: String) -> LayerSpread? {
    let number: Double?, interval: Interval?
    switch modules {
    case "all attention": (number, interval) = (effectiveAttentionLayers, effectiveIntervals?.attentionLayers)
    case "all MLP": (number, interval) = (effectiveMLPLayers, effectiveIntervals?.mlpLayers)
    default: return nil
    }
    return number.map { LayerSpread(effective: $0, interval: interval, layers: layers.count) }
  }

  /// What all cells cause alone, together; what is spread of it is nothing where harm and help cancel.
  package var sumAlone: Double { cells.reduce(0) { $0 + $1.alone.share } }

  /// The sum over all cells and the rest: 1 where parts add up, less where several hold the same loss together.
  package var sumBack: Double { cells.reduce(0) { $0 + $1.back.share } + rest.reduce(0) { $0 + $1.back.share } }

  /// The cells that bring back most, at most so many, none that brings back nothing.
  package func top(_ count: Int) -> [Cell] {
    cells.enumerated().filter { $0.element.back.share > 0 }
      .sorted { ($1.element.back.share, $0.offset) < ($0.element.back.share, $1.offset) }
      .prefix(count).map(\.element)
  }
}
