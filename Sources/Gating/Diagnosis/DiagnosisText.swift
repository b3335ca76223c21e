/// A diagnosis in words: what it is, and the numbers that say so.
struct DiagnosisText {
  let kind: Diagnosis.Kind
  let overall: ControlContrast
  let families: [ControlContrast]
  let profile: RestorationProfile?

  var text: String {
    ([headline] + [fewShot, choice, learning, orders, leak, worst, parts, modules, cells].compactMap { $0 }).joined(
      separator: " ")
  }

  private var headline: String {
    switch kind {
    case .formatSpecialisation:
      "Format specialisation: it still knows answers, and no longer gives them in the format that the prompt shows."
    case .taskLearning:
      "Loss of task learning: it still recognises tasks, and no longer learns them from demonstrations."
    case .knowledge: "Loss of knowledge: it still follows demonstrations, and no longer knows the answers."
    case .everything:
      "Loss of everything that was looked at: neither answers nor learning from demonstrations are left."
    case .answers:
      "Loss of answers: it no longer knows them; whether it still learns the base does not show on these tasks."
    case .leakingLabels:
      "Leaking labels: its few-shot answers are there, and so are fine-tuning labels where they do not belong."
    case .little: "The controls saw little of the loss: it may sit at other numbers of demonstrations, or be small."
    case .unclear:
      "The controls cannot tell what was lost: no task that lost has labels to choose from, or the base gains nothing."
    }
  }

  private var fewShot: String? {
    guard let base = overall.base.gold, let candidate = overall.candidate.gold else { return nil }
    let kept = overall.fewShotKept.map { ", \(points($0)) % of the gain from demonstrations" } ?? ""
    let zero = overall.base.zeroShot.flatMap { base in
      overall.candidate.zeroShot.map { "; without demonstrations from \(points(base)) to \(points($0)) %" }
    }
    return "Few-shot exact match went from \(points(base)) to \(points(candidate)) %\(kept)\(zero ?? "")."
  }

  private var choice: String? {
    guard let base = overall.base.choice, let candidate = overall.candidate.choice else { return nil }
    let kept = overall.choiceKept.map { " (\(points($0)) % of what is above chance)" } ?? ""
    return
      "Where there are labels (\(overall.labelledTasks.joined(separator: ", "))), the gold one was the likeliest in \(points(base)) and is in \(points(candidate)) %\(kept)."
  }

  private var learning: String? {
    var parts: [String] = []
    if let base = overall.base.random, let candidate = overall.candidate.random {
      let kept = overall.abstractKept == nil ? overall.gapKept : nil
      let help =
        kept.map { " (true answers help the choice over random ones \(points($0)) % as much as they helped the base)" }
      parts.append(
        "behind random answers exact match went from \(points(base)) to \(points(candidate)) %\(help ?? "")")
    }
    if let base = overall.base.abstractChoice, let candidate = overall.candidate.abstractChoice {
      let kept =
        overall.abstractKept.map { "\(points($0)) % of what is above chance" } ?? "the base is near chance there"
      parts.append(
        "with meaningless labels the right one was the likeliest in \(points(base)) and is in \(points(candidate)) % "
          + "(\(kept))")
    }
    guard !parts.isEmpty else { return nil }
    let text = parts.joined(separator: "; ")
    return text.prefix(1).uppercased() + text.dropFirst() + "."
  }

  private var orders: String? {
    guard let base = overall.base.orderSpread, let candidate = overall.candidate.orderSpread else { return nil }
    return
      "Orders of the same demonstrations are \(points(base)) points apart for the base and \(points(candidate)) for the candidate."
  }

  private var leak: String? {
    guard let base = overall.base.leakMass, let candidate = overall.candidate.leakMass else { return nil }
    return
      "An unrelated question is answered by a fine-tuning label with a probability of \(points(candidate)) % (base \(points(base)) %)."
  }

  private var worst: String? {
    guard families.count > 1 else { return nil }
    let kept = families.compactMap { family in family.fewShotKept.map { (family.unit, $0) } }
    return kept.min { ($0.1, $0.0) < ($1.1, $1.0) }.map { "Least is left in \($0.0): \(points($0.1)) % of the gain." }
  }

  private var parts: String? {
    guard let profile else { return nil }
    let top = profile.top(3)
    guard !top.isEmpty else {
      return "No single part of the fine-tuning, taken back, brings back exact match on \(profile.items) items."
    }
    let names = top.map { "\($0.name) (\(points(profile.candidate)) to \(points($0.exactMatch)) %)" }
    return "Taken back alone, these bring back most on \(profile.items) items: \(names.joined(separator: ", "))."
  }
  private var modules: String? {
    guard let modules = profile?.modules else { return nil }
    let sides = modules.compactMap { part -> String? in
      guard part.name.hasPrefix("all "), let back = part.back else { return nil }
      let alone = part.alone.map { " (alone it causes \(percent($0.share)))" } ?? ""
      return "\(part.name) \(percent(back.share))\(alone)"
    }
    guard !sides.isEmpty else { return nil }
    return "Of the loss of p(gold answer), taken back over all layers, \(sides.joined(separator: " and ")) comes back."
  }

  private var cells: String? {
    guard let map = profile?.cells, let effective = map.effectiveCells else { return nil }
    let top = map.top(3).map { "layer \($0.layer) \($0.module) (\(percent($0.back.share)))" }
    let sure = map.effectiveIntervals
    let layers =
      map.effectiveLayers.map { ", of \(effectiveText($0, sure?.layers)) layers out of \(map.layers.count)" } ?? ""
    return
      "Cell by cell it is spread as over \(effectiveText(effective, sure?.cells)) of \(map.cells.count) cells\(layers); most of the loss comes "
      + "back with \(top.joined(separator: ", "))."
  }

  private func percent(_ share: Double) -> String { "\(points(share)) %" }
}
