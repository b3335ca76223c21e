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
  package init(_ recipe: Recipe, spec: DecoderSpec) throws {
    let layers = Array(0..<spec.layerCount)
    let all = Self.paths(spec)
    switch recipe.method {
    case .full:
      names = Set(all.map { $0 + ".weight" })
      lowRank = nil
    case .valueOnly:
      names = Set(layers.map { spec.name(of: .value, layer: $0) })
      lowRank = nil
    case .modules(let patterns):
      names = Set(
        try patterns.flatMap { pattern in
          let test = try Self.test(pattern, recipe, "modules", isPattern: !Self.isName(pattern))
          let chosen = try all.filter(test)
          guard !chosen.isEmpty else { throw Self.unknown(pattern, recipe, "modules", all) }
          return chosen.map { $0 + ".weight" }
        })
      lowRank = nil
    case .lora(let lora):
      names = []
      lowRank = LowRankSettings(
        rank: lora.rank, alpha: lora.alpha, dropout: lora.dropout,
        usesRankStabilisedScale: lora.usesRankStabilisedScale,
        projections: try Self.projections(lora.targets, recipe, spec))
    }
  }

  private static func projections(
    _ targets: TargetModules, _ recipe: Recipe, _ spec: DecoderSpec
  ) throws -> Set<Projection> {
    let field = "lora.target_modules"
    let patterns: [String]
    switch targets {
    case .allLinear: return Set(Projection.allCases)
    case .names(let names): patterns = names
    case .pattern(let pattern): patterns = [pattern]
    }
    var isPattern = false
    if case .pattern = targets { isPattern = true }
    var chosen: Set<String> = []
    let all = Projection.allCases.map { projection in
      (projection, (0..<spec.layerCount).map { path(spec.name(of: projection, layer: $0)) })
    }
    let paths = all.flatMap(\.1)
    for pattern in patterns {
      let matching = try paths.filter(try test(pattern, recipe, field, isPattern: isPattern))
      guard !matching.isEmpty else { throw unknown(pattern, recipe, field, paths) }
      chosen.formUnion(matching)
    }
    return Set(
      try all.compactMap { projection, paths in
        let count = paths.count(where: chosen.contains)
        guard count == 0 || count == paths.count else {
          throw InputError(
            recipe.file, field: field, "names \(paths.first(where: chosen.contains) ?? "") in some layers only",
            remedy: "name a projection of all layers, such as v_proj")
        }
        return count == 0 ? nil : projection
      })
  }

  /// Every weight's path, in the order of the model.
  private static func paths(_ spec: DecoderSpec) -> [String] {
    let names = spec.names
    var all = [names.embedding]
    for layer in 0..<spec.layerCount {
      all.append(names.name(names.attentionNorm, layer: layer))
      all += Projection.allCases.map { spec.name(of: $0, layer: layer) }
      all.append(names.name(names.mlpNorm, layer: layer))
    }
    all.append(names.finalNorm)
    if names.head != names.embedding { all.append(names.head) }
    return all.map(path)
  }

  private static func path(_ name: String) -> String {
    name.hasSuffix(".weight") ? String(name.dropLast(".weight".count)) : name
  }

  private static func isName(_ text: String) -> Bool {
    text.utf8.allSatisfy {
      (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0)
        || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || "_.-".utf8.contains($0)
    }
  }

  private static func test(
    _ text: String, _ recipe: Recipe, _ field: String, isPattern: Bool
  ) throws -> (String) throws -> Bool {
    guard isPattern else {
      let name = path(text)
      return { $0 == name || $0.hasSuffix("." + name) }
    }
    let pattern: ModulePattern
    do {
      pattern = try ModulePattern(fullMatch: text)
    } catch let fault as ModulePatternFault {
      throw InputError(recipe.file, field: field, "'\(text)': \(fault.problem)", remedy: "list the modules by name")
    }
    return {
      do {
        return try pattern.matches($0)
      } catch is ModulePattern.TooCostly {
        throw InputError(
          recipe.file, field: field, "'\(text)' is a pattern that takes too long", remedy: "list the modules by name")
      }
    }
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
