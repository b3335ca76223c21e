import Diagnostics
import Gating
import Suites

extension Configuration {
  /// The configured suite that a baseline was made with, asked as the baseline was: a candidate is asked through the baseline's template.
  ///
  /// - Parameters:
  ///   - path: the baseline's file, for messages.
  ///   - form: another form than the configuration's.
  /// - Throws: `InputError` where none of them is, or it is wanted asked otherwise than the baseline was.
  package func suite(of baseline: Baseline, at path: String, form: PromptForm? = nil) throws -> Suite {
    let name = baseline.run.suite.name
    let all = try naming { try suites.map { try Suite.load($0) } }
    guard let suite = all.first(where: { $0.name == name }) else {
      throw InputError(
        file, field: "suites", "none of the suites is '\(name)', which the baseline was made with",
        remedy: "name its folder there in place of the other, or save a baseline of another suite")
    }
    return try asking(suite, like: baseline, at: path, form: form)
  }

  /// A suite asked as a baseline was.
  ///
  /// - Throws: `InputError` where it is wanted asked otherwise.
  package func asking(
    _ suite: Suite, like baseline: Baseline, at path: String, form: PromptForm? = nil
  ) throws -> Suite {
    let asked = baseline.run.chat?.form ?? .raw
    guard asked == form ?? prompt else {
      guard let form else {
        throw InputError(
          file, field: "prompt", "is \(prompt.rawValue), and the baseline was asked \(asked.rawValue)",
          remedy: "say 'prompt: \(words: asked.rawValue)', or save the baseline again")
      }
      throw InputError(
        path, "was asked \(asked.rawValue), not \(form.rawValue)",
        remedy:
          "name a baseline of that form with --baseline; 'holdfast baseline save --prompt \(words: form.rawValue)' makes one"
      )
    }
    return try suite.asked(as: baseline.run.chat, path: path)
  }
}
