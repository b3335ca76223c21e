import Diagnostics
import Gating
import Suites

extension Configuration {
  /// The configured suite that a baseline was made with.
  ///
  /// Asked as the baseline was: a candidate is asked through the baseline's template, whatever it ships.
  ///
  /// - Throws: `InputError` where none of them is, or the configuration wants it asked otherwise.
  package func suite(of baseline: Baseline) throws -> Suite {
    let name = baseline.run.suite.name
    let all = try naming { try suites.map { try Suite.load($0) } }
    if let suite = all.first(where: { $0.name == name }) {
      let form = baseline.run.chat?.form ?? .raw
      guard form == prompt else {
        throw InputError(
          file, field: "prompt", "is \(prompt.rawValue), and the baseline was asked \(form.rawValue)",
          remedy: "say 'prompt: \(words: form.rawValue)', or save the baseline again")
      }
      return try suite.asked(as: baseline.run.chat, path: self.baseline)
    }
    throw InputError(
      file, field: "suites", "none of the suites is '\(name)', which the baseline was made with",
      remedy: "name its folder there in place of the other, or save a baseline of another suite")
  }
}
