import Foundation

/// What a team agrees on, in `holdfast.yaml`: paths are absolute here, whatever the file says relative to its own folder.
package struct Configuration: Sendable, Hashable {
  /// The file that it was read from.
  package let file: String
  /// The base model: a path where the file gives one, otherwise a catalogue name.
  package let base: ModelReference
  /// The committed baseline file.
  package let baseline: String
  /// Suite folders.
  package let suites: [String]
  /// The SQLite database of scores.
  package let ledger: String
  /// Where `fetch` puts models.
  package let models: String
  /// Where reports go.
  package let reports: String
  /// Threads to compute with; nil for one a core.
  package let threads: Int?
  package let gate: GateSettings
  package let fineTuning: FineTuning
}

/// What candidates were fine-tuned on, as far as the team says it; a checkpoint's own record adds to it.
package struct FineTuning: Sendable, Hashable {
  /// The task's labels; empty where they are not given, or answers are free.
  package let labels: [String]
  /// The data files, absolute; nothing has looked yet whether they are there.
  package let data: [String]

  package init(labels: [String] = [], data: [String] = []) {
    self.labels = labels
    self.data = data
  }
}

/// A model as a configuration names it.
package enum ModelReference: Sendable, Hashable, CustomStringConvertible {
  /// A file or folder: what has a "/" in it, or ends in `.gguf`.
  case path(String)
  /// A name of the catalogue.
  case name(String)

  package var description: String {
    switch self {
    case .path(let path): path
    case .name(let name): name
    }
  }
}

/// The thresholds of a gate.
package struct GateSettings: Sendable, Hashable, Codable {
  /// δ overall: the absolute drop of few-shot exact match that is tolerated over all admitted tasks.
  package let maxDropOverall: Double
  /// δ_family: the same in each family.
  package let maxDropFamily: Double
  package let alphaPass: Double
  package let alphaFail: Double
  package let onInconclusive: InconclusivePolicy
  /// Families that must be able to vote; nil for half of them.
  package let minFamilies: Int?

  package init(
    maxDropOverall: Double = 0.05, maxDropFamily: Double = 0.10, alphaPass: Double = 0.05, alphaFail: Double = 0.01,
    onInconclusive: InconclusivePolicy = .exit3, minFamilies: Int? = nil
  ) {
    self.maxDropOverall = maxDropOverall
    self.maxDropFamily = maxDropFamily
    self.alphaPass = alphaPass
    self.alphaFail = alphaFail
    self.onInconclusive = onInconclusive
    self.minFamilies = minFamilies
  }

  /// Overall and each family, on exact match, mean over k > 0.
  package var policy: GatePolicy {
    GatePolicy(
      rules: [
        Rule(
          name: "overall", metric: .exactMatch, contrast: .absoluteDrop(margin: maxDropOverall), level: .overall,
          alphaPass: alphaPass, alphaFail: alphaFail),
        Rule(
          name: "family", metric: .exactMatch, contrast: .absoluteDrop(margin: maxDropFamily), level: .family,
          alphaPass: alphaPass, alphaFail: alphaFail),
      ], minFamilies: minFamilies, onInconclusive: onInconclusive)
  }

  enum CodingKeys: String, CodingKey {
    case maxDropOverall = "max_drop_overall"
    case maxDropFamily = "max_drop_family"
    case alphaPass = "alpha_pass"
    case alphaFail = "alpha_fail"
    case onInconclusive = "on_inconclusive"
    case minFamilies = "min_families"
  }
}
