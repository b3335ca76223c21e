import Suites

/// How a model is fine-tuned: one YAML file. Paths are resolved against the file's folder.
package struct Recipe: Sendable, Equatable {
  /// The recipe file, for messages.
  package var file: String
  package var name: String
  /// A name of the catalogue or a path; nil for the configuration's base.
  package var base: String?
  /// JSONL files of the task.
  package var trainData: String
  package var testData: String?
  /// Whether the training completions change places among the samples: a control that learns the format alone.
  package var shufflesLabels: Bool
  package var format: PromptFormat
  /// Which chat template conversations go through, and what it is told.
  package var chat: ChatChoice
  package var method: TrainingMethod
  package var optimiser: OptimiserSettings
  package var schedule: LearningRateSchedule
  package var length: TrainingLength
  /// Samples that go through the model together.
  package var batch: Int
  /// Batches whose gradients are added up before a step; a step takes batch · accumulate samples.
  package var accumulate: Int
  package var seed: UInt64
  package var mix: MixSettings
  package var preserve: PreservationSettings?
  /// α of the penalty (α/2)‖θ - θ₀‖²; nil for none.
  package var l2sp: Double?
  package var promot: ProMoTSettings?
  /// How far from base to tuned the weights that are written are, for whole weights; nil for all the way.
  package var interpolate: Double?
  /// What a written adapter's addition is multiplied by; nil for 1.
  package var rescale: Double?
  /// Steps between evaluations and between checkpoints; nil for the end alone.
  package var evaluateEvery: Int?
  package var checkpointEvery: Int?
  /// Of the weights that are written.
  package var precision: OutputPrecision

  package var samplesPerStep: Int { batch * accumulate }
}

/// Which weights are trained.
package enum TrainingMethod: Sendable, Equatable {
  case full
  case lora(LoRARecipe)
  /// The value projections alone.
  case valueOnly
  /// The weights that any of the patterns names; see `TrainedWeights`.
  case modules([String])
}

/// The fields and meanings of PEFT's LoraConfig; bias is always none.
package struct LoRARecipe: Sendable, Equatable {
  package var rank: Int
  package var alpha: Double
  package var dropout: Double
  package var targets: TargetModules
  package var usesRankStabilisedScale: Bool

  package init(
    rank: Int = 16, alpha: Double = 32, dropout: Double = 0.05, targets: TargetModules = .usual,
    usesRankStabilisedScale: Bool = false
  ) {
    self.rank = rank
    self.alpha = alpha
    self.dropout = dropout
    self.targets = targets
    self.usesRankStabilisedScale = usesRankStabilisedScale
  }
}

/// `target_modules`: paths or their last parts, one regular expression over whole paths, every linear map but the
/// head, or where none are given the family's usual ones.
package enum TargetModules: Sendable, Equatable {
  case names([String])
  case pattern(String)
  case allLinear
  /// What peft adapts of the model's family where no modules are named.
  case usual
}

/// AdamW's constants; the learning rate is the schedule's highest.
package struct OptimiserSettings: Sendable, Equatable {
  package var learningRate: Double
  package var weightDecay: Double
  /// Nil for no clipping.
  package var maxGradientNorm: Double?
  package var beta1: Double
  package var beta2: Double
  package var epsilon: Double

  package init(
    learningRate: Double, weightDecay: Double, maxGradientNorm: Double?, beta1: Double, beta2: Double, epsilon: Double
  ) {
    self.learningRate = learningRate
    self.weightDecay = weightDecay
    self.maxGradientNorm = maxGradientNorm
    self.beta1 = beta1
    self.beta2 = beta2
    self.epsilon = epsilon
  }
}

package enum TrainingLength: Sendable, Equatable {
  case steps(Int)
  /// Passes through the task's training data; mixed-in samples come on top.
  case epochs(Double)
}

package enum OutputPrecision: String, Sendable, CaseIterable { case f32, bf16 }

/// The two stages of ProMoT (Wang et al., arXiv 2211.00635): a soft prompt learns the task's format while the model is frozen; then the
/// model learns behind the frozen prompt, and the prompt is left away.
package struct ProMoTSettings: Sendable, Equatable {
  /// Rows of the soft prompt.
  package var length: Int
  /// Steps of the first stage; the recipe's steps are the second's.
  package var steps: Int
  /// Of the first stage.
  package var learningRate: Double

  package init(length: Int = 100, steps: Int = 50, learningRate: Double = 0.01) {
    self.length = length
    self.steps = steps
    self.learningRate = learningRate
  }
}

/// What is mixed into the task's samples. Shares are of all samples of a step, and add up to less than 1.
package struct MixSettings: Sendable, Equatable {
  /// Instruction samples.
  package struct General: Sendable, Equatable {
    package var share: Double
    package var data: String
    /// How the samples are rendered: the recipe's own format unless given.
    package var format: PromptFormat

    package init(share: Double, data: String, format: PromptFormat) {
      self.share = share
      self.data = data
      self.format = format
    }
  }

  /// Few-shot prompts of other tasks, the query's answer being learnt.
  package struct FewShot: Sendable, Equatable {
    package var share: Double
    /// The pool.yaml file.
    package var pool: String
    /// Demonstrations a prompt, drawn uniformly.
    package var shots: ClosedRange<Int>

    package init(share: Double, pool: String, shots: ClosedRange<Int>) {
      self.share = share
      self.pool = pool
      self.shots = shots
    }
  }

  /// The task's own samples behind a sliding window of `window` others, as `Q: … A: …`.
  package struct SameTask: Sendable, Equatable {
    package var share: Double
    package var window: Int

    package init(share: Double, window: Int) {
      self.share = share
      self.window = window
    }
  }

  /// Texts that the base model wrote before training; loss on all of their tokens (self-generated replay).
  package struct Replay: Sendable, Equatable {
    package var share: Double
    /// Texts that are sampled.
    package var count: Int
    package var temperature: Double
    /// Tokens a text.
    package var maximumTokens: Int
    /// What every text begins with; empty for the tokenizer's BOS alone.
    package var prompt: String

    package init(
      share: Double = 0.20, count: Int = 128, temperature: Double = 1, maximumTokens: Int = 64, prompt: String = ""
    ) {
      self.share = share
      self.count = count
      self.temperature = temperature
      self.maximumTokens = maximumTokens
      self.prompt = prompt
    }
  }

  package var general: General?
  package var fewShot: FewShot?
  package var sameTask: SameTask?
  package var replay: Replay?

  package init(
    general: General? = nil, fewShot: FewShot? = nil, sameTask: SameTask? = nil, replay: Replay? = nil
  ) {
    self.general = general
    self.fewShot = fewShot
    self.sameTask = sameTask
    self.replay = replay
  }

  package var share: Double {
    (general?.share ?? 0) + (fewShot?.share ?? 0) + (sameTask?.share ?? 0) + (replay?.share ?? 0)
  }
}

/// The preservation term λR: KL(base ‖ tuned) at the answers of few-shot prompts of other tasks.
package struct PreservationSettings: Sendable, Equatable {
  /// At least 0.
  package var lambda: Double
  /// The pool.yaml file.
  package var pool: String
  package var shots: ClosedRange<Int>
  /// Few-shot prompts a step.
  package var prompts: Int
  /// Different prompts that the base's probabilities are kept of, asked in turn: its 64 likeliest tokens and the rest's sum. Nil computes
  /// them anew for every step's prompts, over the whole vocabulary.
  package var cachedPrompts: Int?

  package init(lambda: Double, pool: String, shots: ClosedRange<Int>, prompts: Int, cachedPrompts: Int? = nil) {
    self.lambda = lambda
    self.pool = pool
    self.shots = shots
    self.prompts = prompts
    self.cachedPrompts = cachedPrompts
  }
}
