import Diagnostics
import Reading
import Suites

extension Recipe {
  static let keys = [
    "recipe", "base", "data", "format", "template", "chat", "end_with_eos", "method", "lora", "modules",
    "learning_rate", "weight_decay",
    "max_gradient_norm", "betas", "epsilon", "schedule", "warmup_steps", "steps", "epochs", "batch", "accumulate",
    "seed", "mix", "preserve", "l2sp", "promot", "interpolate", "rescale", "evaluate_every", "checkpoint_every",
    "precision",
  ]

  private static let mostSteps = 1_000_000
  /// Of a file that is named and is not there.
  static let absentRemedy: ShownText = "check the path; what a file names is relative to that file"

  /// - Throws: `InputError` for the first thing that is wrong, file and key named. The data are not read yet;
  ///   see `TrainingPlan`.
  package static func read(_ file: String) throws -> Recipe {
    let fields = try YAMLMapping(file: file, known: keys, ifAbsent: absentRemedy)
    let name = try fields.required("recipe", try fields.text("recipe"))
    let data = try fields.required("data", try fields.section("data", known: ["train", "test", "shuffle_labels"]))
    let train = try data.required("train", try data.filePath("train"))
    let format = try PromptFormat.read(fields)
    let samples = try (
      batch: fields.integer("batch", in: 1...1024) ?? 8, accumulate: fields.integer("accumulate", in: 1...1024) ?? 1
    )
    let optimiser = try fields.required("learning_rate", try OptimiserSettings.read(fields))
    let method = try TrainingMethod.read(fields)
    let ends = try (
      interpolate: share("interpolate", fields), rescale: share("rescale", fields),
      l2sp: fields.number("l2sp", "above 0") { $0 > 0 }
    )
    try refuseUnfit(ends.interpolate, ends.rescale, ends.l2sp, method, fields)
    return Recipe(
      file: file, name: name, base: try base(fields), trainData: train, testData: try data.filePath("test"),
      shufflesLabels: try data.boolean("shuffle_labels") ?? false, format: format, chat: try chat(fields),
      method: method, optimiser: optimiser,
      schedule: LearningRateSchedule(
        shape: try fields.choice("schedule") ?? .constant,
        warmupSteps: try fields.integer("warmup_steps", in: 0...mostSteps) ?? 0),
      length: try length(fields), batch: samples.batch, accumulate: samples.accumulate,
      seed: try fields.unsigned("seed") ?? 1, mix: try MixSettings.read(fields, format: format),
      preserve: try PreservationSettings.read(fields), l2sp: ends.l2sp, promot: try ProMoTSettings.read(fields),
      interpolate: ends.interpolate, rescale: ends.rescale,
      evaluateEvery: try fields.integer("evaluate_every", in: 1...mostSteps),
      checkpointEvery: try fields.integer("checkpoint_every", in: 1...mostSteps),
      precision: try fields.choice("precision") ?? .f32)
  }

  private static func share(_ key: String, _ fields: YAMLMapping) throws -> Double? {
    try fields.number(key, "above 0, at most 1") { $0 > 0 && $0 <= 1 }
  }

  /// An adapter is rescaled, whole weights are interpolated and drawn towards the base.
  private static func refuseUnfit(
    _ interpolate: Double?, _ rescale: Double?, _ l2sp: Double?, _ method: TrainingMethod, _ fields: YAMLMapping
  ) throws {
    if case .lora = method {
      if interpolate != nil {
        throw fields.error("interpolate", "stands beside method: lora", remedy: "write rescale for an adapter")
      }
      if l2sp != nil {
        throw fields.error("l2sp", "stands beside method: lora", remedy: "write weight_decay for an adapter")
      }
    } else if rescale != nil {
      throw fields.error("rescale", "stands beside whole weights", remedy: "write interpolate for them")
    }
  }

  /// A path has a "/" in it or ends in .gguf; anything else is a name of the catalogue.
  private static func base(_ fields: YAMLMapping) throws -> String? {
    try fields.text("base").map { $0.contains("/") || $0.hasSuffix(".gguf") ? fields.resolve($0) : $0 }
  }

  /// Which template, and what it is told. `template: model` is the model's own.
  private static func chat(_ fields: YAMLMapping) throws -> ChatChoice {
    if fields.has("chat"), fields.has("format") {
      throw fields.error(
        "chat", "stands beside 'format', which is told nothing", remedy: "write template: model, or leave it out")
    }
    let told = try ChatChoice(fields.sectionOrEmpty("chat", known: ["arguments", "system", "date"]))
    let name = try fields.text("template")
    return ChatChoice(
      template: name.flatMap { $0 == "model" ? nil : ChatChoice.place($0, fields) }, arguments: told.arguments,
      system: told.system, date: told.date)
  }

  private static func length(_ fields: YAMLMapping) throws -> TrainingLength {
    let steps = try fields.integer("steps", in: 1...mostSteps)
    let epochs = try fields.number("epochs", "above 0, at most 10000") { $0 > 0 && $0 <= 10_000 }
    switch (steps, epochs) {
    case (let steps?, nil): return .steps(steps)
    case (nil, let epochs?): return .epochs(epochs)
    case (_?, _?): throw fields.error("epochs", "stands beside 'steps'", remedy: "keep one of them")
    case (nil, nil): throw fields.error("steps", "is missing", remedy: "add 'steps:' or 'epochs:'")
    }
  }
}

extension PromptFormat {
  private static let mostTemplateBytes = 4096

  static func read(_ fields: YAMLMapping) throws -> PromptFormat {
    if fields.has("template") {
      for other in ["format", "end_with_eos"] where fields.has(other) {
        throw fields.error(other, "stands beside 'template'", remedy: "keep one of them")
      }
      return PromptFormat(.template)
    }
    return PromptFormat(try style(fields) ?? .automatic, endsWithEOS: try fields.boolean("end_with_eos"))
  }

  /// Nil where `format` is absent.
  static func style(_ fields: YAMLMapping) throws -> Style? {
    guard let kind = fields.kind("format") else { return nil }
    guard kind == .text else {
      guard let explicit = try fields.section("format", known: ["mustache"]),
        let template = try explicit.text("mustache")
      else { throw fields.error("format", "has no template", remedy: "write {mustache: \"…\"}") }
      guard template.utf8.count <= mostTemplateBytes else {
        throw explicit.error(
          "mustache", "is longer than \(mostTemplateBytes) bytes", remedy: "put fixed text into the data")
      }
      do {
        // Rendering once shows whether it can be parsed and has its completion.
        _ = try PromptFormat(.mustache(template)).render(.pair(prompt: "a", completion: "b"))
      } catch let fault as RenderingFault {
        throw explicit.error("mustache", fault.problem, remedy: fault.remedy)
      }
      return .mustache(template)
    }
    switch try fields.text("format") {
    case "plain": return .plain
    case "chatml": return .chatml
    case "llama3": return .llama3
    default:
      throw fields.error(
        "format", "is none of plain, chatml, llama3",
        remedy: "write one of them, or the template itself: {mustache: \"…\"}; template: model is the model's own chat")
    }
  }
}

extension TrainingMethod {
  private enum Name: String, CaseIterable {
    case full
    case lora
    case valueOnly = "value-only"
    case modules
  }

  static func read(_ fields: YAMLMapping) throws -> TrainingMethod {
    let name = try fields.required("method", try fields.choice("method", Name.self))
    if name != .lora, fields.has("lora") {
      throw fields.error(
        "lora", "stands beside method: \(name.rawValue)", remedy: "write method: lora, or leave it out")
    }
    if name != .modules, fields.has("modules") {
      throw fields.error(
        "modules", "stands beside method: \(name.rawValue)", remedy: "write method: modules, or leave it out")
    }
    switch name {
    case .full: return .full
    case .valueOnly: return .valueOnly
    case .lora: return .lora(try LoRARecipe.read(fields))
    case .modules: return .modules(try fields.required("modules", try fields.texts("modules")))
    }
  }
}

extension LoRARecipe {
  private enum Bias: String, CaseIterable { case none }

  static func read(_ fields: YAMLMapping) throws -> LoRARecipe {
    let known = ["r", "alpha", "dropout", "target_modules", "use_rslora", "bias"]
    let defaults = LoRARecipe()
    guard let lora = try fields.section("lora", known: known) else { return defaults }
    _ = try lora.choice("bias", Bias.self)
    return LoRARecipe(
      rank: try lora.integer("r", in: 1...4096) ?? defaults.rank,
      alpha: try lora.number("alpha", "above 0") { $0 > 0 } ?? defaults.alpha,
      dropout: try lora.number("dropout", "from 0 to below 1") { $0 >= 0 && $0 < 1 } ?? defaults.dropout,
      targets: try targets(lora) ?? defaults.targets,
      usesRankStabilisedScale: try lora.boolean("use_rslora") ?? false)
  }

  private static func targets(_ lora: YAMLMapping) throws -> TargetModules? {
    guard lora.kind("target_modules") == .text else { return try lora.texts("target_modules").map { .names($0) } }
    return try lora.text("target_modules").map { $0.lowercased() == "all-linear" ? .allLinear : .pattern($0) }
  }
}
