/// What a search asks of an evaluated share.
package protocol SearchedShare {
  var share: GridShare { get }
  /// Whether the gate passes.
  var passes: Bool { get }
  /// What the gate decides by: above 0 where it passes, and the lower the worse.
  var statistic: Double { get }
}

/// A bisection for the largest share of a fine-tuning that passes, on a grid.
///
/// The base passes and the candidate does not: neither is evaluated. In between the gate's statistic is taken to fall as the share rises;
/// five evaluations of 32 steps then find the largest share that passes. Where it does not fall, what they find passes all the same: only a larger one
/// may have been missed.
package struct ShareSearch<Trial: SearchedShare> {
  /// In the order in which they were evaluated.
  package private(set) var trials: [Trial] = []

  /// - Parameters:
  ///   - parts: the steps of the grid.
  ///   - evaluate: is asked for shares above none and below the whole; what it throws ends the search.
  package init(parts: Int = GridShare.steps, _ evaluate: (GridShare) throws -> Trial) rethrows {
    var passing = 0
    var failing = parts
    while failing - passing > 1 {
      let middle = (passing + failing) / 2
      let trial = try evaluate(GridShare(numerator: middle, of: parts))
      trials.append(trial)
      if trial.passes { passing = middle } else { failing = middle }
    }
  }

  /// Those that pass, ascending.
  package var passing: [Trial] { trials.filter(\.passes).sorted { $0.share < $1.share } }

  /// Whether the statistic never rises with the share, among what was evaluated.
  package var isMonotone: Bool {
    let ordered = trials.sorted { $0.share < $1.share }
    return zip(ordered, ordered.dropFirst()).allSatisfy { $0.statistic >= $1.statistic }
  }

  /// The shares to confirm on items that the search has not seen, ascending, at most two: the one that passes with the most of `worth`
  /// (the smaller among equals), and before it the next smaller one that passes.
  ///
  /// They are tested one after the other and the first that does not pass ends it: a fixed sequence, so that each is tested at the gate's
  /// own α and one of them passes wrongly no more often than that (Maurer, Hothorn and Lehmacher 1995).
  package func toConfirm(by worth: (Trial) -> Double) -> [Trial] {
    let passing = passing
    guard let best = passing.map(worth).max(), let chosen = passing.firstIndex(where: { worth($0) == best }) else {
      return []
    }
    return Array(passing[max(0, chosen - 1)...chosen])
  }
}
