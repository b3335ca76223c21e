import Diagnostics
import Foundation
import Patterns
import Reading

/// adapter_config.json of a PEFT adapter, with everything that this reader does not apply refused by name.
struct AdapterConfiguration: Sendable {
  let path: String
  let method: AdapterMethod
  /// 0 for a method without low-rank additions.
  let rank: Int
  let alpha: Double
  let usesRankStabilisedScale: Bool
  let usesDoRA: Bool
  /// `lora_bias`
  let addsBias: Bool
  let targets: ModuleSelection
  let excluded: ModuleSelection?
  /// IA3's modules whose input is multiplied, not their output.
  let feedForward: ModuleSelection?
  /// Ends of the paths of modules that the adapter replaces whole.
  let savedModules: [String]
  /// Whether what is done to the embedding is done to a head that is tied to it.
  let ensuresTying: Bool
  /// The rows that are trained, by the end of a module's path; "" for the embedding.
  let tokens: [(module: String, indices: [Int])]
  /// Ranges of the base's layers, one after another, that are the adapted model's; nil for the base's own.
  let replication: [Range<Int>]?
  /// What it calls its base; nil where it does not say.
  let baseName: String?
  /// The peft that saved it, as it says; nil where it does not.
  let version: String?
  /// Endings of the names of whole parameters that are adapted, experts' and routers'.
  let parameters: [String]
  /// Layers that carry the adapter; nil for all.
  let layers: Set<Int>?
  private let rankPattern: [(pattern: ModulePattern, value: Double)]
  private let alphaPattern: [(pattern: ModulePattern, value: Double)]

  private static let highestRank = 65_536

  /// Throws `InputError` naming the field that is missing, wrong or not supported.
  init(_ url: URL) throws {
    let json = try JSONFile(url)
    path = json.path
    method = try AdapterMethod(json)
    try method.refuseUnsupported(json)
    let hasRank = method == .lora
    rank = hasRank ? try json.required("r", try json.integer("r")) : 0
    guard !hasRank || (1...Self.highestRank).contains(rank) else {
      throw json.error("r", "is \(rank), expected 1 to \(Self.highestRank)", remedy: "save the adapter again")
    }
    alpha = hasRank ? try json.required("lora_alpha", try json.number("lora_alpha")) : 0
    usesRankStabilisedScale = try json.bool("use_rslora") ?? false
    usesDoRA = try json.bool("use_dora") ?? false
    addsBias = try json.bool("lora_bias") ?? false
    let named = try ModuleSelection(json, "target_modules", knowsAllLinear: true)
    targets = method == .tokens ? named ?? .none : try json.required("target_modules", named)
    excluded = try ModuleSelection(json, "exclude_modules", knowsAllLinear: false)
    feedForward = method == .ia3 ? try ModuleSelection(json, "feedforward_modules", knowsAllLinear: false) : nil
    savedModules = try json.strings("modules_to_save") ?? []
    ensuresTying = try json.bool("ensure_weight_tying") ?? false
    tokens = try Self.tokens(json, method)
    replication = try Self.replication(json)
    if case .string(let name)? = try json.value("base_model_name_or_path"), !name.allSatisfy(\.isWhitespace) {
      baseName = name
    } else {
      baseName = nil
    }
    parameters = try json.strings("target_parameters") ?? []
    version = try json.string("peft_version")
    // PEFT takes an empty list as no restriction.
    layers = try json.integers("layers_to_transform").flatMap { $0.isEmpty ? nil : Set($0) }
    rankPattern = try Self.patterns(json, "rank_pattern")
    alphaPattern = try Self.patterns(json, "alpha_pattern")
  }

  private static func tokens(_ json: JSONFile, _ method: AdapterMethod) throws -> [(String, [Int])] {
    let key = method == .tokens ? "token_indices" : "trainable_token_indices"
    guard let value = try json.value(key) else { return [] }
    guard case .object = value else {
      let indices = try json.integers(key) ?? []
      return indices.isEmpty ? [] : [("", indices)]
    }
    guard let object = try json.object(key) else { return [] }
    return try object.members.keys.map { name in (name, try object.integers(name) ?? []) }
  }

  private static func replication(_ json: JSONFile) throws -> [Range<Int>]? {
    guard let ranges = try json.array("layer_replication"), !ranges.isEmpty else { return nil }
    return try ranges.map { range in
      guard case .array(let ends) = range, ends.count == 2, let first = ends[0].wholeNumber,
        let end = ends[1].wholeNumber, first >= 0, first <= end
      else {
        throw json.error(
          "layer_replication", "has a range that is not [first, end]", remedy: "save the adapter again")
      }
      return first..<end
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

  /// Whether the peft that saved it takes a tensor of all experts for [outputs, inputs], as it does since 0.18.
  ///
  /// - Throws: `InputError` where it does not say its version.
  func putsOutputsFirst() throws -> Bool {
    // The second may go on: 1.0rc1.
    let pieces = (version ?? "").split(separator: ".").prefix(2).map { Int($0.prefix { $0.isNumber }) }
    guard pieces.count == 2, let major = pieces[0], let minor = pieces[1] else {
      throw InputError(
        path, field: "peft_version",
        "\(version.map { "'\($0)' is no version" } ?? "is missing"), and target_parameters' tensors fit the base either way round",
        remedy: "save the adapter again with peft 0.18 or later, or merge it into its base model")
    }
    return (major, minor) >= (0, 18)
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

extension AdapterConfiguration {
  /// Whether PEFT would put the adapter on the base's module at `path`.
  func adapts(_ path: String, _ base: DecoderSpec) -> Bool {
    let names = base.pathsMeaning(path)
    guard !saves(path, base), names.contains(where: targets.contains), !isExcluded(path, base) else { return false }
    guard let layers else { return true }
    // A module outside the layers has no number, and is not adapted then.
    return layers.contains { path.hasPrefix(base.names.path("", layer: $0)) }
  }

  func isExcluded(_ path: String, _ base: DecoderSpec) -> Bool {
    base.pathsMeaning(path).contains { excluded?.contains($0) ?? false }
  }

  /// Whether `modules_to_save` replaces the module, or one that it is in (`_set_trainable` in peft's `utils/other.py`).
  func saves(_ path: String, _ base: DecoderSpec) -> Bool {
    base.pathsMeaning(path).contains { name in
      let parts = name.split(separator: ".")
      return parts.indices.contains { end in
        let module = parts[...end].joined(separator: ".")
        return savedModules.contains { !$0.isEmpty && module.hasSuffix($0) }
      }
    }
  }

  /// Which of the embedding's, or the head's, rows are trained; nil for none.
  func tokenIndices(_ path: String, _ base: DecoderSpec) -> [Int]? {
    tokens.first { own in
      own.module.isEmpty
        ? path == base.names.embedding
        : base.pathsMeaning(path).contains { $0.hasSuffix(own.module) }
    }?.indices
  }
}
