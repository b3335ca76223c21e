import Gating

/// One answer that was lost, short enough to be read at a glance: what was asked, what the base says, what the candidate says.
struct TellingExample {
  let task: String
  /// The end of the prompt: a demonstration or more, and the question.
  let prompt: String
  let base: String
  let candidate: String

  /// A prompt of more characters is cut at its start.
  private static let longest = 280

  /// The one with the largest fall among those whose prompt is short; nil where the candidate was not let answer any.
  init?(_ lost: [LostAnswer]) {
    let said = lost.filter { lost in
      !(lost.answer ?? "").allSatisfy(\.isWhitespace) && !lost.isWrapped && !lost.gold.isEmpty
    }
    guard let chosen = said.first(where: { $0.prompt.count <= Self.longest }) ?? said.first else { return nil }
    task = chosen.contrast.task
    prompt = Self.end(of: chosen.prompt)
    base = onOneLine(chosen.gold)
    candidate = onOneLine(chosen.answer ?? "")
  }

  /// The question with a demonstration before it, where there is room.
  private static func end(of prompt: String) -> String {
    let parts = prompt.split(separator: "\n\n", omittingEmptySubsequences: false)
    guard parts.count > 1 else { return prompt.count <= longest ? prompt : "…" + prompt.suffix(longest) }
    let kept = (1...2).map { parts.suffix($0).joined(separator: "\n\n") }
    let fitting = kept.last { $0.count <= longest } ?? String(kept[0].suffix(longest))
    return fitting.count < prompt.count ? "…\n" + fitting : fitting
  }

  var context: [String: String] {
    ["task": task, "prompt": prompt, "base": base, "candidate": candidate]
  }
}

/// An answer on one line; one that says nothing is said to.
func onOneLine(_ answer: String) -> String {
  let words = answer.split(whereSeparator: \.isWhitespace).joined(separator: " ")
  return words.isEmpty ? "(nothing)" : words
}
