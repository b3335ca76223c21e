import Diagnostics
import Reading

/// What an adapter does to a model, by adapter_config.json's `peft_type`, of those that are applied here.
enum AdapterMethod: String, Sendable {
  case lora = "LORA"
  case ia3 = "IA3"
  case norms = "LN_TUNING"
  case tokens = "TRAINABLE_TOKENS"

  /// Methods that put vectors before a prompt or change what is computed, so that no weights can be merged.
  private static let unmergeable: Set<String> = [
    "PREFIX_TUNING", "PROMPT_TUNING", "P_TUNING", "MULTITASK_PROMPT_TUNING", "CPT", "ADAPTION_PROMPT", "XLORA",
    "CARTRIDGE",
  ]

  /// - Throws: `InputError` naming a method that is not applied.
  init(_ json: JSONFile) throws {
    let type = try json.required("peft_type", try json.string("peft_type"))
    guard let known = AdapterMethod(rawValue: type) else {
      throw json.error(
        "peft_type", "'\(type)' is not supported; supported: LORA, IA3, LN_TUNING, TRAINABLE_TOKENS",
        remedy: Self.unmergeable.contains(type)
          ? "it cannot be merged into weights: gate it through a server that applies it" : AdapterNames.merge)
    }
    self = known
  }

  /// What its tensors can be.
  var parts: Set<AdapterPart> {
    let whole: Set<AdapterPart> = [.weight, .bias, .baseWeight, .baseBias]
    switch self {
    case .lora: return whole.union([.loraA, .loraB, .loraBias, .embeddingA, .embeddingB, .magnitude, .tokens])
    case .ia3: return whole.union([.ia3])
    case .norms: return whole
    case .tokens: return whole.union([.tokens])
    }
  }

  /// Keys that describe the training run and change nothing in what a finished adapter computes.
  private static let harmless: Set<String> = [
    "auto_mapping", "base_model_name_or_path", "corda_config", "eva_config", "fan_in_fan_out", "inference_mode",
    "loftq_config", "lora_dropout", "lora_ga_config", "megatron_core", "peft_version", "qalora_group_size", "revision",
    "task_type",
  ]

  private var applied: Set<String> {
    switch self {
    case .lora:
      [
        "alpha_pattern", "bias", "ensure_weight_tying", "exclude_modules", "init_lora_weights", "layer_replication",
        "layers_pattern", "layers_to_transform", "lora_alpha", "lora_bias", "modules_to_save", "peft_type", "r",
        "rank_pattern", "target_modules", "target_parameters", "trainable_token_indices", "use_dora", "use_rslora",
      ]
    case .ia3:
      ["exclude_modules", "feedforward_modules", "init_ia3_weights", "modules_to_save", "peft_type", "target_modules"]
    case .norms: ["exclude_modules", "modules_to_save", "peft_type", "target_modules"]
    case .tokens: ["init_weights", "peft_type", "target_modules", "token_indices"]
    }
  }

  /// Refuses every key that would change what is computed and is not applied.
  func refuseUnsupported(_ json: JSONFile) throws {
    for key in json.members.keys where !Self.harmless.contains(key) && !applied.contains(key) {
      guard let value = try json.value(key), !value.isOff else { continue }
      switch key {
      case "alora_invocation_tokens":
        throw json.error(
          key, "is not supported: an activated LoRA (aLoRA) acts from its invocation on",
          remedy: "it cannot be merged into weights: gate it through a server that applies it")
      default: throw json.error(key, "is not supported (\(value.kind))", remedy: AdapterNames.merge)
      }
    }
    guard self == .lora else { return }
    if let bias = try json.string("bias"), !["none", "all", "lora_only"].contains(bias) {
      throw json.error(
        "bias", "'\(bias)' is not supported; supported: none, all, lora_only", remedy: AdapterNames.merge)
    }
    try refuseChangedBase(json)
    for pattern in try json.strings("layers_pattern") ?? [] where pattern != "layers" && pattern != "h" {
      throw json.error(
        "layers_pattern", "'\(pattern)' is not supported; supported: layers, h", remedy: AdapterNames.merge)
    }
  }

  /// PiSSA, OLoRA, CorDA, LoRA-GA and LoftQ take a part out of the base's weights when training begins, which the adapter's file does not
  /// hold (`pissa_init` and its kin in peft's `tuners/lora/layer.py`). One that was converted when it was saved says `true` and is plain.
  private func refuseChangedBase(_ json: JSONFile) throws {
    let additive = ["gaussian", "eva", "orthogonal", "mica"]
    guard case .string(let method)? = try json.value("init_lora_weights"), !additive.contains(method) else { return }
    let problem: ShownText = "'\(method)' changes the base's weights and is not supported"
    guard method.lowercased() != "loftq" else {
      throw json.error("init_lora_weights", problem, remedy: AdapterNames.merge)
    }
    throw json.error(
      "init_lora_weights", problem,
      remedy:
        "save it again with path_initial_model_for_weight_conversion, which makes a plain LoRA of it, or merge it with merge_and_unload() and gate the merged folder"
    )
  }
}
