import Foundation

extension Suite {
  /// Renders every prompt a second time, by plain substitution into the template and by looking its demonstrations up
  /// in the items file, and reports where the two differ or a demonstration is one of the block's own items.
  func renderingFaults() throws -> [Finding] {
    let byName = Dictionary(tasks.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
    return try requestBlocks().flatMap { block in
      byName[block.task].map { task in
        task.blocks.indices.contains(block.block)
          ? faults(of: block, task: task, items: task.blocks[block.block].items) : []
      } ?? []
    }
  }

  private func faults(of block: RequestBlock, task: TaskDefinition, items: [Item]) -> [Finding] {
    let shown = task.demonstrations(
      for: Block(index: block.block, items: items), draw: block.draw, suiteSeed: seed)
    let own = Set(items.map(\.input))
    let byID = Dictionary(items.map { ($0.id, $0) }, uniquingKeysWith: { first, _ in first })
    var found: [Finding] = []
    if let leaked = shown.first(where: { own.contains($0.input) }) {
      found.append(
        task.fault(
          nil, item: leaked, "stands among the demonstrations of its own block", remedy: "this is a fault of Holdfast"))
    }
    for observation in block.observations where observation.role == .gold {
      guard let item = byID[observation.item] else { continue }
      let expected = Self.substituted(task, shown: shown.prefix(observation.k), query: item)
      let request = observation.request
      if request.context + request.continuation != expected + task.answerPrefix + item.output {
        found.append(
          task.fault(
            "template", item: item, "the prompt at \(observation.k) shots is not what the template says",
            remedy: "this is a fault of Holdfast"))
      }
    }
    return found
  }

  private static func substituted(_ task: TaskDefinition, shown: ArraySlice<Item>, query: Item) -> String {
    func filled(_ item: Item) -> String {
      guard let slot = task.template.range(of: "{input}") else { return task.template }
      return task.template.replacingCharacters(in: slot, with: item.input)
    }
    let texts = shown.map { filled($0) + task.answerPrefix + $0.output } + [filled(query)]
    return texts.joined(separator: task.separator)
  }
}
