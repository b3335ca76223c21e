/// One task's paired values, drawn several times: other demonstrations, the same items in the same blocks.
package struct DrawnTask: Sendable, Hashable {
  /// The values of each draw, an item each.
  package let draws: [[Double]]
  /// The block of each item.
  package let blocks: [Int]

  /// - Returns: nil without draws or items, or where a draw has another number of values than there are blocks.
  package init?(draws: [[Double]], blocks: [Int]) {
    guard !draws.isEmpty, !blocks.isEmpty, draws.allSatisfy({ $0.count == blocks.count }) else { return nil }
    self.draws = draws
    self.blocks = blocks
  }
}

/// What the variance of a block's mean is made of: its items, its demonstrations, and how the two interact.
///
/// Moments of the balanced analysis of variance within blocks, pooled over tasks (S. Searle, G. Casella, C. McCulloch, "Variance
/// components", 1992). Items come into blocks by chance, so what the items of a block have in common is its draw.
/// - One draw a block: σ²_item = MS_within, σ²_draw = (MS_between - MS_within)/m₀, m₀ = Σ_t (N_t - Σ m²/N_t) / Σ_t (G_t - 1). The
///   interaction is then part of σ²_item, so that the demonstrations' share is, if anything, understated.
/// - R draws a block, items crossed with draws within it: σ²_interaction = MS_residual, σ²_item = (MS_items - MS_residual)/R,
///   σ²_draw = (MS_draws - MS_residual)/m̄.
/// An estimate below 0 counts as 0. A block's mean over r draws of m items has σ²_item/m + σ²_draw/r + σ²_interaction/(m r).
package struct VarianceComponents: Sendable, Hashable {
  package let item: Double
  package let draw: Double
  /// nil where there was one draw: it cannot be told from `item`.
  package let interaction: Double?
  /// m̄: items over blocks.
  package let itemsPerBlock: Double
  /// R.
  package let draws: Int

  /// - Returns: nil where there is no task, where tasks differ in their number of draws, or where no block has two items: item
  ///   and draw cannot be told apart then.
  package init?(_ tasks: [DrawnTask]) {
    guard let draws = tasks.first?.draws.count, tasks.allSatisfy({ $0.draws.count == draws }) else { return nil }
    var sums = SumsOfSquares()
    for task in tasks { sums.add(task) }
    let withinDegrees = sums.items - sums.blocks
    guard withinDegrees > 0 else { return nil }
    itemsPerBlock = sums.items / sums.blocks
    self.draws = draws
    if draws == 1 {
      let betweenDegrees = sums.blocks - sums.tasks
      guard betweenDegrees > 0 else { return nil }
      let within = sums.itemSquares / withinDegrees
      item = within
      draw = max(0, (sums.blockSquares / betweenDegrees - within) * betweenDegrees / sums.effectiveItems)
      interaction = nil
    } else {
      let repeats = Double(draws)
      let residual = sums.residualSquares / (withinDegrees * (repeats - 1))
      item = max(0, (repeats * sums.itemSquares / withinDegrees - residual) / repeats)
      draw = max(0, (sums.drawSquares / (sums.blocks * (repeats - 1)) - residual) / itemsPerBlock)
      interaction = residual
    }
  }

  /// The variance of a block's mean over this many draws.
  package func blockVariance(draws: Double) -> Double {
    item / itemsPerBlock + (draw + (interaction ?? 0) / itemsPerBlock) / draws
  }

  /// The share of the variance of a block's mean, over the draws there are, that no further draw reduces; 1 where nothing
  /// varies. A unit's SE² splits by it into an item component and a draw component.
  package var itemShare: Double {
    let total = blockVariance(draws: Double(draws))
    return total > 0 ? item / itemsPerBlock / total : 1
  }

  /// By how much SE² shrinks with so many draws a block instead of those there are.
  package func squaredErrorRatio(draws wanted: Int) -> Double {
    itemShare + (1 - itemShare) * Double(draws) / Double(max(1, wanted))
  }

  /// σ²_draw / (σ²_draw + σ²_item + σ²_interaction): how alike the items of a block answer under one draw.
  package var intraclassCorrelation: Double {
    let total = draw + item + (interaction ?? 0)
    return total > 0 ? draw / total : 0
  }
}
