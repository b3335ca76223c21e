import Diagnostics
import Reading
import Suites
import Training

/// An experiment as its file describes it: arms of recipes, each under some seeds, scored at some steps. Paths are
/// resolved against the
/// file's folder.
package struct Experiment: Sendable, Equatable {
  /// One recipe with what the experiment changes in it.
  package struct Arm: Sendable, Equatable {
    package let name: String
    /// The recipe file.
    package let recipe: String
    /// Instead of the recipe's; nil for the recipe's own.
    package let learningRate: Double?
    package let seeds: [UInt64]
  }

  /// Which whole checkpoints stay after scoring; a trainer's state never stays.
  package enum Keep: String, Sendable, CaseIterable { case last, none, all }

  /// The experiment file, for messages.
  package let file: String
  package let name: String
  /// The suite's folder; nil for the configuration's.
  package let suite: String?
  package let share: Share
  /// Steps of every arm; nil for the recipes' own.
  package let steps: Int?
  /// The steps at which every arm is evaluated and scored: ascending multiples of the first.
  package let checkpoints: [Int]
  /// The target accuracy at which arms are compared; nil for no such comparison.
  package let matchAccuracy: Double?
  package let keep: Keep
  /// Whether the base itself is scored as a control.
  package let scoresBase: Bool
  package let arms: [Arm]
}

extension Experiment {
  private static let keys = [
    "experiment", "suite", "share", "seeds", "steps", "checkpoints", "match_accuracy", "keep", "base", "arms",
  ]
  private static let mostSteps = 1_000_000

  /// - Throws: `InputError` for the first thing that is wrong, file and key named. The recipes are not read yet.
  package static func read(_ file: String) throws -> Experiment {
    let fields = try YAMLMapping(file: file, known: keys)
    let seeds = try seeds(fields) ?? [1]
    let known = ["arm", "recipe", "learning_rate", "seeds"]
    let arms = try fields.sections("arms", of: "arms", such: "- arm: …", known: known).map { try arm($0, seeds) }
    if let twice = Dictionary(grouping: arms, by: \.name).filter({ $0.value.count > 1 }).keys.min() {
      throw fields.error("arms", "'\(twice)' is given twice", remedy: "give every arm a name of its own")
    }
    let steps = try fields.integer("steps", in: 1...mostSteps)
    return Experiment(
      file: file, name: try name("experiment", fields), suite: try fields.filePath("suite"), share: try share(fields),
      steps: steps, checkpoints: try checkpoints(fields, steps: steps),
      matchAccuracy: try fields.number("match_accuracy", "above 0, at most 1") { $0 > 0 && $0 <= 1 },
      keep: try fields.choice("keep") ?? .last, scoresBase: try fields.boolean("base") ?? true, arms: arms)
  }

  private static func arm(_ fields: YAMLMapping, _ seeds: [UInt64]) throws -> Arm {
    let recipe = try fields.required("recipe", try fields.filePath("recipe"))
    let name = try name("arm", fields)
    guard name != "base" else {
      throw fields.error("arm", "'base' is the base model's own row", remedy: "give the arm another name")
    }
    return Arm(
      name: name, recipe: recipe,
      learningRate: try fields.number("learning_rate", "above 0, at most 1") { $0 > 0 && $0 <= 1 },
      seeds: try self.seeds(fields) ?? seeds)
  }

  /// A name that becomes a folder's.
  private static func name(_ key: String, _ fields: YAMLMapping) throws -> String {
    let name = try fields.required(key, try fields.text(key))
    guard name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._+-]{0,79}/) != nil else {
      throw fields.error(
        key, "is not a name that a folder can have",
        remedy: "write letters, digits, '-', '_', '+' and '.', a letter or digit first, at most 80")
    }
    return name
  }

  private static func seeds(_ fields: YAMLMapping) throws -> [UInt64]? {
    guard let texts = try fields.texts("seeds") else { return nil }
    let seeds = texts.compactMap { UInt64($0) }
    guard seeds.count == texts.count, Set(seeds).count == seeds.count else {
      throw fields.error("seeds", "are not different whole numbers from 0", remedy: "write such as [1, 2]")
    }
    return seeds
  }

  private static func share(_ fields: YAMLMapping) throws -> Share {
    guard let text = try fields.text("share") else { return .all }
    do {
      return try Share(parsing: text)
    } catch let fault as InputError {
      throw fields.error("share", "\(words: fault.problem)", remedy: "\(words: fault.remedy)")
    }
  }

  /// Multiples of the first, so that training can write them at one interval.
  private static func checkpoints(_ fields: YAMLMapping, steps: Int?) throws -> [Int] {
    let texts = try fields.required("checkpoints", try fields.texts("checkpoints"))
    let numbers = texts.compactMap { Int($0) }
    guard numbers.count == texts.count, let first = numbers.first, first > 0,
      numbers.allSatisfy({ $0 <= mostSteps && $0.isMultiple(of: first) }),
      zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw fields.error(
        "checkpoints", "are not ascending steps, each a multiple of the first", remedy: "write such as [25, 50, 100]")
    }
    if let steps, numbers.last != steps {
      throw fields.error("checkpoints", "do not end with step \(steps), the last", remedy: "end them with it")
    }
    return numbers
  }
}
