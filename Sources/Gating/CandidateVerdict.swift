/// One candidate of a gate and what became of it.
package struct CandidateVerdict: Sendable, Hashable, Codable {
  /// The checkpoint as it was given.
  package let path: String
  /// nil where it could not even be identified.
  package let model: ModelDescription?
  package let durationSeconds: Double
  /// The share of every task's blocks that was asked, "1/4"; "1/1" for all.
  package let share: String
  /// nil where it could not be judged, and where it failed early.
  package let verdict: Verdict?
  /// Where the sequential test ended the gate.
  package let earlyFailure: EarlyFailure?
  /// Why it could not be judged; nil where it was.
  package let notGateable: String?

  /// A candidate that was judged.
  package init(path: String, model: ModelDescription, durationSeconds: Double, share: String, verdict: Verdict) {
    self.path = path
    self.model = model
    self.durationSeconds = durationSeconds
    self.share = share
    self.verdict = verdict
    self.earlyFailure = nil
    self.notGateable = nil
  }

  /// A candidate that failed before it was read to the end.
  package init(
    path: String, model: ModelDescription, durationSeconds: Double, share: String, earlyFailure: EarlyFailure
  ) {
    self.path = path
    self.model = model
    self.durationSeconds = durationSeconds
    self.share = share
    self.verdict = nil
    self.earlyFailure = earlyFailure
    self.notGateable = nil
  }

  /// A candidate that could not be judged.
  package init(path: String, model: ModelDescription?, durationSeconds: Double, share: String, notGateable: String) {
    self.path = path
    self.model = model
    self.durationSeconds = durationSeconds
    self.share = share
    self.verdict = nil
    self.earlyFailure = nil
    self.notGateable = notGateable
  }

  /// nil where it could not be judged.
  package var outcome: Outcome? { verdict?.outcome ?? (earlyFailure == nil ? nil : .fail) }

  /// The verdict's sentence, or why there is none.
  package var sentence: String {
    verdict?.sentence ?? earlyFailure?.sentence ?? "NOT GATEABLE: \(notGateable ?? "no reason given")"
  }

  enum CodingKeys: String, CodingKey {
    case path, model, share, verdict
    case durationSeconds = "duration_seconds"
    case earlyFailure = "early_failure"
    case notGateable = "not_gateable"
  }
}
