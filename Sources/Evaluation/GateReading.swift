/// How much of the suite a gate reads.
package enum GateReading: Sendable, Hashable {
  /// Every block that the share has, once.
  case whole
  /// Block by block, with looks on the way (`EarlyLooks`): a candidate that is decided is read no further.
  case stoppingEarly
  /// INCONCLUSIVE units get more draws of demonstrations (`AdaptiveLooks`).
  case adaptive
  /// As large a share as this time, for all candidates together, allows (`TimedReading`).
  case timed(Duration)

  var time: Duration? { if case .timed(let time) = self { time } else { nil } }
}

/// Which chat template a candidate is asked through.
package enum CandidateTemplate: String, Sendable, CaseIterable {
  /// The baseline's, whatever it ships.
  case baseline
  /// The one that it ships: what its users will see.
  case own
}
