import Checkpoints
import Diagnostics
import Gating
import Reading
import Scoring
import Statistics
import Suites

/// Takes parts of a fine-tuning back, one at a time, and asks what comes back; and leaves single parts of it alone on the base.
///
/// What is between base and candidate has no identity by content, so these scores are not in the ledger.
struct Restoration {
  let suite: Suite
  let tasks: Set<String>
  /// Blocks of each task: a fixed few, as every part is asked them.
  let share: Share
  /// Items that are in the fine-tuning data, by task.
  let contaminated: [String: Set<String>]
  let tuning: PartialTuning
  let progress: (_ done: Int, _ total: Int) -> Void

  private var parts: FineTuningParts { FineTuningParts(tuning.subject) }

  /// Every layer taken back, and every kind of module over all layers taken back and alone.
  ///
  /// - Throws: `InputError` where the base's weights have other names or shapes.
  func profile(shelf: inout ModelShelf) throws -> RestorationProfile {
    let questions = try questions()
    let ofCandidate = try questions.ask(tuning.scorer(.all, &shelf))
    let ofBase = try questions.ask(tuning.scorer(.none, &shelf))
    let loss = questions.mean(ofBase.probability) - questions.mean(ofCandidate.probability)
    let (layers, modules) = (parts.layers, parts.modules)
    let total = layers.count + 2 * modules.count
    var done = 0
    // Of kinds of modules, by name: p(gold answer) of each item where they are taken back.
    var back: [String: [Double]] = [:]
    func taken(_ part: FineTuningPart, alone: Bool) throws -> RestorationProfile.Part {
      progress(done, total)
      let without = try questions.ask(tuning.scorer(.without(part), &shelf))
      done += 1
      let share = questions.share(of: loss, gained: without.probability, over: ofCandidate.probability)
      guard alone else { return .init(name: part.name, exactMatch: questions.mean(without.isRight), back: share) }
      back[part.name] = without.probability
      progress(done, total)
      let only = try questions.askProbabilities(tuning.scorer(.only(part), &shelf))
      done += 1
      return .init(
        name: part.name, exactMatch: questions.mean(without.isRight), back: share,
        alone: questions.share(of: loss, gained: ofBase.probability, over: only))
    }
    let ofLayers = try layers.map { try taken($0, alone: false) }
    let ofModules = try modules.map { try taken($0, alone: true) }
    let (attention, mlp) = (ModuleGroup.Side.attention.name, ModuleGroup.Side.mlp.name)
    let contrast = back[attention].flatMap { one in
      back[mlp].flatMap { questions.share(of: loss, gained: one, over: $0) }
    }.map { RestorationProfile.Contrast(name: attention, than: mlp, back: $0) }
    progress(total, total)
    try tuning.files.demandUnchanged()
    return RestorationProfile(
      base: questions.mean(ofBase.isRight), candidate: questions.mean(ofCandidate.isRight),
      items: questions.observations.count, parts: ofLayers, modules: ofModules,
      contrasts: contrast.map { [$0] })
  }

  /// Every cell taken back, and alone.
  ///
  /// - Parameters:
  ///   - most: blocks of each task, of which four items are asked.
  ///   - announce: is told how many models are to be asked how many questions, and in what time, before they are.
  /// - Returns: nil where there is hardly a loss of p(gold answer), of which there are no shares.
  /// - Throws: `InputError` where the base's weights have other names or shapes.
  func cells(most: Int, shelf: inout ModelShelf, announce: (_ models: Int, _ questions: Int, _ seconds: Double) -> Void)
    throws
    -> CellMap?
  {
    let questions = try questions(most: most)
    let ofBase = try questions.askProbabilities(tuning.scorer(.none, &shelf))
    // Files are mapped by now: what this one takes is what all others take.
    let clock = ContinuousClock()
    let begun = clock.now
    let ofCandidate = try questions.askProbabilities(tuning.scorer(.all, &shelf))
    let seconds = Double((clock.now - begun) / .milliseconds(1)) / 1000
    let (base, candidate) = (questions.mean(ofBase), questions.mean(ofCandidate))
    let (cells, rest) = (parts.cells, parts.rest)
    let total = 2 * (cells.count + rest.count)
    announce(total, questions.observations.count, seconds * Double(total))
    var done = 0
    func gains(_ part: FineTuningPart) throws -> (back: [TaskValues], alone: [TaskValues]) {
      func answers(_ extent: PartialTuning.Extent) throws -> [Double] {
        progress(done, total)
        done += 1
        return try questions.askProbabilities(tuning.scorer(extent, &shelf))
      }
      return (
        questions.gains(of: try answers(.without(part)), over: ofCandidate),
        questions.gains(of: ofBase, over: try answers(.only(part)))
      )
    }
    func shares(_ gains: (back: [TaskValues], alone: [TaskValues])) -> (back: LossShare, alone: LossShare)? {
      guard let back = LossShare(gains: gains.back, loss: base - candidate),
        let alone = LossShare(gains: gains.alone, loss: base - candidate)
      else { return nil }
      return (back, alone)
    }
    guard base - candidate >= LossShare.leastLoss else { return nil }
    let gained = try cells.map { try gains($0.part) }
    let ofCells = zip(cells, gained).compactMap { cell, gains in
      shares(gains).map {
        CellMap.Cell(layer: cell.cell.layer, module: cell.cell.group.rawValue, back: $0.back, alone: $0.alone)
      }
    }
    let ofRest = try rest.compactMap { part in
      shares(try gains(part)).map { CellMap.Rest(name: part.name, back: $0.back, alone: $0.alone) }
    }
    progress(total, total)
    try tuning.files.demandUnchanged()
    return CellMap(
      base: base, candidate: candidate, items: questions.observations.count, blocks: questions.blockCount,
      modules: Set(cells.map(\.cell.group)).sorted().map(\.rawValue), cells: ofCells, rest: ofRest,
      effectiveIntervals: .init(
        layers: cells.map(\.cell.layer), modules: cells.map(\.cell.group.rawValue), back: gained.map(\.back),
        alone: gained.map(\.alone)))
  }

  private func questions(most: Int? = nil) throws -> RestorationQuestions {
    try RestorationQuestions(suite, tasks: tasks, share: share, most: most, contaminated: contaminated)
  }
}
