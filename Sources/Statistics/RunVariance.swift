/// The mean of independent runs, one number each: a recipe under several training seeds.
package struct MeanOverRuns: Sendable, Hashable {
  package let mean: Double
  /// s²/S.
  package let squaredError: Double
  /// S - 1 of one side's runs; Welch's of a difference.
  package let degreesOfFreedom: Double

  /// - Returns: nil of fewer than two runs.
  package init?(_ runs: [Double]) {
    guard runs.count > 1 else { return nil }
    let count = Double(runs.count)
    let mean = runs.reduce(0, +) / count
    self.mean = mean
    squaredError = runs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / (count - 1) / count
    degreesOfFreedom = count - 1
  }

  /// The difference of two sides' means, which are not paired: B. L. Welch, Biometrika 34, 1947.
  private init(_ first: MeanOverRuns, minus second: MeanOverRuns) {
    mean = first.mean - second.mean
    squaredError = first.squaredError + second.squaredError
    degreesOfFreedom =
      satterthwaite([first, second].map { ($0.squaredError, $0.degreesOfFreedom) }) ?? first.degreesOfFreedom
  }

  package static func - (first: MeanOverRuns, second: MeanOverRuns) -> MeanOverRuns {
    MeanOverRuns(first, minus: second)
  }

  /// The two-sided t interval at level 1 - alpha: over runs, on the questions that were asked; nil where all runs agree, which says
  /// nothing of how runs differ.
  package func interval(alpha: Double = 0.05) -> ClosedRange<Double>? {
    guard squaredError > 0 else { return nil }
    let margin = StudentT(degreesOfFreedom: degreesOfFreedom).quantile(1 - alpha / 2) * squaredError.squareRoot()
    return (mean - margin)...(mean + margin)
  }
}

/// What other runs would change: a model that is trained again under another seed is another model.
extension UnitEstimate {
  /// The same difference of two sides' means, where sides were trained several times, with runs as sampling units beside blocks.
  ///
  /// SE² = SE²_blocks + Σ_sides s²/S, s² the variance of a side's means over its S runs. The mean over runs is then for recipes, not
  /// for checkpoints. Degrees of freedom are Satterthwaite's over these parts, S - 1 for a side's. Runs and blocks are crossed
  /// (C. Cameron, J. Gelbach, D. Miller, "Robust inference with multiway clustering", 2011); what is of one run in one block is in
  /// both parts and is not taken off again, so that the error is, if anything, overstated.
  ///
  /// - Parameter sides: the unit's mean of each run of each side. A side of one run adds nothing: it stands for itself alone.
  package func over(runs sides: [[Double]]) -> UnitEstimate {
    let ofBlocks = standardError * standardError
    let ofRuns = sides.compactMap(MeanOverRuns.init).map { ($0.squaredError, $0.degreesOfFreedom) }
    let parts: [(Double, Double)] = [(ofBlocks, degreesOfFreedom)] + ofRuns
    let variance = parts.reduce(0.0) { $0 + $1.0 }
    guard variance > ofBlocks, let degrees = satterthwaite(parts) else { return self }
    return UnitEstimate(self, standardError: variance.squareRoot(), degreesOfFreedom: degrees)
  }
}

/// Satterthwaite's degrees of freedom of a sum of independently estimated variances: (Σ v)² / Σ v²/ν; nil where nothing varies.
///
/// - Parameter parts: a variance and its degrees of freedom each.
private func satterthwaite(_ parts: [(Double, Double)]) -> Double? {
  let variance = parts.reduce(0.0) { $0 + $1.0 }
  let squares = parts.reduce(0.0) { $0 + $1.0 * $1.0 / $1.1 }
  return squares > 0 ? variance * variance / squares : nil
}
