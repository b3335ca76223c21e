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
/// The figures of recipes are those of reports/claims, this project's measurement.
struct NextSteps {
  private let candidate: CandidateVerdict
  private let command: TypedCommand
  private let selection: SeriesSelection?
  private let looksAtLeaks: Bool
  /// The share that counts as all; nil for all, and in reports of before.
  private let declared: Share?

  /// - Parameter isAlone: whether the gate had no other candidate, so that its own command can be run again.
  init(_ candidate: CandidateVerdict, header: ReportHeader, isAlone: Bool) {
    self.candidate = candidate
    selection = header.selection
    declared = header.declaredShare
    looksAtLeaks = !header.settings.maxLeakMass.isOff
    let typed = TypedCommand(header.command)
    // What a server loaded for a gate it has no more: all of them are loaded again.
    command = typed.isGate && (isAlone || typed.loadsAdapters) ? typed : typed.gate(candidate.path)
  }

  var list: [NextStep] {
    switch candidate.outcome {
    case .pass?: return [NextStep(why: afterPassing, command: nil, seconds: nil)]
    case .fail?: return afterFailing
    case .inconclusive?, .uninformative?: return candidate.timeOut.map { [goOn($0)] } ?? whileOpen
    case nil: return [unjudged]
    }
  }

  private var afterPassing: String {
    guard let selection, selection.rule == .best else { return "Ship it. Keep this report with the release." }
    if selection.selected != candidate.path { return "Take the one that was selected." }
    return selection.confirmation == .pass
      ? "Ship it. Keep this report with the release."
      : "Do not ship it on this evidence: what was best by luck does not stay the best. Gate others, or train again."
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
          command: command.without("--stop-early", "--within", "--candidate-template").with("--diagnose").line,
          // Controls of both models are asked beside, which takes either as long as the questions.
          seconds: read.map { 2.2 * $0 })
      ] : []
    // It works on files, and asks for no leak mass.
    let isRepairable = !candidate.path.contains("://") && !looksAtLeaks
    let repair = [
      NextStep(
        why:
          "Keep a part of this fine-tuning: the largest share of it that passes the gate. In the demo a failed checkpoint kept 89.0 of its "
          + "91.5 % target accuracy and came back from 42.9 to 97.4 % of its few-shot ability.",
        command: "holdfast repair --candidate \(path) --data YOUR-TEST.jsonl\(shared)", seconds: nil)
    ]
    return diagnose + (isRepairable ? repair : []) + [
      NextStep(
        why:
          "Train again more slowly: in reports/claims (\(MeasuredRecipes.model), all at 88 % of one task, three seeds each) full fine-tuning lost "
          + "\(MeasuredRecipes.text("full-1e-4")) of its few-shot ability at learning rate 1e-4, \(MeasuredRecipes.text("full-5e-5")) at 5e-5 and "
          + "\(MeasuredRecipes.text("full-2e-5")) at 2e-5.",
        command: nil, seconds: nil),
      NextStep(
        why:
          "Or with one general sample in ten: at 5e-5 it lost \(MeasuredRecipes.text("general-10-5e-5")) in place of "
          + "\(MeasuredRecipes.text("full-5e-5")) there.",
        command: "holdfast train recipes/general-mix.yaml", seconds: nil),
      NextStep(
        why:
          "Or with a term that holds the base's answers to few-shot prompts of other tasks: there it lost "
          + "\(MeasuredRecipes.text("preserve-4-5e-5")) in place of \(MeasuredRecipes.text("full-5e-5")) at 5e-5, and with LoRA at 1e-3 "
          + "\(MeasuredRecipes.text("lora-16-preserve-4")) in place of \(MeasuredRecipes.text("lora-16-1e-3")).",
        command: "holdfast train recipes/preserve.yaml", seconds: nil),
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
    // Not where looks under further draws were taken already, or would not settle what is open.
    let isAdaptable =
      candidate.verdict?.looks == nil
      && open.allSatisfy { unit in
        guard let shortfall = unit.shortfall else { return false }
        return shortfall.blocks != nil || shortfall.draws.map { $0 < AdaptiveLooks.mostDraws } ?? !shortfall.drawsKnown
      }
    if steps.isEmpty, isAdaptable {
      steps.append(
        NextStep(
          why: "Ask what is open again with other examples in the prompts, base and candidate, in at most three looks.",
          command: command.without("--stop-early", "--within", "--candidate-template").with("--adaptive").line,
          seconds: read.map { 4 * $0 }))
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
    let most = declared ?? candidate.verdict?.look?.declared ?? .all
    guard let settling, settling <= most, let asked, settling > asked else { return nil }
    return settling
  }

  /// How long that takes nobody knows: what was read before may have been read on another day.
  private func goOn(_ late: TimeOut) -> NextStep {
    NextStep(
      why: "Go on from there: \(late.blocksRead) of \(late.blocks) blocks of questions are kept. Give it more time.",
      command: command.without("--timeout", "--within").line, seconds: nil)
  }

  // MARK: - NOT GATEABLE

  private var unjudged: NextStep {
    guard let share = candidate.judgeableShare else {
      return NextStep(
        why: "Mend what stands beside, and gate it again.", command: command.without("--within").line, seconds: nil)
    }
    return NextStep(
      why: "Ask more: \(share) of the questions is the least that can be judged.",
      command: command.without("--within").with("--share", "\(share)").line, seconds: seconds(to: share))
  }

  // MARK: - Time

  /// The share that was asked.
  private var asked: Share? { try? Share(parsing: candidate.share) }

  /// What the questions that were asked take.
  private var read: Double? { candidate.wholeSeconds.flatMap { whole in asked.map { whole * $0.fraction } } }

  /// What a larger share takes beyond what is known already.
  private func seconds(to share: Share) -> Double? {
    candidate.wholeSeconds.flatMap { whole in asked.map { max(1, whole * (share.fraction - $0.fraction)) } }
  }
}

extension UnitVerdict {
  /// The least number of eighths that would settle it; nil where further blocks would not.
  fileprivate var settlingShare: Share? {
    guard let shortfall, let further = shortfall.blocks, further > 0 else { return nil }
    // Of numbers from a file, which need not be small.
    let part = Double(blocks) + Double(further)
    let eighths = (8 * part / max(1, Double(blocks) + Double(shortfall.blocksLeft))).rounded(.up)
    return try? Share.all.part(Int(min(8, max(1, eighths))), of: 8)
  }
}
