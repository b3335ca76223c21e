import Gating
import Suites

/// A task as the simulation knows it: what the base's true shares of right answers are.
package struct SimulatedTask: Sendable, Hashable {
  /// Where the base stands to admission, which asks for a lower bound of b - c of .20.
  package enum Ability: Sendable, Hashable {
    /// Far enough above chance to be admitted in practically every run.
    case sound
    /// Admitted about every other time, as the base's luck has it.
    case borderline
    /// Never admitted.
    case lacking
  }

  package let facts: TaskFacts
  /// The index of its family.
  package let family: Int
  package let ability: Ability
  /// The base's true share of right answers at each k of `SimulatedSuite.shots`.
  package let shares: [Double]

  init(family: Int, number: Int, level: Double, ability: Ability) {
    // At most 15 bytes a name: such strings are copied without counting references, ten thousand a gate.
    let name = SimulatedSuite.name(ofFamily: family)
    facts = TaskFacts(task: "\(name)-t\(number + 1)", family: name, chance: Self.chance)
    self.family = family
    self.ability = ability
    let fewShot =
      switch ability {
      case .sound: level
      case .borderline: 0.375
      case .lacking: 0.20
      }
    shares = [0.05, fewShot - 0.08, fewShot, fewShot + 0.04]
  }

  private static let chance = 0.10
}

/// The questions of the simulated gates: 20 tasks in nine families, two of them of three tasks and seven of two, as the
/// shipped suite has them; 16 blocks of eight items a task; asked at k = 0, 1, 4 and 8.
package struct SimulatedSuite: Sendable {
  package static let blocks = 16
  package static let itemsPerBlock = 8
  package static let shots = [0, 1, 4, 8]

  /// How much of the suite the base can do.
  package enum Coverage: Sendable, Hashable {
    /// 18 tasks are always admitted, one about every other time, one never; all nine families vote.
    case whole
    /// 12 tasks are admitted and seven families vote, three of them with a single task: the coverage that the committed
    /// baseline of SmolLM2 135M has.
    case thin
  }

  package let coverage: Coverage
  package let tasks: [SimulatedTask]
  /// Every question, ascending by task, block, item and k, which is a baseline's order, as a score that nobody gave yet.
  let questions: [ItemScore]

  /// - Parameter abilities: of each family's tasks.
  private init(_ coverage: Coverage, _ abilities: [[SimulatedTask.Ability]]) {
    self.coverage = coverage
    let tasks = abilities.enumerated().flatMap { family, abilities in
      abilities.enumerated().map { number, ability in
        SimulatedTask(family: family, number: number, level: Self.levels[family], ability: ability)
      }
    }
    self.tasks = tasks
    questions = tasks.flatMap { task in
      (0..<Self.blocks).flatMap { block in
        (0..<Self.itemsPerBlock).flatMap { item in
          Self.shots.map { k in
            ItemScore(
              task: task.facts.task, item: "b\(block < 10 ? "0" : "")\(block)-i\(item)", block: block, k: k, draw: 0,
              condition: .gold, exactMatch: false, logprob: 0, choiceCorrect: nil)
          }
        }
      }
    }
  }

  package static let whole = SimulatedSuite(
    .whole,
    [[.sound, .sound, .borderline], [.sound, .sound, .lacking]]
      + [[SimulatedTask.Ability]](repeating: [.sound, .sound], count: 7))

  package static let thin = SimulatedSuite(
    .thin,
    [
      [.sound, .sound, .sound], [.sound, .lacking, .lacking], [.sound, .lacking], [.sound, .lacking],
      [.lacking, .lacking], [.lacking, .lacking], [.sound, .sound], [.sound, .sound], [.sound, .sound],
    ])

  package static func of(_ coverage: Coverage) -> SimulatedSuite {
    switch coverage {
    case .whole: whole
    case .thin: thin
    }
  }

  /// Each family's true share at k = 4; those that lose most have most to lose.
  private static let levels = [0.56, 0.58, 0.60, 0.62, 0.65, 0.68, 0.72, 0.76, 0.80]

  package static var families: Int { levels.count }

  package static func name(ofFamily index: Int) -> String { "f\(index + 1)" }

  /// What was asked of whom: the same for base and candidate, so that nothing stands against contrasting them.
  var description: RunDescription {
    RunDescription(
      model: ModelDescription(
        name: "simulated", weights: "simulated", tokenizer: "simulated", configuration: "simulated", storage: "bf16"),
      numerics: "simulated", scoring: 1, bos: "none",
      suite: SuiteIdentity(name: "simulated", version: 1, seed: 0, hash: "simulated", promptHash: "simulated"),
      draws: 1, tokenHashes: Dictionary(uniqueKeysWithValues: tasks.map { ($0.facts.task, "simulated") }))
  }

  /// - Parameter answers: whether each question was answered rightly, in the order of `questions`.
  func scores(_ answers: [Bool]) -> [ItemScore] {
    zip(questions, answers).map { question, isRight in
      ItemScore(
        task: question.task, item: question.item, block: question.block, k: question.k, draw: 0, condition: .gold,
        exactMatch: isRight, logprob: isRight ? -0.25 : -2.5, choiceCorrect: nil)
    }
  }
}
