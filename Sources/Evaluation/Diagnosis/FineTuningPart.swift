import Checkpoints

/// A part of a fine-tuning that can be taken back, or be all that is left of it.
package struct FineTuningPart: Sendable, Hashable {
  package let name: String
  /// Weights of a checkpoint, or adapted modules.
  package let members: Set<String>

  package init(name: String, members: Set<String>) {
    self.name = name
    self.members = members
  }

  /// Of the weights that no layer has.
  static let outside = "embeddings and final norm"
  /// Of the layers' weights that are in no linear module.
  static let norms = "norms of all layers"
}

/// What a fine-tuning is made of: weights, or adapted modules, each in one place of the model.
package struct FineTuningParts: Sendable {
  private let places: [(name: String, place: ModelPlace)]

  /// - Parameters:
  ///   - names: of weights, or of an adapter's modules.
  ///   - spec: of the model that has them.
  package init(_ names: [String], _ spec: DecoderSpec) {
    let known = ModelPlaces(spec)
    places = names.sorted().map { ($0, known.place(of: $0)) }
  }

  package init(_ subject: Subject) {
    self.init(
      subject.adapter?.paths ?? subject.checkpoint.tensors.names,
      (subject.adapter?.checkpoint ?? subject.checkpoint).configuration.decoder)
  }

  package var all: Set<String> { Set(places.map(\.name)) }

  /// Every layer, then what belongs to none.
  package var layers: [FineTuningPart] {
    let numbers = Set(places.compactMap(\.place.layer)).sorted()
    return partial(numbers.map { number in part("layer \(number)") { $0.layer == number } } + [outside])
  }

  /// Every group of modules over all layers, all of attention, all of the MLPs, and the norms.
  package var modules: [FineTuningPart] {
    let sides = ModuleGroup.Side.allCases.map { side in part(side.name) { $0.cell?.group.side == side } }
    return partial(ofGroups + sides + [norms])
  }

  /// Every group of modules over all layers, and what is in none: each weight is in one of them.
  package var groups: [FineTuningPart] { ofGroups + rest }

  private var ofGroups: [FineTuningPart] {
    Set(places.compactMap(\.place.cell?.group)).sorted().map { group in
      part(group.rawValue) { $0.cell?.group == group }
    }
  }

  /// One layer's one group of modules each, in the order of the model.
  package var cells: [(cell: ModelCell, part: FineTuningPart)] {
    Dictionary(grouping: places.filter { $0.place.cell != nil }) { $0.place.cell }
      .compactMap { cell, members in
        cell.map { ($0, FineTuningPart(name: $0.description, members: Set(members.map(\.name)))) }
      }
      .sorted { $0.0 < $1.0 }
  }

  /// What is in no cell: the norms of all layers, and what belongs to no layer; none that is empty.
  package var rest: [FineTuningPart] { [norms, outside].filter { !$0.members.isEmpty } }

  private var norms: FineTuningPart {
    part(FineTuningPart.norms) { if case .norms = $0 { true } else { false } }
  }

  private var outside: FineTuningPart { part(FineTuningPart.outside) { $0 == .outside } }

  private func part(_ name: String, _ contains: (ModelPlace) -> Bool) -> FineTuningPart {
    FineTuningPart(name: name, members: Set(places.filter { contains($0.place) }.map(\.name)))
  }

  /// Those that are something, and not all: the whole fine-tuning taken back is the base, which says nothing.
  private func partial(_ parts: [FineTuningPart]) -> [FineTuningPart] {
    parts.filter { !$0.members.isEmpty && $0.members.count < places.count }
  }
}
