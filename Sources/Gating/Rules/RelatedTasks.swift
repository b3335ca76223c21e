import Foundation
import Suites

/// The tasks that fine-tuning was about, as far as labels can tell: what a candidate does on them is what it was trained to do, and says
/// nothing about an ability that it lost.
///
/// A task is related where its label set and the fine-tuning labels share at least two labels, and at least half of the smaller of the two
/// sets. One shared word is a coincidence ("music" is a topic and may be a genre), and half of the smaller set still holds where the
/// fine-tuning had more labels than the task, or fewer. Labels are compared without surrounding white space and in lower case.
///
/// A task's label set is its items' choices; without choices it is the distinct gold answers where there are at most 16 and each is given
/// four times on the average, at least (as the trainer tells labels from free answers). Every other task has free answers and is never
/// related, whatever the fine-tuning labels are.
///
/// - Parameter labels: of the fine-tuning, from the configuration and from the checkpoint.
/// - Returns: names of tasks.
package func relatedTasks(of suite: Suite, labels: some Sequence<String>) -> Set<String> {
  let fineTuning = folded(labels)
  return Set(
    suite.tasks.filter { task in
      let ofTask = task.labelSet
      let shared = ofTask.intersection(fineTuning).count
      return shared >= 2 && shared * 2 >= min(ofTask.count, fineTuning.count)
    }.map(\.name))
}

extension TaskDefinition {
  /// Answers are labels where they are no more than this.
  private static let mostLabels = 16
  /// And where each is given this often on the average, at least.
  private static let usesOfLabel = 4

  /// The answers that the task chooses from, folded; empty where answers are free.
  fileprivate var labelSet: Set<String> {
    if let labels { return folded(labels) }
    let answers = folded(items.map(\.output))
    return answers.count <= Self.mostLabels && answers.count * Self.usesOfLabel <= items.count ? answers : []
  }
}

/// Labels without surrounding white space and case; blank ones are none.
private func folded(_ labels: some Sequence<String>) -> Set<String> {
  Set(labels.map { $0.trimmingCharacters(in: .whitespacesAndNewlines).lowercased() }.filter { !$0.isEmpty })
}
