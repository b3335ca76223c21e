import Suites

/// Both models under the controls, over some tasks.
package struct ControlContrast: Sendable, Hashable, Codable {
  /// A family, or "overall".
  package let unit: String
  package let tasks: [String]
  /// Those with labels to choose from: what `choice` and the like are means over.
  package let labelledTasks: [String]
  package let base: ControlMeans
  package let candidate: ControlMeans
  /// What guessing among the labels gets; nil where no task has labels.
  package let chanceOfChoice: Double?

  enum CodingKeys: String, CodingKey {
    case unit, tasks, base, candidate
    case labelledTasks = "labelled_tasks"
    case chanceOfChoice = "chance_of_choice"
  }

  /// (t - b⁰)/(b - b⁰): what is left of the few-shot gain; nil where the base gains less than .05.
  package var fewShotKept: Double? { share(candidate.gold, of: base.gold, above: base.zeroShot, least: 0.05) }

  /// What is left of the choice among labels above chance.
  package var choiceKept: Double? { share(candidate.choice, of: base.choice, above: chanceOfChoice, least: 0.10) }

  /// What is left of the ability to learn labels from demonstrations: with meaningless labels where the base can do that, else by how much true
  /// answers help more than random ones; nil where the base shows neither.
  package var learningKept: Double? { abstractKept ?? gapKept }

  /// What is left of the choice among meaningless labels above chance.
  var abstractKept: Double? {
    share(candidate.abstractChoice, of: base.abstractChoice, above: chanceOfChoice, least: 0.10)
  }

  /// What is left of the help that true answers are to the choice over random ones.
  var gapKept: Double? {
    guard let base = difference(base.choice, base.randomChoice), base >= 0.10,
      let candidate = difference(candidate.choice, candidate.randomChoice)
    else { return nil }
    return candidate / base
  }

  /// By how much the probability of a fine-tuning label rose.
  package var leakRise: Double? { difference(candidate.leakMass, base.leakMass) }

  private func difference(_ first: Double?, _ second: Double?) -> Double? {
    first.flatMap { first in second.map { first - $0 } }
  }

  private func share(_ left: Double?, of whole: Double?, above floor: Double?, least: Double) -> Double? {
    guard let left, let whole, let floor, whole - floor >= least else { return nil }
    return (left - floor) / (whole - floor)
  }
}

/// Why a candidate failed, as far as controls can tell: from numbers that never vote.
package struct Diagnosis: Sendable, Hashable, Codable {
  /// What was lost.
  package enum Kind: String, Sendable, Codable {
    /// It knows the answer and no longer gives it in the format shown.
    case formatSpecialisation = "format_specialisation"
    /// It recognises tasks and no longer learns them from demonstrations.
    case taskLearning = "loss_of_task_learning"
    /// It follows demonstrations and no longer knows the answers.
    case knowledge = "loss_of_knowledge"
    /// Neither answers nor learning from demonstrations are left.
    case everything
    /// It no longer knows the answers; whether it still learns the base does not show on these tasks.
    case answers = "loss_of_answers"
    /// Its few-shot answers are there, and so are fine-tuning labels where they do not belong.
    case leakingLabels = "leaking_labels"
    /// The controls saw little of the loss.
    case little
    /// The tasks' controls cannot tell.
    case unclear
  }

  package let kind: Kind
  /// The numbers and what follows from them, in a paragraph.
  package let text: String
  package let overall: ControlContrast
  /// Ascending by name.
  package let families: [ControlContrast]
  /// Which parts of the weights the loss sits in; nil where that was not looked for.
  package let profile: RestorationProfile?

  /// - Parameters:
  ///   - tasks: that were asked, each with its family and the chance of its choice where it has labels.
  ///   - profile: of the candidate's weights.
  package init(
    tasks: [DiagnosedTask], base: ControlScores, candidate: ControlScores, profile: RestorationProfile? = nil
  ) {
    func contrast(_ unit: String, _ tasks: [DiagnosedTask]) -> ControlContrast {
      let names = Set(tasks.map(\.task))
      return ControlContrast(
        unit: unit, tasks: names.sorted(),
        labelledTasks: tasks.filter { $0.chanceOfChoice != nil }.map(\.task).sorted(),
        base: ControlMeans(base, tasks: names),
        candidate: ControlMeans(candidate, tasks: names), chanceOfChoice: mean(tasks.compactMap(\.chanceOfChoice)))
    }
    overall = contrast("overall", tasks)
    families = Dictionary(grouping: tasks, by: \.family).sorted { $0.key < $1.key }.map { contrast($0.key, $0.value) }
    let labelled = tasks.filter { $0.chanceOfChoice != nil }
    kind = Self.kind(overall, labelled: labelled.isEmpty ? nil : contrast("labelled", labelled))
    text = DiagnosisText(kind: kind, overall: overall, families: families, profile: profile).text
    self.profile = profile
  }

  /// Shares of the base's ability below which it counts as lost, and the rise of leak mass that counts as a leak.
  private static let keptShare = 0.7
  private static let littleLost = 0.9
  private static let leak = 0.10

  /// - Parameter labelled: the tasks with labels alone. What they say of a loss counts where they have it themselves.
  private static func kind(_ seen: ControlContrast, labelled: ControlContrast?) -> Kind {
    guard let fewShot = seen.fewShotKept else { return .unclear }
    let leaks = (seen.leakRise ?? 0) >= leak
    if fewShot >= littleLost { return leaks ? .leakingLabels : .little }
    guard let labelled, let lost = labelled.fewShotKept, lost < littleLost, let choice = labelled.choiceKept else {
      return leaks ? .formatSpecialisation : .unclear
    }
    switch (choice >= keptShare, labelled.learningKept.map { $0 >= keptShare }) {
    case (true, false?): return .taskLearning
    case (true, _): return .formatSpecialisation
    case (false, true?): return .knowledge
    case (false, false?): return .everything
    case (false, nil): return .answers
    }
  }
}

/// A task that controls are asked of.
package struct DiagnosedTask: Sendable, Hashable {
  package let task: String
  package let family: String
  /// 1 / labels; nil where answers are free.
  package let chanceOfChoice: Double?

  package init(_ task: TaskDefinition) {
    self.task = task.name
    family = task.family
    chanceOfChoice = task.labels.map { 1 / Double(max(1, $0.count)) }
  }
}
