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
    /// Instead of the experiment's; nil for that one.
    package let until: HeldTarget?
    /// What is scored in place of a trained model; nil for that.
    package let control: Control?
  }

  /// A model that no training made, beside an arm's.
  package enum Control: Sendable, Equatable {
    /// The base with noise on every weight that the arm of this name changed, as large as that change.
    case noise(of: String)
    /// The base itself under other demonstrations, the seed being the number of the draw: how far figures move where nothing was trained.
    case freshDraws
  }

  /// The same checkpoints asked otherwise too, such as in chat: another baseline's suite form.
  package struct Also: Sendable, Equatable {
    package let baseline: String
    package let share: Share
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
  /// The steps at which every arm is evaluated and scored: ascending multiples of the first; empty with `until`.
  package let checkpoints: [Int]
  /// Each arm is trained until it holds its target, and scored there; nil for the same steps for all.
  package let until: HeldTarget?
  /// The target accuracy at which arms are compared; nil for no such comparison.
  package let matchAccuracy: Double?
  package let keep: Keep
  package let also: Also?
  /// Whether the base itself is scored as a control.
  package let scoresBase: Bool
  package let arms: [Arm]
}

extension Experiment {
  private static let keys = [
    "experiment", "suite", "share", "seeds", "steps", "checkpoints", "until", "match_accuracy", "keep", "base", "also",
    "arms",
  ]
  private static let mostSteps = 1_000_000
  private static let mostDraws = 10_000

  /// - Throws: `InputError` for the first thing that is wrong, file and key named. The recipes are not read yet.
  package static func read(_ file: String) throws -> Experiment {
    let fields = try YAMLMapping(file: file, known: keys)
    let seeds = try seeds(fields) ?? [1]
    let until = try HeldTarget.read(fields)
    let known = ["arm", "recipe", "learning_rate", "seeds", "until", "noise_of", "fresh_draws"]
    let arms = try fields.sections("arms", of: "arms", such: "- arm: …", known: known).map {
      try arm($0, seeds, heldByAll: until != nil)
    }
    try checkControls(arms, fields)
    if let twice = Dictionary(grouping: arms, by: \.name).filter({ $0.value.count > 1 }).keys.min() {
      throw fields.error("arms", "'\(twice)' is given twice", remedy: "give every arm a name of its own")
    }
    let steps = try fields.integer("steps", in: 1...mostSteps)
    if until != nil {
      for other in ["steps", "checkpoints", "match_accuracy"] where fields.has(other) {
        throw fields.error(other, "stands beside 'until', which ends every arm by itself", remedy: "keep one of them")
      }
    }
    return Experiment(
      file: file, name: try fields.folderName("experiment"), suite: try fields.filePath("suite"),
      share: try share(fields),
      steps: steps, checkpoints: until == nil ? try checkpoints(fields, steps: steps) : [], until: until,
      matchAccuracy: try fields.number("match_accuracy", "above 0, at most 1") { $0 > 0 && $0 <= 1 },
      keep: try fields.choice("keep") ?? .last, also: try also(fields),
      scoresBase: try fields.boolean("base") ?? true, arms: arms)
  }

  private static func also(_ fields: YAMLMapping) throws -> Also? {
    guard let also = try fields.section("also", known: ["baseline", "share"]) else { return nil }
    return Also(
      baseline: try also.required("baseline", try also.filePath("baseline")), share: try share(also))
  }

  private static func arm(_ fields: YAMLMapping, _ seeds: [UInt64], heldByAll: Bool) throws -> Arm {
    let control = try control(fields)
    let until = try HeldTarget.read(fields)
    if until != nil, !heldByAll || control != nil {
      throw fields.error(
        "until", "is an arm's, and the experiment's is missing or the arm is not trained",
        remedy: "give the experiment an 'until', and its exceptions to trained arms")
    }
    let recipe = try control == nil ? fields.required("recipe", try fields.filePath("recipe")) : ""
    for other in ["recipe", "learning_rate"] where control != nil && fields.has(other) {
      throw fields.error(other, "stands beside a control, which is not trained", remedy: "keep one of them")
    }
    let name = try fields.folderName("arm")
    guard name != "base" else {
      throw fields.error("arm", "'base' is the base model's own row", remedy: "give the arm another name")
    }
    return Arm(
      name: name, recipe: recipe,
      learningRate: try fields.number("learning_rate", "above 0, at most 1") { $0 > 0 && $0 <= 1 },
      seeds: try self.seeds(fields) ?? seeds, until: until, control: control)
  }

  private static func control(_ fields: YAMLMapping) throws -> Control? {
    if try fields.boolean("fresh_draws") ?? false {
      if fields.has("noise_of") {
        throw fields.error("noise_of", "stands beside 'fresh_draws'", remedy: "keep one of them")
      }
      return .freshDraws
    }
    return try fields.text("noise_of").map { .noise(of: $0) }
  }

  /// Noise is made of a trained arm's change, under the same seeds.
  private static func checkControls(_ arms: [Arm], _ fields: YAMLMapping) throws {
    guard arms.contains(where: { $0.control == nil }) else {
      throw fields.error("arms", "are controls, and none is trained", remedy: "add an arm with a recipe")
    }
    for (index, arm) in arms.enumerated() {
      if arm.control == .freshDraws, !arm.seeds.allSatisfy((1..<UInt64(mostDraws)).contains) {
        throw fields.error(
          "arms", "'\(arm.name)' has a seed that is no draw of demonstrations",
          remedy: "give it seeds from 1 to \(mostDraws - 1): draw 0 is the baseline's")
      }
      guard case .noise(let name)? = arm.control else { continue }
      guard let original = arms[..<index].first(where: { $0.name == name && $0.control == nil }) else {
        throw fields.error(
          "arms", "'\(arm.name)' is noise of '\(name)', which is no trained arm before it",
          remedy: "name an arm with a recipe that stands before it")
      }
      guard arm.seeds.allSatisfy(original.seeds.contains) else {
        throw fields.error(
          "arms", "'\(arm.name)' has a seed that '\(name)' has not", remedy: "give it seeds of that arm")
      }
    }
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
