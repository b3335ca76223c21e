import Diagnostics
import Foundation
import Gating

/// Claims beside what was measured of them: what results.json of `holdfast claims` holds, and what its pages are rendered from.
package struct ClaimsResult: Sendable, Encodable {
  /// The version of the JSON's layout.
  package static let schemaVersion = 1

  /// One model asked in one form.
  package struct FormFound: Sendable, Encodable {
    /// `raw`, `chat` or `chat-single`.
    package let form: String
    package let methods: [MethodChoice]
    /// Of each arm that has a run, its cost; in the experiment's order.
    package let arms: [ArmCost]
    /// In the order of the claims.
    package let claims: [ClaimFound]

    package init(form: String, methods: [MethodChoice], arms: [ArmCost], claims: [ClaimFound]) {
      self.form = form
      self.methods = methods
      self.arms = arms
      self.claims = claims
    }
  }

  package struct ArmCost: Sendable, Encodable {
    package let arm: String
    /// Of the runs that hold the target; nil where none does.
    package let cost: CostEstimate?
    /// Of those that are finished and do not hold it: nothing is told by them.
    package let apart: CostEstimate?
    /// Runs that ended with weights that are no numbers.
    package let diverged: Int

    package init(arm: String, cost: CostEstimate?, apart: CostEstimate? = nil, diverged: Int = 0) {
      self.arm = arm
      self.cost = cost
      self.apart = apart
      self.diverged = diverged
    }
  }

  package struct ClaimFound: Sendable, Encodable {
    package let word: ClaimWord
    package let parts: [ClaimPart]

    package init(parts: [ClaimPart]) {
      word = ClaimWord(parts.map(\.word))
      self.parts = parts
    }
  }

  package struct ModelFound: Sendable, Encodable {
    package let model: String
    /// The experiment's results.json, as the claims' file names it.
    package let results: String
    /// What this model has for arms of the claims, by their names there; nil where all are the claims' own.
    package let arms: [String: String]?
    package let forms: [FormFound]
    /// Rendered from, and not written: results.json of the experiment has it.
    package let experiment: ExperimentResult
    /// The report.json that says where the ability lies; nil for none.
    package let diagnosis: String?
    /// What it says; not written.
    package let profile: RestorationProfile?

    package init(
      model: String, results: String, arms: [String: String]? = nil, forms: [FormFound], experiment: ExperimentResult,
      diagnosis: String? = nil,
      profile: RestorationProfile? = nil
    ) {
      self.diagnosis = diagnosis
      self.profile = profile
      self.model = model
      self.results = results
      self.arms = arms
      self.forms = forms
      self.experiment = experiment
    }

    enum CodingKeys: String, CodingKey { case model, results, arms, forms, diagnosis }
  }

  package let title: String
  /// What the reader has to know of the arms; nil for nothing.
  package let about: String?
  /// As it was typed.
  package let command: String
  package let createdBy: String
  /// ISO 8601 in UTC.
  package let generatedAt: String
  package let claims: [Claim]
  package let methods: [RecipeMethod]
  package let models: [ModelFound]

  package init(
    title: String, about: String? = nil, command: String, createdBy: String, generatedAt: String, claims: [Claim],
    methods: [RecipeMethod], models: [ModelFound]
  ) {
    self.title = title
    self.about = about
    self.methods = methods
    self.command = command
    self.createdBy = createdBy
    self.generatedAt = generatedAt
    self.claims = claims
    self.models = models
  }

  /// results.json: pretty, keys sorted.
  package func json() throws -> Data { try shownJSON(self, isPretty: true) + Data("\n".utf8) }

  package func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: CodingKeys.self)
    try container.encode(Self.schemaVersion, forKey: .schemaVersion)
    try container.encode(title, forKey: .title)
    try container.encode(command, forKey: .command)
    try container.encode(createdBy, forKey: .createdBy)
    try container.encode(generatedAt, forKey: .generatedAt)
    try container.encode(claims, forKey: .claims)
    try container.encode(methods, forKey: .methods)
    try container.encode(models, forKey: .models)
  }

  enum CodingKeys: String, CodingKey {
    case title, command, claims, methods, models
    case schemaVersion = "schema_version"
    case createdBy = "created_by"
    case generatedAt = "generated_at"
  }
}
