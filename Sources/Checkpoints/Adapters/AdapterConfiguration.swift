import Diagnostics
import Foundation
import Patterns
import Reading

/// adapter_config.json of a PEFT LoRA adapter, with everything that this reader does not apply refused by name.
struct AdapterConfiguration: Sendable {
  let path: String
  let rank: Int
  let alpha: Double
  let usesRankStabilisedScale: Bool
  let targets: ModuleSelection
  let excluded: ModuleSelection?
  /// What it calls its base; nil where it does not say.
  let baseName: String?
  /// Endings of the names of whole parameters that are adapted, experts' and routers'.
  let parameters: [String]
  /// Layers that carry the adapter; nil for all.
  let layers: Set<Int>?
  private let rankPattern: [(pattern: ModulePattern, value: Double)]
  private let alphaPattern: [(pattern: ModulePattern, value: Double)]

  private static let highestRank = 65_536

  /// Keys that describe the training run and change nothing in what a finished adapter computes.
  private static let harmless: Set<String> = [
    "auto_mapping", "base_model_name_or_path", "eva_config", "fan_in_fan_out", "inference_mode", "lora_dropout",
    "megatron_core",
    "peft_version", "qalora_group_size", "revision", "task_type",
  ]

  private static let applied: Set<String> = [
    "alpha_pattern", "bias", "exclude_modules", "init_lora_weights", "layers_pattern", "layers_to_transform",
    "lora_alpha", "peft_type", "r", "rank_pattern", "target_modules", "target_parameters", "use_rslora",
  ]

  /// Throws `InputError` naming the field that is missing, wrong or not supported.
  init(_ url: URL) throws {
    let json = try JSONFile(url)
    let type = try json.required("peft_type", try json.string("peft_type"))
    guard type == "LORA" else {
      throw json.error("peft_type", "'\(type)' is not supported; supported: LORA", remedy: "merge it into its base")
    }
    try Self.refuseUnsupported(json)
    path = json.path
    rank = try json.required("r", try json.integer("r"))
    guard (1...Self.highestRank).contains(rank) else {
      throw json.error("r", "is \(rank), expected 1 to \(Self.highestRank)", remedy: "save the adapter again")
    }
    alpha = try json.required("lora_alpha", try json.number("lora_alpha"))
    usesRankStabilisedScale = try json.bool("use_rslora") ?? false
    targets = try json.required("target_modules", try ModuleSelection(json, "target_modules", knowsAllLinear: true))
    excluded = try ModuleSelection(json, "exclude_modules", knowsAllLinear: false)
    if case .string(let name)? = try json.value("base_model_name_or_path"), !name.allSatisfy(\.isWhitespace) {
      baseName = name
    } else {
      baseName = nil
    }
    parameters = try json.strings("target_parameters") ?? []
    // PEFT takes an empty list as no restriction.
    layers = try json.integers("layers_to_transform").flatMap { $0.isEmpty ? nil : Set($0) }
    rankPattern = try Self.patterns(json, "rank_pattern")
    alphaPattern = try Self.patterns(json, "alpha_pattern")
  }

  private static func refuseUnsupported(_ json: JSONFile) throws {
    let remedy: ShownText = "merge the adapter into its base model and gate the merged model"
    for key in json.members.keys where !harmless.contains(key) && !applied.contains(key) {
      guard let value = try json.value(key), !value.isOff else { continue }
      throw json.error(key, "is not supported (\(value.kind))", remedy: remedy)
    }
    if let bias = try json.string("bias"), bias != "none" {
      throw json.error("bias", "'\(bias)' is not supported; supported: none", remedy: remedy)
    }
    // Other initialisations (PiSSA, OLoRA, CorDA, LoftQ) change the base's weights too, which the adapter's file does not hold.
    let additive = ["gaussian", "eva", "orthogonal"]
    if case .string(let method)? = try json.value("init_lora_weights"), !additive.contains(method) {
      throw json.error(
        "init_lora_weights", "'\(method)' changes the base's weights and is not supported", remedy: remedy)
    }
    for pattern in try json.strings("layers_pattern") ?? [] where pattern != "layers" && pattern != "h" {
      throw json.error("layers_pattern", "'\(pattern)' is not supported; supported: layers, h", remedy: remedy)
    }
  }

  private static func patterns(_ json: JSONFile, _ key: String) throws -> [(ModulePattern, Double)] {
    guard let object = try json.object(key) else { return [] }
    let patterns = try object.members.keys.map { name in
      let value = try object.required(name, try object.number(name))
      do throws(PatternFault) {
        return (try ModulePattern(peftKey: name), value)
      } catch {
        throw object.error(name, error.problem, remedy: "name the modules by their plain paths")
      }
    }
    return patterns
  }

  /// The module's rank and the factor on its product: alpha / r, or alpha / sqrt(r) where rank-stabilised (peft's `LoraLayer`).
  func rankAndScale(_ module: String) throws -> (rank: Int, scale: Float) {
    let rank = first(rankPattern, module) ?? Double(rank)
    guard let whole = Int(exactly: rank), (1...Self.highestRank).contains(whole) else {
      throw InputError(
        path, field: "rank_pattern", "gives \(module) the rank \(rank)", remedy: "save the adapter again")
    }
    let alpha = first(alphaPattern, module) ?? alpha
    let scale = Float(alpha / (usesRankStabilisedScale ? rank.squareRoot() : rank))
    guard scale.isFinite else {
      throw InputError(path, field: "lora_alpha", "gives \(module) the scale \(scale)", remedy: "save it again")
    }
    return (whole, scale)
  }

  /// The value of the first pattern in the file's order that matches, as in PEFT.
  private func first(_ patterns: [(pattern: ModulePattern, value: Double)], _ module: String) -> Double? {
    patterns.first { $0.pattern.matches(module) }?.value
  }
}
