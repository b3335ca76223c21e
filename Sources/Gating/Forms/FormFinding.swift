/// One form in which a fine-tuning ships, beside the reference: the first form that was named.
package struct FormFinding: Sendable, Hashable, Codable {
  package let path: String
  /// What it is, such as `adapter`, `folder, bf16`, `GGUF, q4_K`, `server`.
  package let kind: String
  package let isReference: Bool
  /// Whether its answers alone could be compared: a server shows neither tokens nor template nor weights.
  package let isByAnswersAlone: Bool
  /// Whether another engine, or another build of one, gave them than the reference's: its arithmetic is then in what differs.
  package let isOfOtherEngine: Bool
  /// What is wrong with it, in the order in which it was looked for; empty for nothing.
  package let faults: [FormFault]
  /// nil of a server, of the reference, and where base and form have not the same matrices.
  package let weights: FormWeights?
  /// nil of the reference, and where it was not asked.
  package let answers: FormAnswers?
  /// Why it could not be looked at; nil where it could.
  package let problem: String?

  package init(
    path: String, kind: String, isReference: Bool, isByAnswersAlone: Bool = false, isOfOtherEngine: Bool = false,
    faults: [FormFault] = [],
    weights: FormWeights? = nil, answers: FormAnswers? = nil, problem: String? = nil
  ) {
    self.path = path
    self.kind = kind
    self.isReference = isReference
    self.isByAnswersAlone = isByAnswersAlone
    self.isOfOtherEngine = isOfOtherEngine
    self.faults = faults
    self.weights = weights
    self.answers = answers
    self.problem = problem
  }

  /// The last part of its path or address.
  package var name: String { path.split(separator: "/").last.map(String.init) ?? path }

  enum CodingKeys: String, CodingKey {
    case path, kind, faults, weights, answers, problem
    case isReference = "is_reference"
    case isByAnswersAlone = "is_by_answers_alone"
    case isOfOtherEngine = "is_of_other_engine"
  }
}

extension FormFinding {
  /// A sentence: what differs from the reference, or what its storage costs.
  package var text: String {
    if isReference { return "\(path) (\(kind)): the reference" }
    if let problem { return "\(path) (\(kind)): not compared: \(problem)" }
    let said = faults.map(\.text) + (faults.isEmpty ? [storageText] : []) + [answersText].compactMap { $0 }
    return "\(path) (\(kind)): \(said.joined(separator: "; "))"
  }

  /// What storage makes of weights that are otherwise right.
  private var storageText: String {
    guard !isByAnswersAlone else {
      return isOfOtherEngine
        ? "compared by its answers alone, in which another engine's arithmetic is too" : "compared by its answers alone"
    }
    guard let weights else { return "the same tokens and template" }
    let percent = FormFault.percent
    let size = weights.rounding ?? weights.residual
    guard size > 1e-6 else { return "the same weights" }
    let learnt = weights.change > 0 ? " (what was learnt is \(percent(weights.change)))" : ""
    let kept =
      abs(weights.kept - 1) > max(0.005, 2 * weights.keptError)
      ? ", and \(percent(weights.kept)) of what was learnt is kept" : ""
    let coarsest =
      weights.coarsest.map { place in
        ", most in \(place.name)\(place.storage == weights.storage ? "" : " (\(place.storage))"): \(percent(place.size))"
      } ?? ""
    let isPlain = ModelDescription.isFloat(weights.storage)
    return isPlain
      ? "the right merge, within what \(weights.storage) can be: rounding moves weights by \(percent(size))\(learnt)\(kept)"
      : "the right merge, quantised: \(weights.storage) moves weights by \(percent(size))\(learnt)\(coarsest)\(kept)"
  }

  private var answersText: String? {
    guard let answers, let overall = answers.units.first else { return nil }
    let distance = answers.meanDistance.map { ", logprobs \(nats($0)) nats apart in the mean" } ?? ""
    let interval = overall.dropInterval.map { " (\(points($0.lower)) to \(points($0.upper)))" } ?? ""
    let worst = answers.units.dropFirst().max { $0.drop < $1.drop }
    let place =
      worst.flatMap { unit in
        unit.drop > max(0, overall.drop) + 0.005 ? unit.family.map { ", most in \($0): \(points(unit.drop))" } : nil
      } ?? ""
    return
      "\(answers.differ) of \(answers.questions) answers are right in one of both alone, \(points(overall.drop)) points lost\(interval)\(place)\(distance)"
  }
}
