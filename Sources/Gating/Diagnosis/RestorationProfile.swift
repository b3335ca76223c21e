/// What becomes of few-shot ability where one part of the fine-tuning is taken back: the base's weights in one layer or one kind of module
/// at a time, or an adapter without it.
package struct RestorationProfile: Sendable, Hashable, Codable {
  package struct Part: Sendable, Hashable, Codable {
    /// "layer 12", "gate/up", "all attention", or "embeddings and final norm".
    package let name: String
    /// Exact match of the candidate without that part of the fine-tuning.
    package let exactMatch: Double
    /// The share of the loss of p(gold answer) that comes back where this part is taken back; nil where there is hardly a loss, and of
    /// what an earlier version kept.
    package let back: LossShare?
    /// The share of it that this part causes alone, on the base; nil also where that was not asked.
    package let alone: LossShare?

    enum CodingKeys: String, CodingKey {
      case name, back, alone
      case exactMatch = "exact_match"
    }

    package init(name: String, exactMatch: Double, back: LossShare? = nil, alone: LossShare? = nil) {
      self.name = name
      self.exactMatch = exactMatch
      self.back = back
      self.alone = alone
    }
  }

  /// What more comes back where one kind of modules is taken back than where another is.
  package struct Contrast: Sendable, Hashable, Codable {
    /// As `Part.name`.
    package let name: String
    package let than: String
    /// The difference of both, in parts of the loss; its interval is that of the difference, item by item.
    package let back: LossShare

    package init(name: String, than: String, back: LossShare) {
      self.name = name
      self.than = than
      self.back = back
    }
  }

  /// Over the same items.
  package let base: Double
  package let candidate: Double
  package let items: Int
  /// The layers in the order of the model, and what belongs to none.
  package let parts: [Part]
  /// Kinds of modules over all layers, all attention, all MLPs and the norms, each also alone; nil of what an earlier version kept.
  package let modules: [Part]?
  /// Layer by module; nil where that was not asked.
  package let cells: CellMap?
  /// All attention less all MLPs; nil where there is hardly a loss, and of what an earlier version kept.
  package let contrasts: [Contrast]?

  package init(
    base: Double, candidate: Double, items: Int, parts: [Part], modules: [Part]? = nil, cells: CellMap? = nil,
    contrasts: [Contrast]? = nil
  ) {
    self.base = base
    self.candidate = candidate
    self.items = items
    self.parts = parts
    self.modules = modules
    self.cells = cells
    self.contrasts = contrasts
  }

  package func with(cells: CellMap) -> RestorationProfile {
    RestorationProfile(
      base: base, candidate: candidate, items: items, parts: parts, modules: modules, cells: cells,
      contrasts: contrasts)
  }

  /// The parts that bring back most, at most so many, none that brings back nothing.
  package func top(_ count: Int) -> [Part] {
    parts.enumerated().filter { $0.element.exactMatch > candidate }
      .sorted { ($1.element.exactMatch, $0.offset) < ($0.element.exactMatch, $1.offset) }
      .prefix(count).map(\.element)
  }
}
