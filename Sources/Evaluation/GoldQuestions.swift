import Gating
import Suites

/// The prompts and gold answers of a suite, as it asks them.
package struct GoldQuestions {
  private struct Key: Hashable {
    let task: String
    let item: String
    let k: Int
  }

  private let requests: [Key: Request]
  private let answers: [String: [String: String]]

  package init(_ suite: Suite) {
    var requests: [Key: Request] = [:]
    for observation in suite.requestBlocks().flatMap(\.observations) where observation.role == .gold {
      requests[Key(task: observation.task, item: observation.item, k: observation.k)] = observation.request
    }
    self.requests = requests
    answers = Dictionary(
      suite.tasks.map { task in
        (task.name, Dictionary(task.items.map { ($0.id, $0.output) }) { first, _ in first })
      }
    ) { first, _ in first }
  }

  /// Nil for a question that the suite does not ask under its first draw.
  package func question(_ contrast: ItemContrast) -> (prompt: String, gold: String)? {
    guard contrast.base.draw == 0, let gold = answers[contrast.task]?[contrast.item],
      let request = requests[Key(task: contrast.task, item: contrast.item, k: contrast.k)]
    else { return nil }
    return (request.context, gold)
  }
}
