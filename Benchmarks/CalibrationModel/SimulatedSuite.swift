import Gating
import Suites

/// A task as the simulation knows it: what the base's true shares of right answers are.
package struct SimulatedTask: Sendable, Hashable {
  /// Where the base stands to admission, which asks for a lower bound of the gain over zero-shot of .20.
  package enum Ability: Sendable, Hashable {
    /// Far enough above zero-shot to be admitted in practically every run.
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

  init(_ world: World, family: Int, number: Int, ability: Ability) {
    // At most 15 bytes a name: such strings are copied without counting references, ten thousand a gate.
    let name = SimulatedSuite.name(ofFamily: family)
    facts = TaskFacts(task: "\(name)-t\(number + 1)", family: name, chance: Self.chance)
    self.family = family
    self.ability = ability
    let fewShot =
      switch ability {
      case .sound: world.levels[family]
      case .borderline: 0.305
      case .lacking: 0.12
      }
    shares = [Self.zeroShot] + world.steps.map { min(0.99, fewShot + $0) }
  }

  private static let chance = 0.10
  private static let zeroShot = 0.05
}

/// The questions of the simulated gates, asked at k = 0, 1, 4 and 8.
package struct SimulatedSuite: Sendable {
  package static let shots = [0, 1, 4, 8]

  package let world: World
  package let tasks: [SimulatedTask]
  /// Every question, ascending by task, block, item and k, which is a baseline's order, as a score that nobody gave yet.
  let questions: [ItemScore]

  package init(_ world: World) {
    self.world = world
    let tasks = world.families.enumerated().flatMap { family, abilities in
      abilities.enumerated().map { number, ability in
        SimulatedTask(world, family: family, number: number, ability: ability)
      }
    }
    self.tasks = tasks
    questions = tasks.flatMap { task in
      (0..<world.blocks).flatMap { block in
        (0..<world.itemsPerBlock).flatMap { item in
          Self.shots.map { k in
            ItemScore(
              task: task.facts.task, item: "b\(block < 10 ? "0" : "")\(block)-i\(item)", block: block, k: k, draw: 0,
              condition: .gold, exactMatch: false, logprob: 0, choiceCorrect: nil)
          }
        }
      }
    }
  }

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
