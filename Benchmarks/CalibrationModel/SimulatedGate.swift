import Gating
import Statistics
import Suites

/// One base model's answers, and all that chance decides about any candidate's.
///
/// An answer of the base is right where a latent normal number is below the threshold of the task's share at that k. The candidate's
/// differs where a second latent number, independent of the first, is beyond a threshold: low ones lose right answers, high ones
/// gain wrong ones. Both share a part over the block and over the item's k (`Dependence`), so that losses come in clusters,
/// and every marginal rate is exact: P(loss) = share · P(low | right), P(gain) = (1 - share) · P(high | wrong).
package struct SimulatedGate: Sendable {
  /// Intra-block correlation of the base's mean over k > 0: about .05.
  package static let ability = Dependence(block: 0.045, item: 0.40)
  /// For t - b, mean over k > 0, at a discordance of .15: an intra-block correlation of about .05, an item standard deviation of
  /// about .29.
  package static let change = Dependence(block: 0.07, item: 0.70)

  package let suite: SimulatedSuite
  /// In the order of the suite's questions.
  package let base: [Bool]
  /// Ascending by task, block, item and k > 0.
  private let changes: [Double]
  /// What every draw of demonstrations leaves as it is.
  private let itemParts: (ability: [Double], change: [Double])
  private let draw: Int

  package init(_ suite: SimulatedSuite, seed: UInt64, gate: Int) {
    self.init(suite, stream: NormalStream(seed: seed, gate: gate), items: ([], []), draw: 0)
  }

  /// The same gate under a further draw: the same items with other demonstrations, so other blocks' parts and answers' parts.
  func further(draw: Int, seed: UInt64, gate: Int) -> SimulatedGate {
    SimulatedGate(
      suite, stream: NormalStream(seed: seed ^ (UInt64(draw) &* 0xA24B_AED4_963E_E407), gate: gate), items: itemParts,
      draw: draw)
  }

  private init(
    _ suite: SimulatedSuite, stream: NormalStream, items: (ability: [Double], change: [Double]), draw: Int
  ) {
    var (stream, items) = (stream, items)
    let shots = SimulatedSuite.shots.count
    let abilities = Self.ability.latents(
      tasks: suite.tasks.count, shots: shots, items: &items.ability, from: &stream)
    let answersPerTask = abilities.count / suite.tasks.count
    var base: [Bool] = []
    base.reserveCapacity(abilities.count)
    for (index, task) in suite.tasks.enumerated() {
      let thresholds = task.shares.map(StandardNormal.quantile)
      for answer in 0..<answersPerTask {
        base.append(abilities[index * answersPerTask + answer] < thresholds[answer % shots])
      }
    }
    self.suite = suite
    self.base = base
    changes = Self.change.latents(
      tasks: suite.tasks.count, shots: shots - 1, items: &items.change, from: &stream)
    itemParts = items
    self.draw = draw
  }

  /// A candidate's answers, in the order of the suite's questions. Without demonstrations, which never votes, it answers as the
  /// base does.
  ///
  /// - Parameter drops: each task's true drop at every k > 0.
  package func candidate(drops: [Double]) -> [Bool] {
    let shots = SimulatedSuite.shots.count
    let answersPerTask = base.count / suite.tasks.count
    var answers = base
    var change = 0
    for (index, task) in suite.tasks.enumerated() {
      let rates = task.shares.map { FlipRates(drop: drops[index], share: $0) }
      let low = zip(rates, task.shares).map { StandardNormal.quantile($0.loss / $1) }
      let high = zip(rates, task.shares).map { -StandardNormal.quantile($0.gain / (1 - $1)) }
      for place in index * answersPerTask..<(index + 1) * answersPerTask {
        let shot = place % shots
        if SimulatedSuite.shots[shot] == 0 { continue }
        answers[place] = base[place] ? changes[change] >= low[shot] : changes[change] > high[shot]
        change += 1
      }
    }
    return answers
  }

  /// Answers as scores of this draw, of some tasks.
  func scores(_ answers: [Bool], tasks: Set<String>) -> [ItemScore] {
    suite.scores(answers).filter { tasks.contains($0.task) }.map {
      ItemScore(
        task: $0.task, item: $0.item, block: $0.block, k: $0.k, draw: draw, condition: $0.condition,
        exactMatch: $0.exactMatch, logprob: $0.logprob, choiceCorrect: nil)
    }
  }

  /// Saves the base's answers as `holdfast baseline save` does: admission is decided on them.
  package func baseline() throws -> Baseline {
    try Baseline(
      createdBy: "calibration", run: suite.description, tasks: suite.tasks.map(\.facts), scores: suite.scores(base),
      familyMargin: GateSettings().maxDropFamily)
  }
}
