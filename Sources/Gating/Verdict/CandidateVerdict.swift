import Suites

/// One candidate of a gate and what became of it.
package struct CandidateVerdict: Sendable, Hashable, Codable {
  /// The checkpoint as it was given.
  package let path: String
  /// nil where it could not even be identified.
  package let model: ModelDescription?
  package let durationSeconds: Double
  /// The share of every task's blocks that was asked, "1/4"; "1/1" for all.
  package let share: String
  /// nil where it could not be judged.
  package let verdict: Verdict?
  /// Where the gate's time was over first.
  package let timeOut: TimeOut?
  /// Why it could not be judged; nil where it was.
  package let notGateable: String?
  /// Why it failed; nil where that was not asked, or it did not.
  package let diagnosis: Diagnosis?
  /// Seconds that everything that could be asked would take on the machine that asked, by the rate of what was; nil where nothing was.
  package private(set) var wholeSeconds: Double?
  /// The smallest share that could be judged, where too small a one was asked.
  package private(set) var judgeableShare: Share?
  /// What became of the form of answers; nil where it lost none that it was let answer.
  package private(set) var wrapped: WrappedAnswers?

  /// What became of a candidate.
  package enum Finding: Sendable {
    case judged(Verdict)
    /// It was not read to the end in time.
    case ranOutOfTime(TimeOut)
    /// It could not be judged, and why.
    case refused(String)
  }

  package init(
    path: String, model: ModelDescription?, durationSeconds: Double, share: String, finding: Finding,
    diagnosis: Diagnosis? = nil
  ) {
    self.path = path
    self.model = model
    self.durationSeconds = durationSeconds
    self.share = share
    verdict = if case .judged(let verdict) = finding { verdict } else { nil }
    timeOut = if case .ranOutOfTime(let timeOut) = finding { timeOut } else { nil }
    self.diagnosis = diagnosis
    wrapped = nil
    notGateable = if case .refused(let reason) = finding { reason } else { nil }
  }

  /// The same with how long all questions would take, and with the smallest share that could be judged.
  package func with(wholeSeconds: Double?, judgeableShare: Share?) -> CandidateVerdict {
    var verdict = self
    verdict.wholeSeconds = wholeSeconds
    verdict.judgeableShare = judgeableShare
    return verdict
  }

  /// The same with what its answers to what it lost say.
  package func with(lost: [LostAnswer]) -> CandidateVerdict {
    var verdict = self
    verdict.wrapped = WrappedAnswers(lost)
    return verdict
  }

  /// What lost answers say of lost format, in a sentence; nil where there is nothing, and of a PASS, which lost nothing to explain.
  package var formatLost: String? { outcome == .pass ? nil : wrapped?.text }

  /// nil where it could not be judged.
  package var outcome: Outcome? {
    verdict?.outcome ?? (timeOut != nil ? .inconclusive : nil)
  }

  /// The tasks that voted; empty where none was judged.
  package var votingTasks: Set<String> { Set(verdict?.tasks.filter(\.admitted).map(\.task) ?? []) }

  /// The code that a gate of this candidate alone ends with. What was not read to the end never passes, whatever the policy is for
  /// evidence that settles nothing.
  package func exit(_ policy: GatePolicy) -> GateExit {
    guard let outcome else { return .undecided }
    let exit = policy.exit(outcome)
    return timeOut != nil && exit == .pass ? .undecided : exit
  }

  /// The verdict's sentence, or why there is none.
  package var sentence: String {
    verdict?.sentence ?? timeOut?.sentence ?? "NOT GATEABLE: \(notGateable ?? "no reason given")"
  }

  enum CodingKeys: String, CodingKey {
    case path, model, share, verdict, diagnosis, wrapped
    case durationSeconds = "duration_seconds"
    case timeOut = "time_out"
    case notGateable = "not_gateable"
    case wholeSeconds = "whole_seconds"
    case judgeableShare = "judgeable_share"
  }
}
