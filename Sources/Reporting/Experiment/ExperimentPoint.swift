import Gating

/// A share of test samples that a model answers, with its 95 % interval over samples.
package struct TargetAccuracy: Sendable, Hashable, Codable {
  package let accuracy: Double
  package let interval: Interval
  package let samples: Int

  package init(accuracy: Double, interval: Interval, samples: Int) {
    self.accuracy = accuracy
    self.interval = interval
    self.samples = samples
  }
}

/// Mean exact match at one k.
package struct ShotMean: Sendable, Hashable, Codable {
  package let k: Int
  package let exactMatch: Double

  package init(k: Int, exactMatch: Double) {
    self.k = k
    self.exactMatch = exactMatch
  }

  enum CodingKeys: String, CodingKey {
    case k
    case exactMatch = "exact_match"
  }
}

/// What few-shot ability is left: over the admitted tasks, families equally weighted and tasks equally within a
/// family, as the gate does.
package struct AbilityLeft: Sendable, Hashable, Codable {
  /// Mean exact match at each k, ascending.
  package let shots: [ShotMean]
  /// Mean exact match over k > 0.
  package let fewShot: Double
  /// The same as a share of the base's; nil where the base has none.
  package let kept: Double?
  /// Of `kept`: the drop's interval in parts of the base's mean, which is taken as it is.
  package let keptInterval: Interval?
  /// The base's mean minus this one.
  package let drop: Double
  /// The 95 % interval of the drop, clustered by block: over items and draws of demonstrations. Nil where a task has
  /// fewer than two blocks.
  package let dropInterval: Interval?
  /// p(gold answer); nil of a point that was kept by a version that did not say it.
  package let probability: ProbabilityLeft?
  /// Task by task; nil of a point that was kept by a version that did not say it.
  package let tasks: [TaskLeft]?

  package init(
    shots: [ShotMean], fewShot: Double, kept: Double?, keptInterval: Interval?, drop: Double, dropInterval: Interval?,
    probability: ProbabilityLeft?, tasks: [TaskLeft]? = nil
  ) {
    self.shots = shots
    self.fewShot = fewShot
    self.kept = kept
    self.keptInterval = keptInterval
    self.drop = drop
    self.dropInterval = dropInterval
    self.probability = probability
    self.tasks = tasks
  }

  fileprivate var withoutTasks: AbilityLeft {
    AbilityLeft(
      shots: shots, fewShot: fewShot, kept: kept, keptInterval: keptInterval, drop: drop, dropInterval: dropInterval,
      probability: probability)
  }

  enum CodingKeys: String, CodingKey {
    case shots, kept, drop, probability, tasks
    case fewShot = "few_shot"
    case keptInterval = "kept_interval"
    case dropInterval = "drop_interval"
  }
}

/// How far the weights of one group of modules went, over all layers: Frobenius norms.
package struct ModuleChange: Sendable, Hashable, Codable {
  /// `q`, `gate/up` and so on, `norms of all layers`, or `embeddings and final norm`, as a diagnosis names them.
  package let module: String
  /// ‖W - W₀‖
  package let norm: Double
  /// ‖W₀‖
  package let base: Double

  package init(module: String, norm: Double, base: Double) {
    self.module = module
    self.norm = norm
    self.base = base
  }
}

extension Collection<ModuleChange> {
  /// ‖W - W₀‖ over ‖W₀‖, all of them together; nil where there is no weight.
  package var relative: Double? {
    func squares(_ figure: (ModuleChange) -> Double) -> Double { reduce(0) { $0 + figure($1) * figure($1) } }
    let base = squares(\.base)
    return base > 0 ? (squares(\.norm) / base).squareRoot() : nil
  }
}

/// The same checkpoint asked in the experiment's other form.
package struct AlsoPoint: Sendable, Hashable, Codable {
  package let ability: AbilityLeft
  package let verdict: Outcome?
  package let noVerdict: String?

  package init(_ point: ExperimentPoint) {
    ability = point.ability
    verdict = point.verdict
    noVerdict = point.noVerdict
  }

  private init(ability: AbilityLeft, verdict: Outcome?, noVerdict: String?) {
    self.ability = ability
    self.verdict = verdict
    self.noVerdict = noVerdict
  }

  fileprivate var withoutTasks: AlsoPoint {
    AlsoPoint(ability: ability.withoutTasks, verdict: verdict, noVerdict: noVerdict)
  }

  enum CodingKeys: String, CodingKey {
    case ability, verdict
    case noVerdict = "no_verdict"
  }
}

/// What is left of p(gold answer), which moves before greedy answers do: mean over k > 0, weighted as exact match is.
package struct ProbabilityLeft: Sendable, Hashable, Codable {
  package let fewShot: Double
  /// The base's mean minus this one.
  package let drop: Double
  /// Its 95 % interval, clustered by block; nil where a task has fewer than two blocks.
  package let dropInterval: Interval?

  package init(fewShot: Double, drop: Double, dropInterval: Interval?) {
    self.fewShot = fewShot
    self.drop = drop
    self.dropInterval = dropInterval
  }

  enum CodingKeys: String, CodingKey {
    case drop
    case fewShot = "few_shot"
    case dropInterval = "drop_interval"
  }
}

/// A checkpoint as it was scored, or the base model at step 0.
package struct ExperimentPoint: Sendable, Hashable, Codable {
  package let step: Int
  /// Nil where the recipe has no test data.
  package let target: TargetAccuracy?
  /// The probability that the first answer token to unrelated prompts is one of the task's labels; nil where the task
  /// has none.
  package let leakMass: Double?
  package let ability: AbilityLeft
  /// The gate's word; nil where it would not judge, and `noVerdict` says why.
  package let verdict: Outcome?
  package let noVerdict: String?
  /// What scoring took; near 0 where the ledger had it all.
  package let scoringSeconds: Double
  /// What training its run took, of a run that was stopped the last part; nil of the base, of a control, and of older points.
  package let trainingSeconds: Double?
  /// In the experiment's other form; nil without one.
  package let also: AlsoPoint?
  /// How far the weights went from the base's; nil of the base, and of a point of a version that did not say it.
  package let change: [ModuleChange]?

  package init(
    step: Int, target: TargetAccuracy?, leakMass: Double?, ability: AbilityLeft, verdict: Outcome?,
    noVerdict: String?, scoringSeconds: Double, trainingSeconds: Double? = nil, also: AlsoPoint? = nil,
    change: [ModuleChange]? = nil
  ) {
    self.step = step
    self.target = target
    self.leakMass = leakMass
    self.ability = ability
    self.verdict = verdict
    self.noVerdict = noVerdict
    self.scoringSeconds = scoringSeconds
    self.trainingSeconds = trainingSeconds
    self.also = also
    self.change = change
  }

  /// The same ability with what an evaluation on the task said.
  package func with(
    target: TargetAccuracy?, leakMass: Double?, trainingSeconds: Double? = nil
  ) -> ExperimentPoint {
    ExperimentPoint(
      step: step, target: target, leakMass: leakMass, ability: ability, verdict: verdict, noVerdict: noVerdict,
      scoringSeconds: scoringSeconds, trainingSeconds: trainingSeconds, also: also, change: change)
  }

  /// The same without what stands task by task: the base is the same point of every run.
  package var withoutTasks: ExperimentPoint {
    ExperimentPoint(
      step: step, target: target, leakMass: leakMass, ability: ability.withoutTasks, verdict: verdict,
      noVerdict: noVerdict,
      scoringSeconds: scoringSeconds, trainingSeconds: trainingSeconds, also: also?.withoutTasks, change: change)
  }

  /// The same with what the other form found.
  package func with(also other: ExperimentPoint?) -> ExperimentPoint {
    ExperimentPoint(
      step: step, target: target, leakMass: leakMass, ability: ability, verdict: verdict, noVerdict: noVerdict,
      scoringSeconds: scoringSeconds + (other?.scoringSeconds ?? 0), trainingSeconds: trainingSeconds,
      also: other.map(AlsoPoint.init), change: change)
  }

  /// The same with how far the weights went.
  package func with(change: [ModuleChange]?) -> ExperimentPoint {
    ExperimentPoint(
      step: step, target: target, leakMass: leakMass, ability: ability, verdict: verdict, noVerdict: noVerdict,
      scoringSeconds: scoringSeconds, trainingSeconds: trainingSeconds, also: also, change: change)
  }

  enum CodingKeys: String, CodingKey {
    case step, target, ability, verdict, also, change
    case leakMass = "leak_mass"
    case noVerdict = "no_verdict"
    case scoringSeconds = "scoring_seconds"
    case trainingSeconds = "training_seconds"
  }
}

/// An arm where its target accuracy first reaches a given one: linear between the two checkpoints around it.
package struct MatchedPoint: Sendable, Hashable, Codable {
  /// Between checkpoints.
  package let step: Double
  package let drop: Double
  package let dropInterval: Interval?
  package let kept: Double?
  package let keptInterval: Interval?
  package let leakMass: Double?

  package init(
    step: Double, drop: Double, dropInterval: Interval?, kept: Double?, keptInterval: Interval?, leakMass: Double?
  ) {
    self.step = step
    self.drop = drop
    self.dropInterval = dropInterval
    self.kept = kept
    self.keptInterval = keptInterval
    self.leakMass = leakMass
  }

  enum CodingKeys: String, CodingKey {
    case step, drop, kept
    case dropInterval = "drop_interval"
    case keptInterval = "kept_interval"
    case leakMass = "leak_mass"
  }
}
