import Gating

/// What a candidate no longer answers, and how much it won instead: by family, then answer by answer.
struct LostAnswersSection {
  private let evidence: CandidateEvidence
  private let index: Int

  init(_ evidence: CandidateEvidence, index: Int) {
    self.evidence = evidence
    self.index = index
  }

  /// Empty where nothing was lost.
  var context: [[String: Any]] {
    guard !evidence.flips.isEmpty else { return [] }
    let shown = evidence.flips.count
    let rows = evidence.flips.enumerated().map { place, flip -> [String: Any] in
      let line = flip.contrast
      return [
        "task": line.task, "family": line.family, "item": line.item, "k": "\(line.k)", "place": "\(place)",
        "gold": flip.gold, "prompt": flip.prompt, "answer": flip.answer.map(onOneLine) ?? "",
        "answered": flip.answer != nil, "base": line.base.logprob.map(nats) ?? "–",
        "candidate": line.candidate.logprob.map(nats) ?? "–", "drop": line.logprobDrop.map(nats) ?? "–",
      ]
    }
    let tasks = Set(evidence.flips.map(\.contrast.task)).sorted()
    // Of a PASS nobody has to look at them.
    let isOpen = evidence.verdict.outcome != .pass
    return [
      [
        "id": "flips-\(index)", "rows": rows, "tasks": tasks.map { ["task": $0] }, "shown": "\(shown)",
        "all": "\(evidence.flipCount)", "won": "\(evidence.wonCount)", "isOpen": isOpen,
        "net": "\(evidence.flipCount - evidence.wonCount)", "wrapped": evidence.verdict.formatLost ?? "",
        "isCut": shown < evidence.flipCount, "families": families,
      ]
    ]
  }

  /// The families by what they lost net, the most first.
  private var families: [[String: String]] {
    let asked = evidence.contrasts.filter { $0.k > 0 }
    let counts = Dictionary(grouping: asked, by: \.family).map { family, lines in
      (
        family: family, asked: lines.count, lost: lines.count(where: \.isLost), won: lines.count(where: \.isWon)
      )
    }
    return counts.sorted { ($1.lost - $1.won, $0.family) < ($0.lost - $0.won, $1.family) }.map {
      [
        "family": $0.family, "asked": "\($0.asked)", "lost": "\($0.lost)", "won": "\($0.won)",
        "net": "\($0.lost - $0.won)",
      ]
    }
  }
}
