import Gating

/// What is worth trying after a verdict, with the command.
///
/// The figures are those of reports/preservation, this project's experiment: 100 steps on sentiment, SmolLM2 135M.
struct PageAdvice {
  private let candidate: CandidateVerdict
  private let header: ReportHeader

  init(_ candidate: CandidateVerdict, header: ReportHeader) {
    self.candidate = candidate
    self.header = header
  }

  var context: [[String: String]] { advice.map { ["why": $0.why, "command": $0.command] } }

  private var advice: [(why: String, command: String)] {
    let path = "'\(candidate.path.replacing("'", with: "'\\''"))'"
    switch candidate.outcome {
    case .pass?, .uninformative?: return []
    case .inconclusive?:
      return [
        (
          "Ask what is open again with other demonstrations, at most three looks.",
          "holdfast gate --candidate \(path) --adaptive"
        )
      ]
    case nil: return []
    case .fail?:
      let why =
        candidate.diagnosis == nil
        ? [("Find out what was lost, and in which layers.", "holdfast gate --candidate \(path) --diagnose")] : []
      return why + [
        (
          "Keep a part of this fine-tuning: the largest share of it that passes the gate. In the demo a failed checkpoint kept 89.0 of "
            + "its 91.5 % target accuracy and came back from 42.9 to 97.4 % of its few-shot ability.",
          "holdfast repair --candidate \(path) --data YOUR-TEST.jsonl"
        ),
        (
          "Train again with a term that holds the base's answers to few-shot prompts of other tasks: in reports/preservation this kept 98 "
            + "and 100 % (two seeds), where plain fine-tuning at learning rate 5e-5 kept 89 and 84 %, and at 1e-4 30 %.",
          "holdfast train recipes/preserve.yaml"
        ),
        (
          "Or mix 20 % few-shot samples of other tasks into the data: there it kept 113 and 106 %.",
          "holdfast train recipes/icl-mix.yaml"
        ),
      ]
    }
  }
}
