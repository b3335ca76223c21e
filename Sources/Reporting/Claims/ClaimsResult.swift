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
    package let methods: [ClaimJudge.Chosen]
    /// Of each arm that has a run, its cost; in the experiment's order.
    package let arms: [ArmCost]
    /// In the order of the claims.
    package let claims: [ClaimFound]

    package init(form: String, methods: [ClaimJudge.Chosen], arms: [ArmCost], claims: [ClaimFound]) {
      self.form = form
      self.methods = methods
      self.arms = arms
      self.claims = claims
    }
  }

  package struct ArmCost: Sendable, Encodable {
    package let arm: String
    /// Nil where no run of it holds the target.
    package let cost: CostEstimate?

    package init(arm: String, cost: CostEstimate?) {
      self.arm = arm
      self.cost = cost
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
  /// As it was typed.
  package let command: String
  package let createdBy: String
  /// ISO 8601 in UTC.
  package let generatedAt: String
  package let claims: [Claim]
  package let models: [ModelFound]

  package init(
    title: String, command: String, createdBy: String, generatedAt: String, claims: [Claim], models: [ModelFound]
  ) {
    self.title = title
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
    try container.encode(models, forKey: .models)
  }

  enum CodingKeys: String, CodingKey {
    case title, command, claims, models
    case schemaVersion = "schema_version"
    case createdBy = "created_by"
    case generatedAt = "generated_at"
  }
}
