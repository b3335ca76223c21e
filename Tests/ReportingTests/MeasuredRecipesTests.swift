import Foundation
import Testing

import Reporting

@Suite("What advice says of recipes")
struct MeasuredRecipesTests {
  private struct Claims: Decodable {
    struct Model: Decodable { let model: String, forms: [Form] }
    struct Form: Decodable { let form: String, arms: [Arm] }
    struct Arm: Decodable { let arm: String, cost: Cost? }
    struct Cost: Decodable { let mean: Double }
    let models: [Model]
  }

  @Test("each figure is the committed report's, to the percent")
  func figures() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent()
    let data = try Data(contentsOf: root.appendingPathComponent("reports/claims/results.json"))
    let claims = try JSONDecoder().decode(Claims.self, from: data)
    let model = try #require(claims.models.first { $0.model == MeasuredRecipes.model })
    let arms = try #require(model.forms.first { $0.form == "raw" }).arms
    for (arm, percent) in MeasuredRecipes.lost {
      let cost = try #require(arms.first { $0.arm == arm }?.cost?.mean, "\(arm) has no cost")
      #expect(Int((100 * cost).rounded()) == percent, "\(arm): \(100 * cost)")
    }
  }
}
