import Checkpoints
import Diagnostics
import Transformer

/// Which weights a recipe trains in a given model.
package struct TrainedWeights: Sendable {
  /// Canonical names of the weights that get gradients.
  package let names: Set<String>
  /// Nil where no low-rank additions are trained.
  package let lowRank: LowRankSettings?

  /// Resolves a recipe's method.
  ///
  /// A name of `modules` or `target_modules` that is made of letters, digits, `_`, `-` and full stops means the
  /// weights whose path is the name or ends with a full stop and it (`v_proj`, `mlp.up_proj`,
  /// `model.layers.3.self_attn.q_proj`); any other text of `modules`, and a single text for `target_modules`, is a
  /// regular expression over whole paths. Paths have no `.weight` at the end.
  ///
  /// - Throws: `InputError` for a name that the model does not have, and for low-rank additions to some layers only.
  ///
  /// - Parameter usualTargets: the modules that low-rank additions adapt where the recipe names none: peft's for the family.
  package init(_ recipe: Recipe, spec: DecoderSpec, usualTargets: [String] = ["q_proj", "v_proj"]) throws {
    let all = Self.paths(spec)
    switch recipe.method {
    case .full:
      names = Set(spec.weights.map(\.name))
      lowRank = nil
    case .valueOnly:
      names = try Self.valueWeights(recipe, spec)
      lowRank = nil
    case .modules(let patterns):
      let weights = Dictionary(grouping: spec.weights.map(\.name), by: Self.path)
      names = Set(
        try patterns.flatMap { pattern -> [String] in
          let test = try Self.test(pattern, recipe, "modules", isPattern: !Self.isName(pattern))
          let chosen = all.filter(test)
          guard !chosen.isEmpty else { throw Self.unknown(pattern, recipe, "modules", all) }
          // A module's bias is trained with its weight.
          return chosen.flatMap { weights[$0] ?? [] }
        })
      lowRank = nil
    case .lora(let lora):
      names = []
      lowRank = LowRankSettings(
        rank: lora.rank, alpha: lora.alpha, dropout: lora.dropout,
        usesRankStabilisedScale: lora.usesRankStabilisedScale,
        modules: try Self.modules(lora.targets, usual: usualTargets, recipe, spec))
    }
  }

  private static func valueWeights(_ recipe: Recipe, _ spec: DecoderSpec) throws -> Set<String> {
    guard let module = spec.names.modules.first(where: { $0.projections.contains(.value) }),
      module.projections.count == 1
    else {
      throw InputError(
        recipe.file, field: "method",
        "value-only needs a matrix for the values alone, and this model keeps them with others",
        remedy: "train the fused modules by name: modules: [qkv_proj]")
    }
    let paths = (0..<spec.layerCount).map { spec.names.path(module.path, layer: $0) }
    return Set(spec.weights.map(\.name).filter { paths.contains(path($0)) })
  }

  private static func modules(
    _ targets: TargetModules, usual: [String], _ recipe: Recipe, _ spec: DecoderSpec
  ) throws -> Set<String> {
    let field = "lora.target_modules"
    let groups = spec.moduleGroups
    let patterns: [String]
    switch targets {
    // The experts and the router are no linear modules to peft.
    case .allLinear: return Set(groups.filter { !$0.isOfMixture }.map(\.module))
    case .usual: patterns = usual
    case .names(let names): patterns = names
    case .pattern(let pattern): patterns = [pattern]
    }
    var isPattern = false
    if case .pattern = targets { isPattern = true }
    var chosen: Set<String> = []
    let paths = groups.flatMap(\.paths)
    for pattern in patterns {
      let matching = paths.filter(try test(pattern, recipe, field, isPattern: isPattern))
      guard !matching.isEmpty else { throw unknown(pattern, recipe, field, paths) }
      chosen.formUnion(matching)
    }
    return Set(
      try groups.compactMap { module, isOfMixture, paths in
        let count = paths.count(where: chosen.contains)
        if count > 0, isOfMixture, spec.expertsAreOneTensor, module.contains(".experts.") {
          throw InputError(
            recipe.file, field: field, "names \(paths[0]), and this family keeps all experts in one tensor",
            remedy: "adapt the attention's modules, or train the experts with method: modules")
        }
        guard count == 0 || count == paths.count else {
          throw InputError(
            recipe.file, field: field, "names \(paths.first(where: chosen.contains) ?? "") in some layers only",
            remedy: "name a projection of all layers, such as v_proj")
        }
        return count == 0 ? nil : module
      })
  }

  /// Every module's path, in the order of the model.
  private static func paths(_ spec: DecoderSpec) -> [String] {
    var seen: Set<String> = []
    return spec.weights.map { path($0.name) }.filter { seen.insert($0).inserted }
  }

  private static func path(_ name: String) -> String {
    for ending in [".weight", ".bias"] where name.hasSuffix(ending) { return String(name.dropLast(ending.count)) }
    return name
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "_.-".utf8.contains($0)
    }
  }

  private static func test(
    _ text: String, _ recipe: Recipe, _ field: String, isPattern: Bool
  ) throws -> (String) -> Bool {
    guard isPattern else {
      let name = path(text)
      return { $0 == name || $0.hasSuffix("." + name) }
    }
    let pattern: ModulePattern
    do {
      pattern = try ModulePattern(fullMatch: text)
    } catch {
      throw InputError(recipe.file, field: field, "'\(text)': \(error.problem)", remedy: "list the modules by name")
    }
    return pattern.matches
  }

  private static func unknown(
    _ name: String, _ recipe: Recipe, _ field: String, _ paths: [String]
  ) -> InputError {
    let ends = Set(paths.compactMap { $0.split(separator: ".").last.map(String.init) }).sorted()
    let nearest = nearestKey(to: name, among: ends)
    return InputError(
      recipe.file, field: field, "the model has no module '\(name)'",
      remedy: nearest.map { "did you mean '\($0)'?" } ?? "name some of \(ends.joined(separator: ", "))")
  }
}

extension TrainedWeights {
  /// Which weights a recipe trains in a model, whose family says what is adapted where the recipe does not.
  package init(_ recipe: Recipe, for model: ModelConfiguration) throws {
    try self.init(recipe, spec: model.decoder, usualTargets: model.family?.defaultTargets ?? ["q_proj", "v_proj"])
  }
}
