import Diagnostics
import Suites

/// `gate --adaptive`: at most three looks, declared beforehand. After each, the units that are INCONCLUSIVE get further draws of
/// demonstrations in the same blocks, base and candidate alike.
///
/// Each look has a third of α_pass and of α_fail, and a unit that was decided stays so: whatever the looks have in common, a wrong
/// PASS of a unit has a probability of at most α_pass over all of them (Bonferroni), and so has a wrong FAIL of the gate.
package enum AdaptiveLooks {
  /// Draws a block that an open unit has at each look.
  package static let draws = [1, 2, 4]
  package static var mostDraws: Int { draws.max() ?? 1 }
}

extension GatePolicy {
  /// The same with the part of every α that one look of an adaptive gate has.
  package var perLook: GatePolicy { withPart(of: AdaptiveLooks.draws.count) }
}

/// One look of an adaptive gate.
package struct Look: Sendable, Hashable, Codable {
  /// Draws a block that the tasks asked at this look have had by then.
  package let draws: Int
  /// The tasks that were asked; ascending.
  package let tasks: [String]
  /// The candidate's verdict after it.
  package let outcome: Outcome
}

extension Verdict {
  /// Judges in at most three looks (`AdaptiveLooks`).
  ///
  /// - Parameters:
  ///   - scores: the candidate's under the baseline's own draw.
  ///   - policy: with its whole α; each look is judged by a third of it.
  ///   - more: asks base and candidate some tasks under some further draws, in the blocks that `scores` has.
  /// - Throws: as `judge`, and what `more` throws.
  package static func judgeAdaptively(
    baseline: Baseline, candidate: RunDescription, scores: [ItemScore], policy: GatePolicy, related: Set<String> = [],
    contaminated: [String: Set<String>] = [:], leaks: LeakContrast? = nil, unasked: Set<String> = [],
    look: SpentLook = .whole,
    more: (_ draws: Range<Int>, _ tasks: Set<String>) throws -> (base: [ItemScore], candidate: [ItemScore])
  ) throws -> Verdict {
    func judge(_ baseline: Baseline, _ scores: [ItemScore], after earlier: Verdict?) throws -> Verdict {
      try Verdict.judge(
        baseline: baseline, candidate: candidate, scores: scores, policy: policy.perLook, related: related,
        contaminated: contaminated, leaks: leaks, unasked: unasked, look: look, after: earlier)
    }
    let first = try judge(baseline, scores, after: nil)
    var verdict = first.asLook(draws: AdaptiveLooks.draws[0], tasks: Set(first.tasks.map(\.task)))
    var (baseline, scores) = (baseline, scores)
    for (before, draws) in zip(AdaptiveLooks.draws, AdaptiveLooks.draws.dropFirst()) {
      let tasks = verdict.openTasks
      guard verdict.outcome == .inconclusive, !tasks.isEmpty else { break }
      let further: (base: [ItemScore], candidate: [ItemScore])
      do {
        further = try more(before..<draws, tasks)
      } catch let refusal as NotGateable {
        // What was decided before stands, and what was open stays so.
        return verdict.with(note: "no further look: \(refusal.reason)")
      }
      baseline = Baseline(baseline, adding: further.base)
      scores += further.candidate
      verdict = try judge(baseline, scores, after: verdict).asLook(draws: draws, tasks: tasks)
    }
    return verdict
  }

  /// The same as the latest look.
  private func asLook(draws: Int, tasks: Set<String>) -> Verdict {
    let look = Look(draws: draws, tasks: tasks.sorted(), outcome: outcome)
    return with(notes: notes, looks: (looks ?? []) + [look])
  }

  /// The same with one more note.
  package func adding(note: Note) -> Verdict { with(notes: notes + [note], looks: looks) }

  private func with(note: String) -> Verdict { with(notes: notes + [Note(.note, note)], looks: looks) }

  private func with(notes: [Note], looks: [Look]?) -> Verdict {
    Verdict(
      outcome: outcome,
      sentence: VerdictSentence(outcome: outcome, units: units, coverage: coverage, notes: notes).text,
      coverage: coverage, units: units, spread: spread, tasks: tasks, notes: notes, looks: looks, look: look,
      discordance: discordance)
  }

  /// Tasks that vote in a unit that is INCONCLUSIVE.
  ///
  /// What labels leak is asked under one draw: no further one helps there.
  var openTasks: Set<String> { votingTasks(ofUnits: .inconclusive) { $0.metric != .labelFree } }

  /// Tasks that vote in some unit with such an outcome.
  package func votingTasks(
    ofUnits outcome: Outcome, where isMeant: (UnitVerdict) -> Bool = { _ in true }
  ) -> Set<String> {
    let open = units.filter { $0.outcome == outcome && isMeant($0) }
    let isOverall = open.contains { $0.level == .overall }
    let families = Set(open.filter { $0.level == .family }.map(\.unit))
    return Set(tasks.filter { $0.admitted && (isOverall || families.contains($0.family)) }.map(\.task))
  }
}
