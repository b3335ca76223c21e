extension Verdict {
  /// Where the stated errors rest on thinner ground than usual, a sentence each: a loss that sits in single blocks, and units in which nothing
  /// varied.
  package var cautions: [String] {
    let drops = units.filter {
      $0.votes && $0.contrast == .absoluteDrop && $0.metric == .exactMatch && $0.level != .task && $0.shots == nil
    }
    let clustered = drops.filter { ($0.blockCorrelation ?? 0) > UnitVerdict.highBlockCorrelation }
    let floored = drops.filter { $0.evidence?.isFloored == true }
    let correlations = clustered.map { "\($0.unit) (correlation \(rounded($0.blockCorrelation ?? 0)))" }
    return [
      clustered.isEmpty
        ? nil
        : "items that share demonstrations change together in \(correlations.joined(separator: ", ")): a loss that sits in a few "
          + "blocks is judged less surely than stated (docs/verdict.md)",
      floored.isEmpty
        ? nil
        : "hardly anything varies in \(floored.map(\.unit).joined(separator: ", ")): the standard error is its floor, √3 over the items",
    ].compactMap { $0 }
  }

  private func rounded(_ value: Double) -> String { "\((value * 100).rounded() / 100)" }
}
