import Foundation
import Gating
import Mustache

extension GateReport {
  /// Bytes that report.md may have: a comment on a pull request takes 65,536 characters, and a heading of the poster's comes with it.
  package static let markdownLimit = 64_000

  /// report.md, fit for a comment and a job summary: verdicts, units, tasks, and how it was measured. Of many candidates the tables of
  /// tasks are left out, then all tables, then candidates that pass, until it fits.
  ///
  /// - Parameter lost: of each candidate the worst of what it lost, in the report's order; empty where nobody looked.
  package func markdown(lost: [[LostAnswer]] = []) throws -> String {
    let template = try MustacheTemplate(string: markdownTemplate)
    var text = ""
    for detail in MarkdownDetail.allCases {
      text = template.render(context(detail, lost))
      if text.utf8.count <= Self.markdownLimit { break }
    }
    return text
  }

  /// As many as fit: those that end the gate with 1 first.
  private var worst: [CandidateVerdict] {
    let failed = candidates.filter { $0.exit(header.settings.policy) == .regression }
    let others = candidates.filter { $0.outcome != .pass && $0.exit(header.settings.policy) != .regression }
    return Array((failed + others).prefix(40))
  }

  private func context(_ detail: MarkdownDetail, _ lost: [[LostAnswer]]) -> [String: Any] {
    let shown: [CandidateVerdict]
    switch detail {
    case .worst: shown = worst
    default: shown = candidates
    }
    let left = candidates.count - shown.count
    let cut: String? =
      switch detail {
      case .everything: nil
      case .units: "The tables of tasks are left out here; report.html has them."
      case .verdicts: "All tables are left out here; report.html has them."
      case .worst: "Tables and \(left) of \(candidates.count) candidates are left out here; report.html has them."
      }
    return [
      "outcome": word, "candidates": shown.map { candidateContext($0, detail, lost) },
      "forms": header.forms.map { [FormsSection($0).context(markdownEscaped)] } ?? [],
      "facts": detail == .worst ? [] : facts,
      "cut": cut.map { [["text": $0]] } ?? [],
    ]
  }

  /// The four answers, and what was lost, as an example.
  private func answers(_ candidate: CandidateVerdict, _ lost: [[LostAnswer]]) -> [String: Any] {
    let answers = FourAnswers(candidate, header: header, isAlone: candidates.count == 1)
    let next = answers.steps.first
    let place = candidates.firstIndex { $0.path == candidate.path } ?? lost.count
    let example = candidate.outcome == .pass || !lost.indices.contains(place) ? nil : TellingExample(lost[place])
    return [
      "answers": answers.answers.map {
        ["question": $0.question, "answer": markdownEscaped($0.answer), "detail": markdownEscaped($0.detail)]
      },
      "why": markdownEscaped(next?.why ?? ""), "time": next?.seconds.map { " About \(spokenTime($0))." } ?? "",
      "command": next?.command.map { [["line": markdownEscaped($0)]] } ?? [],
      "example": example.map {
        [
          [
            "prompt": $0.prompt.split(separator: "\n", omittingEmptySubsequences: false).map {
              markdownEscaped(String($0))
            }
            .joined(separator: "\n"), "base": markdownEscaped($0.base),
            "candidate": markdownEscaped($0.candidate),
          ]
        ]
      } ?? [],
    ]
  }

  private func candidateContext(
    _ candidate: CandidateVerdict, _ detail: MarkdownDetail, _ lost: [[LostAnswer]]
  ) -> [String: Any] {
    // The sentence begins with the outcome, which stands before it in bold.
    let outcome = candidate.outcome?.rawValue.uppercased() ?? "NOT GATEABLE"
    let base = markdownEscaped(onBase)
    let whole = candidate.sentence
    let sentence = whole.hasPrefix("\(outcome): ") ? whole.dropFirst(outcome.count + 2) : whole[...]
    // Of many candidates those that pass need no more words.
    let isBrief = detail == .everything || (detail < .worst && candidate.outcome != .pass)
    let brief: [[String: Any]] = isBrief ? [answers(candidate, lost)] : []
    guard let verdict = candidate.verdict, detail < .verdicts else {
      return [
        "brief": brief,
        "path": markdownEscaped(candidate.path), "base": base, "outcome": outcome,
        "sentence": markdownEscaped(String(sentence)), "judged": false,
      ]
    }
    let shots = Set(verdict.tasks.flatMap(\.shots).map(\.k)).sorted()
    let judged: [String: Any] = [
      "units": verdict.units.filter(\.isShown).map(unitContext), "power": power(verdict), "needs": needs(verdict),
      "spread": spread(verdict), "diagnosis": candidate.diagnosis.map { [DiagnosisSection($0).context] } ?? [],
      "shots": shots.map { ["k": "\($0)"] },
      "hasTasks": detail == .everything, "tasks": verdict.tasks.map { taskContext($0, shots: shots) },
      "notes": verdict.notes.map { ["severity": $0.severity.rawValue, "text": markdownEscaped($0.text)] }
        + verdict.cautions.map { ["severity": "caution", "text": markdownEscaped($0)] }
        + (candidate.formatLost.map { [["severity": "note", "text": markdownEscaped($0)]] } ?? []),
    ]
    return [
      "brief": brief, "path": markdownEscaped(candidate.path), "base": base, "outcome": outcome,
      "sentence": markdownEscaped(String(sentence)), "judged": judged,
    ]
  }

  private func unitContext(_ unit: UnitVerdict) -> [String: String] {
    let loss = unit.degradation
    let reason = unit.reason.map { " (\(markdownEscaped($0)))" } ?? ""
    func amount(_ value: Double?) -> String { value.map(unit.metric.amount) ?? "-" }
    func percent(_ value: Double?) -> String { value.map { "\(points($0)) %" } ?? "-" }
    return [
      "unit": unit.level == .overall ? "**\(markdownEscaped(unit.name.alone))**" : markdownEscaped(unit.name.alone),
      "base": amount(loss?.base), "candidate": amount(loss?.candidate), "drop": amount(loss?.drop),
      "interval": unit.boundText ?? "-",
      "margin": "\(amount(unit.margin))\(unit.limitText.map { " (\($0))" } ?? "")",
      "corrected": percent(loss?.chanceCorrected), "retention": percent(loss?.retention),
      "errors": unit.timesTheErrors ?? "-",
      "correlation": unit.blockCorrelationText ?? "-",
      "outcome": unit.outcome.rawValue.uppercased() + reason,
    ]
  }

  private func taskContext(_ task: TaskReport, shots: [Int]) -> [String: Any] {
    let cells = shots.map { k in
      task.shots.first { $0.k == k }.map { "\(points($0.base)) → \(points($0.candidate))" } ?? "-"
    }
    let choice = task.baseChoice.flatMap { base in
      task.candidateChoice.map { "\(points(base)) → \(points($0))" }
    }
    return [
      "task": markdownEscaped(task.task), "family": markdownEscaped(task.family), "chance": points(task.chance),
      "shots": cells.map { ["cell": $0] }, "drop": task.drop.map(points) ?? "-",
      "interval": task.intervalText, "nats": task.logprobDrop.map(nats) ?? "-",
      "probability": task.probabilityDrop.map(points) ?? "-", "flips": task.flipsText,
      "choice": choice ?? "-", "note": task.reason.map { "uninformative: \(markdownEscaped($0))" } ?? "",
    ]
  }

  private func power(_ verdict: Verdict) -> [[String: String]] {
    let overall = verdict.units.filter { $0.rule == "max_drop" && $0.level == .overall && $0.outcome != .inconclusive }
    return overall.compactMap { unit in
      unit.evidence.map {
        let (margin, drop) = (unit.metric.amount($0.smallestPassingMargin), unit.metric.amount($0.smallestFailingDrop))
        return [
          "power": "With 80 % power this much evidence passes a candidate without any drop at a margin of \(margin), "
            + "and fails one that dropped by \(drop) at the margin of \(unit.metric.amount(unit.limit))."
        ]
      }
    }
  }

  /// What every INCONCLUSIVE unit needs.
  private func needs(_ verdict: Verdict) -> [[String: String]] {
    verdict.units.compactMap { unit in
      unit.need.map { ["unit": markdownEscaped(unit.name.alone), "need": markdownEscaped($0)] }
    }
  }

  private func spread(_ verdict: Verdict) -> [[String: String]] {
    verdict.spread.map {
      [
        [
          "spread": "Families lost \(points($0.meanDrop)) points on average, \(points($0.medianDrop)) in the median, "
            + "\(points($0.worstDrop)) at worst (\(markdownEscaped($0.worst)))."
        ]
      ]
    } ?? []
  }

  private var facts: [[String: String]] { rows.map { ["name": $0.0, "value": markdownEscaped($0.1)] } }

  /// How it was made, as names and values.
  var rows: [(String, String)] {
    let gate = header.settings
    let rows: [(String, String)] = [
      ("base", "\(header.base.name), \(header.base.storage), weights \(header.base.weights.prefix(12))"),
      ("baseline", header.baseline),
      ("suite", "\(header.suite.name) version \(header.suite.version), \(header.suite.hash.prefix(12))"),
      (
        "rules",
        (gate.limits.filter { !$0.limits.isOff }.map { "\($0.key) \($0.limits.text)" }
          + ["α pass \(gate.alphaPass), α fail \(gate.alphaFail)"]).joined(separator: "; ")
      ),
      ("selection", header.selection?.text ?? "none: each candidate is judged for itself"),
      ("held out", header.heldOut?.text ?? "not checked: no fine-tuning data are named"),
      ("command", header.command),
      ("configuration", header.configuration),
      ("began", header.startedAt),
      ("took", String(format: "%.1f s", header.durationSeconds)),
      ("program", "\(header.createdBy), numerics \(header.numerics)"),
      ("kernel, threads", "\(header.kernel), \(header.threads)"),
      ("machine", header.machine),
    ]
    let models = candidates.compactMap { candidate in
      candidate.model.map {
        (
          "candidate",
          "\(candidate.path): \($0.storage), \($0.adapter.map { "adapter \($0.prefix(12)) on " } ?? "")weights \($0.weights.prefix(12)), share \(candidate.share), "
            + String(format: "%.1f s", candidate.durationSeconds)
        )
      }
    }
    return rows + models
  }
}

/// How much report.md says; the first that fits is taken.
private enum MarkdownDetail: Int, CaseIterable, Comparable {
  case everything
  /// Without the tables of tasks.
  case units
  /// Without tables.
  case verdicts
  /// Some of those that do not pass.
  case worst

  static func < (first: Self, second: Self) -> Bool { first.rawValue < second.rawValue }
}

extension UnitVerdict {
  /// "1.65": how many times the base's errors the candidate makes; nil of what is neither right nor wrong.
  var timesTheErrors: String? {
    metric == .exactMatch ? degradation?.errorRatio.map { String(format: "%.2f", $0) } : nil
  }

  /// "0.08"; nil where nothing varies.
  var blockCorrelationText: String? { blockCorrelation.map { String(format: "%.2f", $0) } }

  /// What was configured, where that is no drop: "80.0 % kept".
  fileprivate var limitText: String? {
    switch contrast {
    case .absoluteDrop: nil
    case .relativeDrop: "\(points(limit)) % lost"
    case .retention: "\(points(limit)) % kept"
    case .errorRatio: "\(limit) times the errors"
    }
  }
}

extension TaskReport {
  /// "12 lost, 3 won": answers, over every k above 0.
  var flipsText: String { lost.flatMap { lost in won.map { "\(lost) lost, \($0) won" } } ?? "-" }
}

extension RuleLimits {
  /// "overall 0.05, family 0.1, lexical 0.15, k 4 8"
  fileprivate var text: String {
    let levels = [overall.map { "overall \($0)" }, family.map { "family \($0)" }, task.map { "task \($0)" }].compactMap
    { $0 }
    let own = (families ?? [:]).sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
    let k = shots.map { ["k \($0.map { "\($0)" }.joined(separator: " "))"] } ?? []
    return (levels + own + k).joined(separator: ", ")
  }
}
