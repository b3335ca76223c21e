import Gating

/// An arm that was finished under several seeds: its last checkpoints, with runs as the sampling unit.
package struct RecipeSummary: Sendable, Hashable, Codable {
  package let arm: String
  package let seeds: [UInt64]
  /// Of the few-shot mean, as of every point.
  package let drop: RunContrast
  package let probabilityDrop: RunContrast?
  /// Its drop less that of the first such arm; nil of that arm itself.
  package let againstFirst: RunContrast?

  enum CodingKeys: String, CodingKey {
    case arm, seeds, drop
    case probabilityDrop = "probability_drop"
    case againstFirst = "against_first"
  }
}

extension [ExperimentRun] {
  /// The arms, each once, in the order in which they run.
  package var arms: [String] { reduce(into: []) { if !$0.contains($1.arm) { $0.append($1.arm) } } }

  /// One for each arm that is finished under two seeds or more and holds its target, in the arms' order.
  var recipes: [RecipeSummary] {
    var first: [Double]?
    return arms.compactMap { arm in
      let finished = filter { $0.arm == arm && $0.isCompared }
      let last = finished.compactMap(\.points.last?.ability)
      let drops = last.map(\.drop)
      guard last.count == finished.count, let drop = RunContrast(drops) else { return nil }
      defer { if first == nil { first = drops } }
      let ofProbability = last.compactMap(\.probability?.drop)
      return RecipeSummary(
        arm: arm, seeds: finished.map(\.seed), drop: drop,
        probabilityDrop: ofProbability.count == last.count ? RunContrast(ofProbability) : nil,
        againstFirst: first.flatMap { RunContrast(drops, minus: $0) })
    }
  }
}

extension ExperimentResult {
  /// The arms with several seeds beside the first of them; nil where there are not two.
  var recipeTable: String? {
    guard let first = recipes.first, recipes.count > 1 else { return nil }
    let name = markdownEscaped(first.arm)
    let rows = recipes.map { recipe in
      let figures = [recipe.drop, recipe.probabilityDrop, recipe.againstFirst].map(text).joined(separator: " | ")
      return "| \(markdownEscaped(recipe.arm)) | \(recipe.seeds.count) | \(figures) |"
    }
    return
      ([
        "## Recipes beside each other", "",
        "Arms with several seeds, at their last checkpoints, in points. Seeds are the sampling unit: brackets are 95 % t intervals over "
          + "training seeds, of a difference Welch's, on the questions that were asked. Less than 0 lost less than \(name).",
        "", "| arm | seeds | drop | drop of p(gold) | drop less that of \(name) |", "|---|--:|--:|--:|--:|",
      ] + rows).joined(separator: "\n")
  }

  private func text(_ found: RunContrast?) -> String {
    guard let found else { return "-" }
    return bracketed(found.mean, found.interval)
  }
}
