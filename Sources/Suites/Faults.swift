import Foundation

extension TaskDefinition {
  /// What makes a task impossible to ask or to judge: every one is an error, and a suite with any of them does not
  /// load.
  func faults() -> [Finding] {
    nameFaults() + templateFaults() + items.flatMap(answerFaults) + identityFaults() + labelFaults() + countFaults()
  }

  private func nameFaults() -> [Finding] {
    var found: [Finding] = []
    for (field, name) in [("task", name), ("family", family)] where !isSlug(name) {
      found.append(
        fault(field, "'\(name)' is not a name", remedy: "use lower-case letters, digits and hyphens"))
    }
    let stem = URL(fileURLWithPath: file).deletingPathExtension().lastPathComponent
    if stem != name {
      found.append(fault("task", "'\(name)' is not the file's name", remedy: "call the task or the file the same"))
    }
    return found
  }

  private func templateFaults() -> [Finding] {
    let placeholders = Prompt.split(template).count - 1
    guard placeholders != 1 else { return [] }
    return [
      fault(
        "template", "has \(Prompt.placeholder) \(placeholders) times",
        remedy: "write \(Prompt.placeholder) exactly once")
    ]
  }

  private func answerFaults(_ item: Item) -> [Finding] {
    var found: [Finding] = []
    if !isSlug(item.id) {
      found.append(
        fault("id", item: item, "is not a name", remedy: "use lower-case letters, digits and hyphens"))
    }
    if item.input.isEmpty { found.append(fault("input", item: item, "is empty", remedy: "write the question")) }
    let answers =
      [("output", item.output)] + item.aliases.map { ("aliases", $0) } + (item.choices ?? []).map { ("choices", $0) }
    for (field, answer) in answers {
      if let problem = problem(withAnswer: answer) {
        found.append(fault(field, item: item, "'\(answer)' \(problem)", remedy: "correct the answer"))
      }
    }
    if item.aliases.contains(item.output) || Set(item.aliases).count != item.aliases.count {
      found.append(fault("aliases", item: item, "repeats an answer", remedy: "name each answer once"))
    }
    return found
  }

  /// The scorer cuts at the stop and trims, so an answer that either would alter can never match.
  private func problem(withAnswer answer: String) -> String? {
    if answer.isEmpty { return "is empty" }
    if answer.utf8.contains(UInt8(ascii: "\n")) { return "contains a line break" }
    if !stop.isEmpty, answer.contains(stop) { return "contains the stop text" }
    if let first = answer.utf8.first, let last = answer.utf8.last, isASCIISpace(first) || isASCIISpace(last) {
      return "begins or ends with a space"
    }
    return nil
  }

  private func identityFaults() -> [Finding] {
    var found: [Finding] = []
    var ids: Set<String> = []
    var inputs: [String: Item] = [:]
    for item in items {
      if !ids.insert(item.id).inserted {
        found.append(fault("id", item: item, "is given to two items", remedy: "give each item its own id"))
      }
      if let earlier = inputs.updateValue(item, forKey: item.input) {
        found.append(
          fault(
            "input", item: item, "is also the input of '\(earlier.id)'",
            remedy: "remove one: a repeated question can stand among its own demonstrations"))
      }
    }
    return found
  }

  private func labelFaults() -> [Finding] {
    var found: [Finding] = []
    for item in items where item.choices != labels {
      found.append(
        fault("choices", item: item, "differ from the first item's", remedy: "list the same labels in the same order"))
    }
    guard let labels else { return found }
    if labels.count < 2 || Set(labels).count != labels.count {
      found.append(fault("choices", "are fewer than two or repeat one", remedy: "list every label once"))
    }
    for item in items where !labels.contains(item.output) {
      found.append(fault("output", item: item, "is not among the choices", remedy: "make it one of the labels"))
    }
    return found
  }

  private func countFaults() -> [Finding] {
    guard !items.isEmpty else {
      return [fault("items", "the task has no item", remedy: "add lines to its items file")]
    }
    if case .closed(let count) = pool, count > items.count {
      return [fault("closed", "\(count) is more than the \(items.count) items", remedy: "write the class's size")]
    }
    guard !scoredItems.isEmpty else {
      return [fault("pool", "leaves none of the \(items.count) items to score", remedy: "add items or lower it")]
    }
    return blocks.lazy.compactMap(shortageFault).prefix(1).map { $0 }
  }

  /// Whether a block can have its largest k, and each label its part of it.
  private func shortageFault(of block: Block) -> Finding? {
    let wanted = shots.last ?? 0
    let candidates = demonstrationCandidates(forBlock: block)
    if candidates.count < wanted {
      return fault(
        "shots", "\(wanted) shots, but block \(block.index) has \(candidates.count) items to draw them from",
        remedy: "ask for fewer shots or enlarge the pool")
    }
    guard let labels, !labels.isEmpty else { return nil }
    let each = (wanted + labels.count - 1) / labels.count
    for label in labels {
      let count = candidates.count { $0.output == label }
      if count < each {
        return fault(
          "shots",
          "\(wanted) balanced shots need \(each) demonstrations of '\(label)', block \(block.index) has \(count)",
          remedy: "ask for fewer shots or add such items to the pool")
      }
    }
    return nil
  }
}
