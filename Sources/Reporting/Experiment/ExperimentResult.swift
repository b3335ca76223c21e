import Diagnostics
import Foundation
import Gating

/// All that an experiment has found so far: what results.json holds, and what README.md and plot.svg are rendered from.
package struct ExperimentResult: Sendable, Hashable, Codable {
  /// The version of the JSON's layout.
  package static let schemaVersion = 1

  package let schemaVersion: Int
  package let header: ExperimentHeader
  /// The base model: the control row. Its target accuracy is the first arm's task's.
  package let base: ExperimentPoint
  /// Every arm and seed of the experiment, in the order in which they run; those that have not run yet too.
  package let runs: [ExperimentRun]
  /// The arms that are finished under several seeds.
  package let recipes: [RecipeSummary]

  package init(header: ExperimentHeader, base: ExperimentPoint, runs: [ExperimentRun]) {
    schemaVersion = Self.schemaVersion
    self.header = header
    self.base = base
    self.runs = runs
    recipes = runs.recipes
  }

  /// Every machine that made a run, in words.
  package var machines: String {
    let others = Dictionary(grouping: runs.compactMap(\.machine)) { $0 }.mapValues(\.count).sorted { $0.key < $1.key }
    return ([header.machine] + others.map { "\($0.value) of the runs on \($0.key)" }).joined(separator: "; ")
  }

  /// results.json: pretty, keys sorted. The same experiment on the same machine gives the same bytes but for
  /// `generated_at` and
  /// fields that end in `_seconds`.
  package func json() throws -> Data {
    try shownJSON(self, isPretty: true) + Data("\n".utf8)
  }

  enum CodingKeys: String, CodingKey {
    case header, base, runs, recipes
    case schemaVersion = "schema_version"
  }
}

/// How an experiment was run: what a reader needs to run it again.
package struct ExperimentHeader: Sendable, Hashable, Codable {
  package let name: String
  /// As it was typed.
  package let command: String
  /// The program, such as `holdfast 0.1.0`.
  package let createdBy: String
  /// ISO 8601 in UTC.
  package let generatedAt: String
  /// Processor and memory, in words.
  package let machine: String
  /// The kernel that computed, such as `avx512`.
  package let kernel: String
  package let threads: Int
  /// The engine's numeric version.
  package let numerics: String
  package let baseline: String
  package let base: ModelDescription
  package let suite: SuiteIdentity
  /// The share of every task's blocks that was asked, such as `1/4`.
  package let share: String
  /// Admitted tasks, their families and items, at that share.
  package let tasks: Int
  package let families: Int
  package let items: Int
  /// Tasks that are left out because their labels are an arm's.
  package let related: [String]
  /// The target accuracy that arms are compared at; nil for no such comparison.
  package let matchAccuracy: Double?
  /// The form that checkpoints are asked in too; nil for none.
  package let also: AlsoHeader?

  package init(
    name: String, command: String, createdBy: String, generatedAt: String, machine: String, kernel: String,
    threads: Int, numerics: String, baseline: String, base: ModelDescription, suite: SuiteIdentity, share: String,
    tasks: Int, families: Int, items: Int, related: [String], matchAccuracy: Double?,
    also: AlsoHeader? = nil
  ) {
    self.name = name
    self.command = command
    self.createdBy = createdBy
    self.generatedAt = generatedAt
    self.machine = machine
    self.kernel = kernel
    self.threads = threads
    self.numerics = numerics
    self.baseline = baseline
    self.base = base
    self.suite = suite
    self.share = share
    self.tasks = tasks
    self.families = families
    self.items = items
    self.related = related
    self.matchAccuracy = matchAccuracy
    self.also = also
  }

  enum CodingKeys: String, CodingKey {
    case name, command, machine, kernel, threads, numerics, baseline, base, suite, share, tasks, families, items,
      related, also
    case createdBy = "created_by"
    case generatedAt = "generated_at"
    case matchAccuracy = "match_accuracy"
  }
}

/// How a run that is trained until it holds its target ends.
package struct RunEnd: Sendable, Hashable, Codable {
  package let targetAccuracy: Double
  /// Looks one after another that have to find the target.
  package let window: Int
  /// Steps between looks.
  package let every: Int
  package let atMost: Int
  /// Whether it came to that; false too of one that is not finished, and nil of a control, which is not trained.
  package let held: Bool?

  package init(targetAccuracy: Double, window: Int, every: Int, atMost: Int, held: Bool?) {
    self.targetAccuracy = targetAccuracy
    self.window = window
    self.every = every
    self.atMost = atMost
    self.held = held
  }

  enum CodingKeys: String, CodingKey {
    case window, every, held
    case targetAccuracy = "target_accuracy"
    case atMost = "at_most"
  }
}

/// The form that checkpoints are asked in too.
package struct AlsoHeader: Sendable, Hashable, Codable {
  /// Such as `chat`.
  package let form: String
  package let baseline: String
  package let share: String
  package let tasks: Int
  package let families: Int
  package let items: Int

  package init(form: String, baseline: String, share: String, tasks: Int, families: Int, items: Int) {
    self.form = form
    self.baseline = baseline
    self.share = share
    self.tasks = tasks
    self.families = families
    self.items = items
  }
}

/// One arm under one seed.
package struct ExperimentRun: Sendable, Hashable, Codable {
  package enum State: String, Sendable, Hashable, Codable {
    /// Every checkpoint is scored.
    case finished
    /// Training diverged; the checkpoints before that are scored.
    case diverged
    /// Not all of its checkpoints are scored yet.
    case unfinished
  }

  package let arm: String
  package let seed: UInt64
  /// The recipe's name.
  package let recipe: String
  package let learningRate: Double
  package let state: State
  /// The step that training diverged in.
  package let divergedAt: Int?
  /// The base at step 0, then the scored checkpoints, ascending by step.
  package let points: [ExperimentPoint]
  /// Where the target accuracy first reaches the one that arms are compared at; nil where it never does.
  package let matched: MatchedPoint?
  /// How the run was to end; nil of one with a fixed number of steps.
  package let until: RunEnd?
  /// Of all that decides what it found, SHA-256 in hexadecimal; nil of a report of a version that did not say it.
  package let fingerprint: String?
  /// The machine that made it, where that is not the header's.
  package let machine: String?

  package init(
    arm: String, seed: UInt64, recipe: String, learningRate: Double, state: State, divergedAt: Int?,
    points: [ExperimentPoint], matched: MatchedPoint?, until: RunEnd? = nil, fingerprint: String? = nil,
    machine: String? = nil
  ) {
    self.arm = arm
    self.seed = seed
    self.recipe = recipe
    self.learningRate = learningRate
    self.state = state
    self.divergedAt = divergedAt
    self.points = points
    self.matched = matched
    self.until = until
    self.fingerprint = fingerprint
    self.machine = machine
  }

  /// The same in a report of another machine; nil for one that it is made on.
  package func made(on machine: String?) -> ExperimentRun {
    ExperimentRun(
      arm: arm, seed: seed, recipe: recipe, learningRate: learningRate, state: state, divergedAt: divergedAt,
      points: points, matched: matched, until: until, fingerprint: fingerprint, machine: machine)
  }

  /// Whether it stands among those that are compared: it is finished and holds its target, where it was to hold one.
  package var isCompared: Bool { state == .finished && until?.held ?? true }

  enum CodingKeys: String, CodingKey {
    case arm, seed, recipe, state, points, matched, until, fingerprint, machine
    case learningRate = "learning_rate"
    case divergedAt = "diverged_at"
  }
}
