import Diagnostics
import Gating
import Suites

extension Configuration {
  /// The configured suite that a baseline was made with.
  ///
  /// - Throws: `InputError` where none of them is.
  package func suite(of baseline: Baseline) throws -> Suite {
    let name = baseline.run.suite.name
    let all = try naming { try suites.map { try Suite.load($0) } }
    if let suite = all.first(where: { $0.name == name }) { return suite }
    throw InputError(
      file, field: "suites", "none of the suites is '\(name)', which the baseline was made with",
      remedy: "name its folder there in place of the other, or save a baseline of another suite")
  }
}
