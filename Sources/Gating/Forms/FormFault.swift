import Foundation

/// What is wrong with a form of a fine-tuning, or what its storage costs; in the order in which they are looked for.
package enum FormFault: Sendable, Hashable {
  /// Its tokenizer reads a text otherwise than the reference's.
  case tokenizer(String)
  /// It begins or ends texts with other tokens.
  case specialTokens(String)
  /// It ships another chat template, or none.
  case template(String)
  /// It computes something else: a constant of the architecture differs.
  case configuration(String)
  /// The fine-tuning is not in its weights.
  case notMerged
  /// It is in them twice.
  case mergedTwice
  /// It is in them so many times.
  case otherScale(Double)
  /// What the fine-tuning changed in the embedding or the head is not in its weights.
  case headLeftOut([String])
  /// What the fine-tuning changed in some layers is not in its weights.
  case modulesLeftOut([String])
  /// Its weights are not base and fine-tuning: they lie so far from them, where rounding explains no more than `limit`.
  case otherBase(residual: Double, limit: Double)
  /// Rounding took back all but a part of what was learnt.
  case roundedAway(kept: Double)

  /// The name in report.json.
  package var name: String {
    switch self {
    case .tokenizer: "tokenizer"
    case .specialTokens: "special_tokens"
    case .template: "template"
    case .configuration: "configuration"
    case .notMerged: "not_merged"
    case .mergedTwice: "merged_twice"
    case .otherScale: "other_scale"
    case .headLeftOut: "head_left_out"
    case .modulesLeftOut: "modules_left_out"
    case .otherBase: "other_base"
    case .roundedAway: "rounded_away"
    }
  }

  /// As a clause.
  package var text: String {
    switch self {
    case .tokenizer(let text): "its tokenizer is another: \(text)"
    case .specialTokens(let text): "its BOS or EOS is another: \(text)"
    case .template(let text): "its chat template is another: \(text)"
    case .configuration(let text): "it is not the same architecture: \(text)"
    case .notMerged: "the fine-tuning was not merged: its weights are the base's"
    case .mergedTwice: "the fine-tuning was merged twice"
    case .otherScale(let scale):
      "the fine-tuning was merged at another scale, \(Self.number(scale)) times its own (lora_alpha / r, or alpha / √r with use_rslora)"
    case .headLeftOut(let names):
      "what was learnt in \(Self.list(names)) is left out: embeddings or head were not merged"
    case .modulesLeftOut(let names): "what was learnt in \(Self.list(names)) is left out"
    case .otherBase(let residual, let limit):
      "it was merged into another base: its weights lie \(Self.percent(residual)) from base and fine-tuning, and rounding explains \(Self.percent(limit))"
    case .roundedAway(let kept):
      "rounding took the fine-tuning back: \(Self.percent(max(0, kept))) of it is left; merge in fp32, or ship a finer type"
    }
  }

  package static func percent(_ share: Double) -> String {
    share == 0 || share >= 0.0005 ? String(format: "%.1f %%", share * 100) : String(format: "%.4f %%", share * 100)
  }

  private static func number(_ value: Double) -> String { String(format: "%.2f", value) }

  private static func list(_ names: [String]) -> String {
    let most = 3
    return names.prefix(most).joined(separator: ", ")
      + (names.count > most ? " and \(names.count - most) more" : "")
  }
}

extension FormFault {
  /// The decision list over a form's weights: the first that holds.
  ///
  /// A weight keeps the fine-tuning, leaves it out, or has it twice where `kept` is nearer to 1, 0 or 2 times what the right merge keeps than a
  /// tenth, or four standard errors where that is more; where they are more than .3, it says nothing.
  package static func of(_ weights: FormWeights) -> FormFault? {
    let told = weights.modules.compactMap { module in Share(module).map { (module, $0) } }
    let left = told.filter { $0.1 == .none }.map(\.0)
    let others = told.filter { $0.1 != .none }
    if let expected = weights.expected, expected < 0.5, weights.residual <= weights.limit {
      return .roundedAway(kept: weights.kept)
    }
    if !told.isEmpty {
      if left.count == told.count { return .notMerged }
      if others.allSatisfy({ $0.1 == .twice }), left.isEmpty { return .mergedTwice }
      if weights.isTakenBack { return weights.kept < 0.5 ? .roundedAway(kept: weights.kept) : nil }
      let scales = others.map { $0.0.kept / ($0.0.expected ?? 1) }
      let isScaled = others.filter { $0.1 == .other }.count * 2 > others.count
      if isScaled, let low = scales.min(), let high = scales.max(), high - low <= 0.2 * abs(weights.kept) + 0.1 {
        return .otherScale(scales.reduce(0, +) / Double(scales.count))
      }
      if !left.isEmpty {
        let outside = left.filter(\.isOutside)
        return outside.isEmpty ? .modulesLeftOut(left.map(\.name)) : .headLeftOut(outside.map(\.name))
      }
    }
    guard weights.residual <= weights.limit else {
      return .otherBase(residual: weights.residual, limit: weights.limit)
    }
    return nil
  }

  /// How much of the fine-tuning a matrix has.
  private enum Share {
    case none, whole, twice, other

    /// Nil where rounding leaves it open.
    init?(_ module: FormWeights.Module) {
      let room = max(0.1, 4 * module.keptError)
      guard module.keptError <= 0.3, let unit = Optional(module.expected ?? 1), unit > 0.3 else { return nil }
      func isNear(_ times: Double) -> Bool { abs(module.kept / unit - times) <= room }
      self = isNear(1) ? .whole : isNear(0) ? .none : isNear(2) ? .twice : .other
    }
  }
}

extension FormWeights {
  /// Whether quantising once more may have put weights back onto the steps of the base's own quantisation, each by itself: rounding that is not
  /// computed, as large as what was learnt.
  fileprivate var isTakenBack: Bool {
    isOnSteps && expected == nil && residual <= limit && residual >= change / 2
  }
}
