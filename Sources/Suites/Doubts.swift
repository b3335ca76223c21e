import Foundation

extension TaskDefinition {
  /// Characters; longer answers are rarely matched word by word.
  private static let longestAnswer = 40

  /// What weakens a task's evidence without making it impossible: every one is a warning.
  func doubts() -> [Finding] {
    countDoubts() + templateDoubts() + items.flatMap(textDoubts) + leakDoubts() + balanceDoubts() + chanceDoubts()
  }

  private func countDoubts() -> [Finding] {
    var found: [Finding] = []
    if blockCount < VotingFloor.blocksPerTask {
      found.append(
        doubt(
          "items", "\(blockCount) blocks: a task of fewer than \(VotingFloor.blocksPerTask) never votes",
          remedy: "add items"))
    }
    if shots.first != 0 || shots.count < 2 {
      found.append(
        doubt("shots", "without 0 and a k above it no few-shot gain can be measured", remedy: "write [0, 1, 4, 8]"))
    }
    return found
  }

  private func templateDoubts() -> [Finding] {
    var found: [Finding] = []
    if let last = template.utf8.last, isASCIISpace(last) {
      found.append(
        doubt(
          "template", "ends in white space, which tokenizers join to the answer", remedy: "move it to answer_prefix"))
    }
    if !stop.isEmpty, !separator.hasPrefix(stop) {
      found.append(
        doubt(
          "separator", "does not begin with the stop text, so demonstrations never show where an answer ends",
          remedy: "begin it with the stop text"))
    }
    return found
  }

  private func textDoubts(_ item: Item) -> [Finding] {
    var found: [Finding] = []
    if item.output.count > Self.longestAnswer {
      found.append(
        doubt("output", item: item, "is longer than \(Self.longestAnswer) characters", remedy: "shorten the answer"))
    }
    if let first = item.input.utf8.first, let last = item.input.utf8.last, isASCIISpace(first) || isASCIISpace(last) {
      found.append(doubt("input", item: item, "begins or ends with a space", remedy: "trim it"))
    }
    if !separator.isEmpty, item.input.contains(separator) {
      found.append(doubt("input", item: item, "contains the separator", remedy: "reword it"))
    }
    return found
  }

  /// Questions that are the same but for case, punctuation or form, and pairs that occur turned round: a
  /// demonstration can give such an item away.
  private func leakDoubts() -> [Finding] {
    var found: [Finding] = []
    var inputs: [String: Item] = [:]
    var pairs: [[String]: Item] = [:]
    for item in items {
      let input = normalised(item.input)
      let output = normalised(item.output)
      if !input.isEmpty, let earlier = inputs.updateValue(item, forKey: input) {
        found.append(
          doubt("input", item: item, "is but for form the input of '\(earlier.id)'", remedy: "remove one"))
      }
      if input != output, let turned = pairs[[output, input]] {
        found.append(doubt(nil, item: item, "is '\(turned.id)' turned round", remedy: "remove one"))
      }
      pairs[[input, output]] = item
    }
    return found
  }

  private func balanceDoubts() -> [Finding] {
    guard let labels else { return [] }
    let uneven = blocks.filter { block in
      let counts = labels.map { label in block.items.count { $0.output == label } }
      return (counts.max() ?? 0) - (counts.min() ?? 0) > 1
    }
    guard let first = uneven.first else { return [] }
    return [
      doubt(
        "items",
        "labels differ by more than one in \(uneven.count) of \(blockCount) blocks, first in block \(first.index)",
        remedy: "order the lines so that every block has each label equally often")
    ]
  }

  private func chanceDoubts() -> [Finding] {
    let even = labels.map { 1 / Double(max(1, $0.count)) } ?? 0.1
    guard chance > even + 0.1 else { return [] }
    let percent = Int((chance * 100).rounded())
    return [
      doubt(
        "items", "the commonest answer alone scores \(percent) %, which admission subtracts",
        remedy: "balance the answers")
    ]
  }
}

/// NFKC, lower case, no punctuation, single spaces. Digits stay: within a task, questions that differ in a number are
/// different questions.
func normalised(_ text: String) -> String {
  var kept = String.UnicodeScalarView()
  for scalar in text.precomposedStringWithCompatibilityMapping.lowercased().unicodeScalars {
    kept.append(isPunctuation(scalar) ? " " : scalar)
  }
  return String(kept).split(whereSeparator: \.isWhitespace).joined(separator: " ")
}

private func isPunctuation(_ scalar: Unicode.Scalar) -> Bool {
  switch scalar.properties.generalCategory {
  case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
    .finalPunctuation, .otherPunctuation:
    true
  default: false
  }
}
