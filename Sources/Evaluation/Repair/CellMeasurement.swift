import Checkpoints
import Gating
import Scoring
import Suites
import Training

/// What every part of a fine-tuning does to few-shot ability and to the target, each taken out alone and left in alone.
///
/// Models between base and candidate are asked in memory, and are in no ledger.
struct CellMeasurement {
  let questions: RestorationQuestions
  let test: TargetTest
  let samples: [TrainingSample]
  let tuning: PartialTuning

  /// Samples of the target: a few, as every part is asked them twice.
  static let mostSamples = 32

  struct Answers {
    let probabilities: [Double]
    /// Mean logprob of a sample's completion.
    let target: Double
  }

  /// - Parameters:
  ///   - announce: is told how long it takes, in seconds, before it does.
  ///   - progress: models asked, of how many.
  /// - Returns: the parts in the order in which they are put back, with what was measured of each.
  func ranking(
    of parts: [FineTuningPart], threads: Int, announce: (Double) -> Void, progress: (Int, Int) -> Void
  ) throws -> [(part: FineTuningPart, entry: CellRanking.Entry)] {
    var shelf = ModelShelf(threads: threads)
    func ask(_ extent: PartialTuning.Extent) throws -> Answers {
      let scorer = try tuning.scorer(extent, &shelf)
      return Answers(
        probabilities: try questions.askProbabilities(scorer),
        target: try test.logprob(samples, of: scorer.model, adapter: scorer.adapter))
    }
    let base = try ask(.none)
    let clock = ContinuousClock()
    let begun = clock.now
    let candidate = try ask(.all)
    let total = 2 * parts.count
    announce(Double((clock.now - begun) / .milliseconds(1)) / 1000 * Double(total))
    let (ofBase, ofCandidate) = (questions.mean(base.probabilities), questions.mean(candidate.probabilities))
    // Where there is hardly a loss or a gain the parts are ranked by the amounts themselves.
    let loss = ofBase - ofCandidate >= LossShare.leastLoss ? ofBase - ofCandidate : 1
    let gain = candidate.target - base.target > 0.01 ? candidate.target - base.target : 1
    var entries: [CellRanking.Entry] = []
    for (index, part) in parts.enumerated() {
      progress(2 * index, total)
      let without = try ask(.without(part))
      progress(2 * index + 1, total)
      let only = try ask(.only(part))
      let ability =
        (questions.mean(without.probabilities) - ofCandidate + ofBase - questions.mean(only.probabilities)) / 2
      let target = (candidate.target - without.target + only.target - base.target) / 2
      entries.append(.init(name: part.name, ability: ability / loss, target: target / gain))
    }
    progress(total, total)
    try tuning.files.demandUnchanged()
    return CellRanking(entries).order.map { (parts[$0], entries[$0]) }
  }
}
