import Diagnostics
import Reading

extension OptimiserSettings {
  /// Nil where there is no learning rate.
  static func read(_ fields: YAMLMapping) throws -> OptimiserSettings? {
    guard let rate = try fields.number("learning_rate", "above 0, at most 1", { $0 > 0 && $0 <= 1 }) else { return nil }
    let betas = try fields.texts("betas")?.map { Double($0) } ?? [0.9, 0.999]
    guard betas.count == 2, let beta1 = betas[0], let beta2 = betas[1], (0..<1).contains(beta1), (0..<1).contains(beta2)
    else { throw fields.error("betas", "are not two numbers from 0 to below 1", remedy: "write [0.9, 0.999]") }
    let norm = try fields.number("max_gradient_norm", "of at least 0 (0 for no clipping)") { $0 >= 0 } ?? 1
    return OptimiserSettings(
      learningRate: rate, weightDecay: try fields.number("weight_decay", "from 0 to 1") { $0 >= 0 && $0 <= 1 } ?? 0,
      maxGradientNorm: norm > 0 ? norm : nil, beta1: beta1, beta2: beta2,
      epsilon: try fields.number("epsilon", "above 0, at most 1") { $0 > 0 && $0 <= 1 } ?? 1e-8)
  }
}

extension MixSettings {
  static func read(_ fields: YAMLMapping, format: PromptFormat) throws -> MixSettings {
    let known = ["general", "icl", "icl-same-task", "replay"]
    guard let mix = try fields.section("mix", known: known) else { return MixSettings() }
    let settings = MixSettings(
      general: try general(mix, format), fewShot: try fewShot(mix), sameTask: try sameTask(mix),
      replay: try replay(mix))
    guard settings.share < 1 else {
      throw fields.error("mix", "the shares add up to 1 or more", remedy: "leave a share for the task itself")
    }
    return settings
  }

  private static func general(_ mix: YAMLMapping, _ format: PromptFormat) throws -> General? {
    guard let general = try mix.section("general", known: ["share", "data", "format", "end_with_eos"]) else {
      return nil
    }
    let data = try general.required("data", try general.filePath("data"))
    let endsWithEOS = try general.boolean("end_with_eos")
    let own = try PromptFormat.style(general).map { PromptFormat($0, endsWithEOS: endsWithEOS) }
    var inherited = format
    if let endsWithEOS { inherited.endsWithEOS = endsWithEOS }
    return General(share: try share(general, otherwise: 0.10), data: data, format: own ?? inherited)
  }

  private static func fewShot(_ mix: YAMLMapping) throws -> FewShot? {
    guard let icl = try mix.section("icl", known: ["share", "pool", "shots"]) else { return nil }
    let pool = try icl.required("pool", try icl.filePath("pool"))
    return FewShot(
      share: try share(icl, otherwise: 0.20), pool: pool, shots: try icl.range("shots", in: 1...64) ?? 2...4)
  }

  private static func sameTask(_ mix: YAMLMapping) throws -> SameTask? {
    guard let same = try mix.section("icl-same-task", known: ["share", "window"]) else { return nil }
    return SameTask(
      share: try share(same, otherwise: 0.20), window: try same.integer("window", in: 1...64) ?? 3)
  }

  private static func replay(_ mix: YAMLMapping) throws -> Replay? {
    let known = ["share", "count", "temperature", "max_tokens", "prompt"]
    guard let replay = try mix.section("replay", known: known) else { return nil }
    let defaults = Replay()
    return Replay(
      share: try share(replay, otherwise: defaults.share),
      count: try replay.integer("count", in: 1...100_000) ?? defaults.count,
      temperature: try replay.number("temperature", "above 0, at most 10") { $0 > 0 && $0 <= 10 }
        ?? defaults.temperature,
      maximumTokens: try replay.integer("max_tokens", in: 2...4096) ?? defaults.maximumTokens,
      prompt: try replay.text("prompt") ?? defaults.prompt)
  }

  private static func share(_ fields: YAMLMapping, otherwise: Double) throws -> Double {
    try fields.number("share", "above 0 and below 1") { $0 > 0 && $0 < 1 } ?? otherwise
  }
}

extension PreservationSettings {
  static func read(_ fields: YAMLMapping) throws -> PreservationSettings? {
    guard
      let preserve = try fields.section("preserve", known: ["lambda", "pool", "shots", "prompts", "cached_prompts"])
    else {
      return nil
    }
    let pool = try preserve.required("pool", try preserve.filePath("pool"))
    return PreservationSettings(
      lambda: try preserve.number("lambda", "of at least 0") { $0 >= 0 } ?? 1, pool: pool,
      shots: try preserve.range("shots", in: 1...64) ?? 2...4,
      prompts: try preserve.integer("prompts", in: 1...1024) ?? 2,
      cachedPrompts: try preserve.integer("cached_prompts", in: 1...100_000))
  }
}

extension ProMoTSettings {
  static func read(_ fields: YAMLMapping) throws -> ProMoTSettings? {
    guard let promot = try fields.section("promot", known: ["length", "steps", "learning_rate"]) else { return nil }
    let defaults = ProMoTSettings()
    return ProMoTSettings(
      length: try promot.integer("length", in: 1...1024) ?? defaults.length,
      steps: try promot.integer("steps", in: 1...1_000_000) ?? defaults.steps,
      learningRate: try promot.number("learning_rate", "above 0, at most 10") { $0 > 0 && $0 <= 10 }
        ?? defaults.learningRate)
  }
}
