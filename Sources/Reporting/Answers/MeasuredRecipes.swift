/// What recipes cost in reports/claims, for advice: the mean over training seeds, asked raw, in percent of the base's few-shot exact match.
/// A test holds them against that report.
package enum MeasuredRecipes {
  package static let model = "SmolLM2-135M-Instruct"
  /// All hold 88 % of the same task, under three training seeds each.
  package static let lost: [(arm: String, percent: Int)] = [
    ("full-2e-5", 3), ("full-5e-5", 12), ("full-1e-4", 58), ("general-10-5e-5", -1), ("preserve-4-5e-5", 2),
    ("lora-16-1e-3", 22),
    ("lora-16-preserve-4", -1),
  ]

  /// "3 %", or "nothing" where it is less than half a percent or a gain.
  static func text(_ arm: String) -> String {
    guard let percent = lost.first(where: { $0.arm == arm })?.percent else { return "-" }
    return percent > 0 ? "\(percent) %" : "nothing"
  }
}
