import Diagnostics
import Foundation
import Gating
import Ledger
import Scoring
import Suites

/// `gate --within`: reads as large a share of the suite as the time that is left allows on this machine.
///
/// The share is chosen by rows and by the rate of the first seconds, before any score is looked at; where the machine slows down later, the
/// largest share that was read whole stands in for it. Nobody's answers decide what is read, so that the verdict has the error rates of
/// any other share.
struct TimedReading {
  /// As it was given, for so many candidates.
  let time: Duration
  let candidates: Int
  let run: SuiteRun
  let questions: SuiteRun.Questions
  let baseline: Baseline
  let policy: GatePolicy
  let related: Set<String>
  let contaminated: [String: Set<String>]
  /// The largest share that was judged before: less has nothing to say.
  let least: Share?

  /// The longest that the machine's rate is measured for, in seconds, and the part of the time that this may take.
  private static let measuring = (most: 10.0, part: 0.1)
  /// The part of the time that is planned for.
  private static let planned = 0.92
  /// Seconds for what comes after the reading.
  private static let rest = 1.5

  /// - Throws: `NotGateable` where the time allows no verdict; `OutOfTime` where it ended before any share was read whole.
  func read(
    _ subject: any AskedModel, _ scorer: any Scorer, report: @escaping (GateSession.Event) -> Void
  ) throws -> (SuiteRun.Outcome, TimedShare) {
    let shares = try shares(subject, scorer)
    guard let smallest = shares.first(where: isJudgeable), let largest = shares.last else {
      // The whole says why, which is no matter of time.
      try demandEnough(run.share)
      throw NotGateable("no share of this suite can be judged")
    }
    var chosen = largest
    if let open = shares.first(where: { $0.rows > 0 }) {
      let (rate, done) = try measure(subject, scorer, open, report)
      let room = max(0, secondsLeft - Self.rest) * rate * Self.planned
      let fitting = shares.last { Double($0.rows - done) <= room && isJudgeable($0) }
      guard let fitting else {
        let needed = Double(smallest.rows) / rate / Self.planned + Self.rest + Self.measuring.most
        throw NotGateable(
          """
          \(given) is too little for a verdict on this machine (\(Int(rate)) rows/s): the smallest share that can be judged is \
          \(smallest.share), which takes about \(duration(needed)) for each candidate; give --within as much
          """)
      }
      chosen = fitting
      let plan = try planned(fitting.share)
      report(.note("\(plan.text); about \(duration(Double(fitting.rows) / rate)) at \(Int(rate)) rows/s"))
    } else {
      report(.note(try planned(chosen.share).text))
    }
    do {
      return (try execute(chosen.share, subject, scorer, report), try planned(chosen.share))
    } catch let late as OutOfTime {
      let done = try run.ledger.completedBlocks(late.run)
      let whole = try shares.last { share in
        try isJudgeable(share)
          && run.blocks(questions, share: share.share).allSatisfy { done.contains($0.key) }
      }
      guard let whole else { throw late }
      // Its scores are all known.
      let outcome = try Interruption.withDeadline(nil) { try execute(whole.share, subject, scorer, report) }
      return (outcome, try planned(whole.share, insteadOf: chosen.share))
    }
  }

  private func execute(
    _ share: Share, _ subject: any AskedModel, _ scorer: any Scorer, _ report: @escaping (GateSession.Event) -> Void
  ) throws -> SuiteRun.Outcome {
    try run.with(share: share).execute(
      subject, scorer: scorer, questions: questions, progress: { report(.progress($0)) })
  }

  // MARK: - What fits

  /// A share, and the rows that are to be computed for it.
  private struct Candidate {
    let share: Share
    let rows: Int
  }

  /// Every share that differs from the others by a block of some task, ascending.
  private func shares(_ subject: any AskedModel, _ scorer: any Scorer) throws -> [Candidate] {
    let all = try run.blocks(questions, share: .all)
    let rounds = Dictionary(grouping: all, by: \.task).values.map(\.count).max() ?? 0
    let known = try run.ledger.knownScores(
      model: subject.id, numerics: scorer.numericsID,
      requests: all.flatMap { $0.observations.map(\.request.id) })
    let shares = Set(try (1...max(1, rounds)).map { try Share(parsing: "\($0)/\(max(1, rounds))") } + [run.share])
      .filter { share in share <= run.share && least.map { share >= $0 } ?? true }.sorted()
    var listed: Set<BlockKey> = []
    var batches: [[Request]] = []
    var ends: [Int] = []
    for share in shares {
      for block in try run.blocks(questions, share: share) where listed.insert(block.key).inserted {
        batches.append(block.observations.map(\.request).filter { known[$0.id] == nil })
      }
      ends.append(batches.count)
    }
    // A model beside it is asked as much.
    let rows = try scorer.rowCounts(batches).map { run.beside == nil ? $0 : 2 * $0 }
    return zip(shares, ends).map { Candidate(share: $0, rows: $1 == 0 ? 0 : rows[$1 - 1]) }
  }

  /// Rows a second, by asking the first blocks that are not known for some seconds, and the rows that this took.
  ///
  /// - Throws: `NotGateable` where not even one wave was computed by then: nothing that could be said would be known.
  private func measure(
    _ subject: any AskedModel, _ scorer: any Scorer, _ first: Candidate,
    _ report: @escaping (GateSession.Event) -> Void
  ) throws -> (rate: Double, rows: Int) {
    var measured: [ScoringProgress] = []
    let seconds = min(Self.measuring.most, secondsLeft * Self.measuring.part)
    do {
      _ = try Interruption.withDeadline(ContinuousClock.now + .seconds(seconds)) {
        try run.with(share: first.share).execute(
          subject, scorer: scorer, questions: questions,
          progress: {
            measured.append($0)
            report(.progress($0))
          })
      }
    } catch is OutOfTime {
    }
    guard let last = measured.last else {
      throw NotGateable(
        "\(given) is too little for a verdict on this machine: its rate could not be measured within \(duration(seconds)); "
          + "give --within more")
    }
    // The first wave is a small one, and finds nothing in the caches.
    let start = measured.count > 1 ? measured[0] : ScoringProgress()
    return (Double(last.rows - start.rows) / max(1e-3, last.seconds - start.seconds), last.rows)
  }

  private func isJudgeable(_ candidate: Candidate) -> Bool { (try? demandEnough(candidate.share)) != nil }

  private func demandEnough(_ share: Share) throws {
    try Verdict.demandEnough(
      baseline, share: share, policy: policy, related: related, contaminated: contaminated)
  }

  private var secondsLeft: Double { Interruption.remaining.map { $0 / .seconds(1) } ?? .infinity }

  private var given: String {
    duration(time / .seconds(1)) + (candidates > 1 ? " for \(candidates) candidates" : "")
  }

  private func planned(_ share: Share, insteadOf other: Share? = nil) throws -> TimedShare {
    TimedShare(
      share: share, given: given, insteadOf: other,
      plan: try GatePlan(
        baseline: baseline, policy: policy, share: share, related: related, contaminated: contaminated))
  }
}

/// The share that a time allowed, and what it can show.
struct TimedShare {
  let share: Share
  /// The time that was given.
  let given: String
  /// The share that was to be read, where the machine did not come that far.
  let insteadOf: Share?
  let plan: GatePlan

  /// "within 5 min: share 3/8, 72 of 190 blocks, which finds a drop of 9.1 points …"
  var text: String {
    let overall = plan.units.first { $0.level == .overall && $0.metric == .exactMatch && $0.contrast == .absoluteDrop }
    let power = overall?.precision.map {
      ": finds an overall drop of \(points($0.smallestFailingDrop)) points, and passes no drop where the margin is "
        + "\(points($0.smallestPassingMargin)) or more, four times in five"
    }
    let later = insteadOf.map { "; \($0) was planned, and the machine slowed down" } ?? ""
    return "within \(given): share \(share), \(plan.coverage.blocks) of \(plan.coverage.blocksInBaseline) blocks"
      + (power ?? "") + later
  }

  var note: Note { Note(.note, text) }
}

/// "4 min 10 s"
private func duration(_ seconds: Double) -> String {
  guard seconds.isFinite else { return "any time" }
  let whole = Int(seconds.rounded())
  return whole < 60 ? "\(whole) s" : "\(whole / 60) min" + (whole % 60 == 0 ? "" : " \(whole % 60) s")
}
