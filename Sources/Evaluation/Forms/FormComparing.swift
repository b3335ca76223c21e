import Checkpoints
import Diagnostics
import Gating
import Served
import Suites
import Tokenizers

/// Compares the forms in which one fine-tuning ships with the first of them: what they read, what is in their weights, what they answer.
package struct FormComparing {
  private let base: Checkpoint?
  private let suite: Suite
  private let threads: Int

  /// - Parameters:
  ///   - base: what was fine-tuned; nil where a server holds it, and weights are left out.
  ///   - suite: whose prompts tokenizers are compared on.
  package init(base: Checkpoint?, suite: Suite, threads: Int) {
    (self.base, self.suite, self.threads) = (base, suite, threads)
  }

  /// - Parameters:
  ///   - forms: in the order given; nil for one that could not be opened, with why.
  ///   - answers: how each answers beside the first, in the same order; nil where both were not asked alike.
  package func compare(
    _ forms: [(path: String, subject: (any AskedModel)?, problem: String?)], _ answers: [FormAnswers?]
  ) throws -> [FormFinding] {
    guard let first = forms.first else { return [] }
    return try zip(forms, answers).enumerated().map { index, pair in
      let (form, answers) = pair
      let kind = form.subject.map(Self.kind) ?? "not opened"
      if index == 0 { return FormFinding(path: form.path, kind: kind, isReference: true) }
      guard let subject = form.subject, let reference = first.subject else {
        return FormFinding(
          path: form.path, kind: kind, isReference: false,
          problem: form.problem ?? first.problem.map { "the reference: \($0)" } ?? "it could not be opened")
      }
      do {
        return try compare(form.path, kind, subject, with: reference, answers, form.problem)
      } catch let fault as InputError {
        return FormFinding(path: form.path, kind: kind, isReference: false, problem: "\(fault)")
      } catch Interrupted.deadline {
        return FormFinding(path: form.path, kind: kind, isReference: false, answers: answers, problem: "time ran out")
      }
    }
  }

  private func compare(
    _ path: String, _ kind: String, _ form: any AskedModel, with reference: any AskedModel, _ answers: FormAnswers?,
    _ problem: String?
  ) throws -> FormFinding {
    guard let form = form as? Subject, let reference = reference as? Subject else {
      return FormFinding(
        path: path, kind: kind, isReference: false, isByAnswersAlone: true,
        isOfOtherEngine: form.server?.build != reference.server?.build, answers: answers,
        problem: answers != nil
          ? nil : problem ?? "a server shows neither weights nor tokens, and it was not asked: see its verdict")
    }
    var faults = try readingFaults(form, reference)
    if let difference = Self.difference(form.checkpoint.configuration, reference.checkpoint.configuration) {
      faults.append(.configuration(difference))
      return FormFinding(path: path, kind: kind, isReference: false, faults: faults, answers: answers)
    }
    guard let base else {
      return FormFinding(path: path, kind: kind, isReference: false, faults: faults, answers: answers)
    }
    let weights = try WeightContrast(
      base: MergedWeights(base, adapter: nil), reference: reference.merged, form: form.merged, threads: threads
    ).find()
    if let fault = FormFault.of(weights) { faults.append(fault) }
    return FormFinding(
      path: path, kind: kind, isReference: false, faults: faults, weights: weights, answers: answers)
  }

  // MARK: What it reads

  private func readingFaults(_ form: Subject, _ reference: Subject) throws -> [FormFault] {
    let own = try Tokenizer(form.checkpoint.tokenizer)
    let other = try Tokenizer(reference.checkpoint.tokenizer)
    var faults: [FormFault] = []
    let texts =
      TokenCheck.texts
      + (try suite.firstRequests(ofTasks: suite.tasks.count).flatMap { [$0.context, $0.context + $0.continuation] })
    for text in texts {
      let (one, two) = (
        own.encodePrompt(text, addSpecialTokens: false), other.encodePrompt(text, addSpecialTokens: false)
      )
      guard one != two else { continue }
      let place = zip(one, two).enumerated().first { $0.element.0 != $0.element.1 }?.offset ?? min(one.count, two.count)
      faults.append(
        .tokenizer(
          "'\(shown(text, limit: 40))' has other ids from token \(place) on (\(one.count) tokens, the reference \(two.count))"
        ))
      break
    }
    func words(_ id: Int32?) -> String { id.map { "\($0)" } ?? "none" }
    if own.addsBOS != other.addsBOS || own.addsBOS && own.bosTokenID != other.bosTokenID {
      faults.append(
        .specialTokens(
          "it begins texts with \(own.addsBOS ? "BOS \(words(own.bosTokenID))" : "no BOS"), the reference with \(other.addsBOS ? "BOS \(words(other.bosTokenID))" : "none")"
        ))
    }
    let (ends, otherEnds) = (form.endTokens(own), reference.endTokens(other))
    // A GGUF file keeps one of several.
    if Set(ends).isDisjoint(with: otherEnds), !(ends.isEmpty && otherEnds.isEmpty) {
      faults.append(
        .specialTokens(
          "it ends texts with \(ends.map(words).joined(separator: ", ")), the reference with \(otherEnds.map(words).joined(separator: ", "))"
        ))
    }
    let (template, otherTemplate) = (try form.shippedTemplate(), try reference.shippedTemplate())
    switch (template, otherTemplate) {
    case (nil, nil): break
    case (nil, _?): faults.append(.template("it ships none, and the reference does"))
    case (_?, nil): faults.append(.template("it ships one, and the reference none"))
    case (let one?, let two?) where !ChatDescription.isSameTemplate(one, two):
      faults.append(.template(Comparability.firstDifference(two, one)))
    default: break
    }
    return faults
  }

  /// What two models of one fine-tuning must share, where they do not; a vocabulary may be padded.
  private static func difference(_ form: ModelConfiguration, _ reference: ModelConfiguration) -> String? {
    let (one, two) = (form.decoder, reference.decoder)
    let sizes: [(String, Int, Int)] = [
      ("hidden size", one.hiddenSize, two.hiddenSize), ("layers", one.layerCount, two.layerCount),
      ("MLP width", one.intermediateSize, two.intermediateSize), ("heads", one.headCount, two.headCount),
      ("key and value heads", one.keyValueHeadCount, two.keyValueHeadCount),
      ("head size", one.headDimension, two.headDimension),
    ]
    if let other = sizes.first(where: { $0.1 != $0.2 }) { return "\(other.0) \(other.1), the reference \(other.2)" }
    // Files keep it as fp32.
    if abs(one.norm.epsilon - two.norm.epsilon) > 1e-6 * two.norm.epsilon {
      return "norm epsilon \(one.norm.epsilon), the reference \(two.norm.epsilon)"
    }
    let thetas = (one.rotaries.map(\.theta), two.rotaries.map(\.theta))
    if thetas.0 != thetas.1 { return "rotary base \(thetas.0), the reference \(thetas.1)" }
    let scales = (one.rotaries.map(\.isScaled), two.rotaries.map(\.isScaled))
    if scales.0 != scales.1 {
      return "its rotary angles are \(scales.0.contains(true) ? "" : "not ")scaled for longer texts"
    }
    let factors: [(String, Float, Float)] = [
      ("attention scale", one.attentionScale, two.attentionScale),
      ("attention cap", one.attentionCap ?? 0, two.attentionCap ?? 0),
      ("embedding scale", one.embeddingScale, two.embeddingScale),
      ("residual scale", one.residualScale, two.residualScale), ("logit scale", one.logitScale, two.logitScale),
      ("logit cap", one.logitCap ?? 0, two.logitCap ?? 0),
    ]
    if let other = factors.first(where: { abs($0.1 - $0.2) > 1e-5 * abs($0.2) }) {
      return "\(other.0) \(other.1), the reference \(other.2)"
    }
    return one.activation == two.activation ? nil : "activation \(one.activation), the reference \(two.activation)"
  }

  private static func kind(_ subject: any AskedModel) -> String {
    guard let subject = subject as? Subject else { return "server" }
    if subject.adapter != nil { return "adapter" }
    let storage = subject.checkpoint.storage
    return subject.checkpoint.format == .gguf ? "GGUF, \(storage)" : "folder, \(storage)"
  }
}

extension Rotary {
  fileprivate var isScaled: Bool { if case .none = scaling { false } else { true } }
}

extension Subject {
  /// Its weights, an adapter merged in.
  fileprivate var merged: MergedWeights { MergedWeights(checkpoint, adapter: adapter) }

  /// What ends its texts.
  fileprivate func endTokens(_ tokenizer: Tokenizer) -> [Int32] {
    Set([tokenizer.eosTokenID].compactMap { $0 } + checkpoint.configuration.eosTokenIDs.map { Int32($0) }).sorted()
  }

  /// The chat template that whoever uses it gets: an adapter's own, else its base's.
  fileprivate func shippedTemplate() throws -> String? {
    try ownTemplate() ?? templates().entries.first?.source
  }
}
