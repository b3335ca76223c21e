import Diagnostics
import Gating
import Suites

/// What is worth doing after a verdict: why, the command as it would be typed, and how long that takes.
struct NextStep {
  let why: String
  /// Nil where nothing has to be run.
  let command: String?
  /// About how long; nil where nobody can know.
  let seconds: Double?

  var context: [String: Any] {
    [
      "why": why, "command": command.map { [["line": $0]] } ?? [],
      "time": seconds.map { [["text": spokenTime($0)]] } ?? [],
    ]
  }
}

/// The steps after a verdict, the cheapest first, built from the command that was run.
///
/// The figures of recipes are those of reports/preservation, this project's experiment: 100 steps on sentiment, SmolLM2 135M.
struct NextSteps {
  private let candidate: CandidateVerdict
  private let command: TypedCommand

  /// - Parameter isAlone: whether the gate had no other candidate, so that its own command can be run again.
  init(_ candidate: CandidateVerdict, header: ReportHeader, isAlone: Bool) {
    self.candidate = candidate
    let typed = TypedCommand(header.command)
    command = isAlone && typed.isGate ? typed : typed.gate(candidate.path)
  }

  var list: [NextStep] {
    switch candidate.outcome {
    case .pass?: return [NextStep(why: "Ship it. Keep this report with the release.", command: nil, seconds: nil)]
    case .fail?: return afterFailing
    case .inconclusive?, .uninformative?: return candidate.timeOut.map { [goOn($0)] } ?? whileOpen
    case nil: return [unjudged]
    }
  }

  // MARK: - FAIL

  private var afterFailing: [NextStep] {
    let shared = command.shared
    let path = shellQuoted(candidate.path)
    let diagnose =
      candidate.diagnosis == nil
      ? [
        NextStep(
          why: "Find out what was lost, and in which layers.",
          command: command.without("--stop-early", "--within").with("--diagnose").line,
          // Controls of both models are asked beside, which takes either as long as the questions.
          seconds: read.map { 2.2 * $0 })
      ] : []
    return diagnose + [
      NextStep(
        why:
          "Keep a part of this fine-tuning: the largest share of it that passes the gate. In the demo a failed checkpoint kept 89.0 of its "
          + "91.5 % target accuracy and came back from 42.9 to 97.4 % of its few-shot ability.",
        command: "holdfast repair --candidate \(path) --data YOUR-TEST.jsonl\(shared)", seconds: nil),
      NextStep(
        why:
          "Train again with a term that holds the base's answers to few-shot prompts of other tasks: in reports/preservation this kept 98 and "
          + "100 % (two seeds), where plain fine-tuning at learning rate 5e-5 kept 89 and 84 %, and at 1e-4 30 %.",
        command: "holdfast train recipes/preserve.yaml", seconds: nil),
      NextStep(
        why: "Or mix 20 % few-shot samples of other tasks into the data: there it kept 113 and 106 %.",
        command: "holdfast train recipes/icl-mix.yaml", seconds: nil),
    ]
  }

  // MARK: - INCONCLUSIVE

  private var whileOpen: [NextStep] {
    let open = candidate.verdict?.units.filter { $0.votes && $0.outcome == .inconclusive } ?? []
    var steps: [NextStep] = []
    if let share = settlingShare(open) {
      steps.append(
        NextStep(
          why: "Ask more: \(share) of the questions would settle it, four times in five, if the loss stays as it is.",
          command: command.without("--within", "--timeout").with("--share", "\(share)").line,
          seconds: seconds(to: share)))
    }
    let draws = open.compactMap { $0.shortfall?.draws }
    if steps.isEmpty, !draws.isEmpty || open.contains(where: { $0.shortfall?.drawsKnown == false }) {
      steps.append(
        NextStep(
          why: "Ask what is open again with other examples in the prompts, base and candidate, in at most three looks.",
          command: command.without("--stop-early", "--within").with("--adaptive").line, seconds: read.map { 4 * $0 }))
    }
    if steps.isEmpty, let asked = try? Share(parsing: candidate.share), asked < .all {
      steps.append(
        NextStep(
          why: "Ask everything: nothing less settles it.",
          command: command.without("--within", "--timeout").with("--share", "1").line, seconds: seconds(to: .all)))
    }
    steps.append(
      NextStep(
        why:
          "\(steps.isEmpty ? "Decide" : "Or decide") what a loss of this size is worth to you: where it lies at the limit, no further question settles it.",
        command: nil, seconds: nil))
    return steps
  }

  /// The smallest share that would settle it: as FAIL by one unit, or else all that are open. Nil where none would.
  private func settlingShare(_ open: [UnitVerdict]) -> Share? {
    let needed = open.map { unit in (towards: unit.shortfall?.towards, share: unit.settlingShare) }
    let failing = needed.filter { $0.towards == .fail }.compactMap(\.share).min()
    let all = needed.compactMap(\.share)
    let settling = [failing, all.count == open.count ? all.max() : nil].compactMap { $0 }.min()
    // More than counts as all is refused.
    let most = candidate.verdict?.look?.declared ?? .all
    guard let settling, settling <= most, let asked = try? Share(parsing: candidate.share), settling > asked else {
      return nil
    }
    return settling
  }

  private func goOn(_ late: TimeOut) -> NextStep {
    let left =
      late.blocksRead > 0
      ? candidate.durationSeconds * Double(late.blocks - late.blocksRead) / Double(late.blocksRead) : nil
    return NextStep(
      why: "Go on from there: what was read is kept. Give it more time.",
      command: command.without("--timeout", "--within").line, seconds: left)
  }

  // MARK: - NOT GATEABLE

  private var unjudged: NextStep {
    guard let share = candidate.judgeableShare else {
      return NextStep(
        why: "Mend what stands beside, and gate it again.", command: command.line, seconds: nil)
    }
    return NextStep(
      why: "Ask more: \(share) of the questions is the least that can be judged.",
      command: command.without("--within").with("--share", "\(share)").line, seconds: seconds(to: share))
  }

  // MARK: - Time

  /// What the questions that were asked take.
  private var read: Double? {
    candidate.wholeSeconds.flatMap { whole in (try? Share(parsing: candidate.share)).map { whole * $0.fraction } }
  }

  /// What a larger share takes beyond what is known already.
  private func seconds(to share: Share) -> Double? {
    candidate.wholeSeconds.flatMap { whole in
      (try? Share(parsing: candidate.share)).map { max(1, whole * (share.fraction - $0.fraction)) }
    }
  }
}

extension UnitVerdict {
  /// The least number of eighths that would settle it; nil where further blocks would not.
  fileprivate var settlingShare: Share? {
    guard let shortfall, let further = shortfall.blocks, further > 0 else { return nil }
    let total = max(1, blocks + shortfall.blocksLeft)
    return try? Share.all.part(min(8, max(1, (8 * (blocks + further) + total - 1) / total)), of: 8)
  }
}

/// A time as people say it: "40 s", "6 min", "1 h 20 min".
func spokenTime(_ seconds: Double) -> String {
  guard seconds.isFinite, seconds < 360_000 else { return "days" }
  if seconds < 55 { return "\(max(1, Int((seconds / 5).rounded()) * 5)) s" }
  let minutes = max(1, Int((seconds / 60).rounded()))
  guard minutes >= 60 else { return "\(minutes) min" }
  return "\(minutes / 60) h" + (minutes % 60 == 0 ? "" : " \(minutes % 60) min")
}
