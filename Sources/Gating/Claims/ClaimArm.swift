/// An arm's runs, asked in one form.
package struct ClaimArm: Sendable {
  package let name: String
  /// The tasks of each run that is finished and holds its target.
  package let runs: [[TaskLeft]]
  /// The same of runs that are finished and do not hold it.
  package let apart: [[TaskLeft]]
  /// Runs that ended with weights that are no numbers.
  package let diverged: Int
  /// How many runs there are to be.
  package let planned: Int

  /// - Parameter planned: nil for those that are there.
  package init(name: String, runs: [[TaskLeft]], apart: [[TaskLeft]] = [], diverged: Int = 0, planned: Int? = nil) {
    self.name = name
    self.runs = runs
    self.apart = apart
    self.diverged = diverged
    self.planned = planned ?? runs.count + apart.count + diverged
  }

  /// Whether no run is still to be done.
  package var isWhole: Bool { runs.count + apart.count + diverged == planned }

  /// Why the runs that hold the target are not all there is to say of the arm; nil where they are.
  package var missing: String? {
    if !apart.isEmpty { return "\(apart.count) of \(name)'s runs never held the target" }
    if diverged > 0 { return "\(diverged) of \(name)'s runs diverged" }
    return isWhole ? nil : "\(planned - runs.count) of \(name)'s \(planned) runs not run"
  }
}
