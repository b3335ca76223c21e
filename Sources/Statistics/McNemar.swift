/// McNemar's exact test: among the items on which the two differ, does either side win more than a fair coin would?
///
/// Q. McNemar, "Note on the sampling error of the difference between correlated proportions", Psychometrika 12, 1947, with the
/// binomial distribution in place of its normal approximation. Every item counts as independent; it never decides.
extension PairedCounts {
  /// P(Bin(B + C, ½) ≤ B): small where the candidate is shown to be worse; 1 where no item differs.
  package var mcnemarPValueWorse: Double { tossesAtMost(onlyCandidate) }

  /// P(Bin(B + C, ½) ≤ C): small where the candidate is shown to be better; 1 where no item differs.
  package var mcnemarPValueBetter: Double { tossesAtMost(onlyBase) }

  /// Twice the smaller of the two, at most 1.
  package var mcnemarPValue: Double { min(1, 2 * min(mcnemarPValueWorse, mcnemarPValueBetter)) }

  private func tossesAtMost(_ count: Int) -> Double {
    // The sum is at most `items`, so the distribution exists.
    BinomialDistribution(trials: onlyCandidate + onlyBase, probability: 0.5)?.cdf(count) ?? .nan
  }
}
