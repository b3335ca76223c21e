import Diagnostics
import Gating
import Reading

/// A list of claims with the experiments that are to show them: one YAML file. Paths are relative to it.
package struct ClaimsFile: Sendable, Equatable {
  package struct Model: Sendable, Equatable {
    package let name: String
    /// The experiment's results.json.
    package let results: String
    /// report.json of a gate with `--cells`, of a model that lost its ability; nil for none.
    package let diagnosis: String?
    /// What this model's experiment calls an arm of the claims, where it has another, such as one at another rate.
    package let arms: [String: String]
  }

  package let file: String
  /// Of the report's folder.
  package let name: String
  package let title: String
  /// What the reader has to know of the arms, a paragraph; nil for none.
  package let about: String?
  package let models: [Model]
  package let methods: [RecipeMethod]
  package let claims: [Claim]

  /// - Throws: `InputError` for the first thing that is wrong, file and key named.
  package static func read(_ file: String) throws -> ClaimsFile {
    let fields = try YAMLMapping(file: file, known: ["claims", "title", "about", "models", "methods", "list"])
    let name = try fields.folderName("claims")
    let models = try fields.sections(
      "models", of: "models", such: "- model: …", known: ["model", "results", "diagnosis", "arms"]
    ).map {
      Model(
        name: try $0.required("model", try $0.text("model")),
        results: try $0.required("results", try $0.filePath("results")), diagnosis: try $0.filePath("diagnosis"),
        arms: try arms($0))
    }
    let methods =
      try fields.has("methods")
      ? fields.sections("methods", of: "methods", such: "- method: …", known: ["method", "arms"]).map {
        RecipeMethod(
          name: try $0.required("method", try $0.text("method")), arms: try $0.required("arms", try $0.texts("arms")))
      } : []
    let known = ["claim", "costs", "keeps", "keeps_more", "spread"]
    let claims = try fields.sections("list", of: "claims", such: "- claim: …", known: known).map {
      Claim(text: try $0.required("claim", try $0.text("claim")), kind: try kind($0, methods))
    }
    return ClaimsFile(
      file: file, name: name, title: try fields.text("title") ?? name, about: try fields.text("about"), models: models,
      methods: methods, claims: claims)
  }

  private static func arms(_ fields: YAMLMapping) throws -> [String: String] {
    guard let names = try fields.section("arms", known: nil) else { return [:] }
    return try names.keys.reduce(into: [:]) { $0[$1] = try names.required($1, try names.text($1)) }
  }

  private static func kind(_ fields: YAMLMapping, _ methods: [RecipeMethod]) throws -> Claim.Kind {
    let given = ["costs", "keeps", "keeps_more", "spread"].filter(fields.has)
    guard given.count == 1 else {
      throw fields.error(
        "claim", given.isEmpty ? "has nothing that would show it" : "is shown in several ways at once",
        remedy: "give it one of costs, keeps, keeps_more and spread")
    }
    if let costs = try fields.section("costs", known: ["method", "share", "within"]) {
      let method = try costs.required("method", try costs.text("method"))
      guard methods.contains(where: { $0.name == method }) else {
        throw costs.error(
          "method", "'\(method)' is none of the methods",
          remedy: nearestKey(to: method, among: methods.map(\.name)).map { "did you mean '\($0)'?" } ?? "add it to them"
        )
      }
      return .costs(method: method, share: try share("share", costs), within: try share("within", costs))
    }
    if let keeps = try fields.section("keeps", known: ["arms", "within"]) {
      return .keeps(arms: try keeps.required("arms", try keeps.texts("arms")), within: try share("within", keeps))
    }
    if let spread = try fields.section("spread", known: ["modules", "than", "share", "layers"]) {
      return .spread(
        modules: try spread.required("modules", try spread.text("modules")),
        than: try spread.required("than", try spread.text("than")), share: try share("share", spread),
        layers: try share("layers", spread))
    }
    let pairs = try fields.sections(
      "keeps_more", of: "pairs", such: "- {what: …, arm: …, than: …}", known: ["what", "arm", "than"])
    return .keepsMore(
      try pairs.map {
        Claim.Pair(
          what: try $0.required("what", try $0.text("what")), arm: try $0.required("arm", try $0.text("arm")),
          than: try $0.required("than", try $0.text("than")))
      })
  }

  private static func share(_ key: String, _ fields: YAMLMapping) throws -> Double {
    try fields.required(key, try fields.number(key, "from 0 to 1") { (0...1).contains($0) })
  }
}
