import Foundation
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

  package let suite: SimulatedSuite
  /// In the order of the suite's questions.
  package let base: [Bool]
  /// Ascending by task, block, item and k > 0.
  private let changes: [Double]
  /// A uniform number a block, which decides whether it dies or wins.
  private let fates: [Double]
  /// What is common to a run: standard normal.
  private let shift: Double
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

  /// The same base beside another candidate, whose changes are its own.
  func another(_ number: Int, seed: UInt64, gate: Int) -> SimulatedGate {
    SimulatedGate(
      suite, base: base,
      stream: NormalStream(seed: seed ^ (UInt64(number + 1) &* 0xC2B2_AE3D_27D4_EB4F), gate: gate),
      abilities: itemParts.ability)
  }

  private init(
    _ suite: SimulatedSuite, stream: NormalStream, items: (ability: [Double], change: [Double]), draw: Int
  ) {
    var (stream, items) = (stream, items)
    let shots = SimulatedSuite.shots.count
    let abilities = Self.ability.latents(
      tasks: suite.tasks.count, in: suite.world, shots: shots, items: &items.ability, from: &stream)
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
    self.draw = draw
    (changes, fates, shift) = Self.changes(suite, items: &items.change, &stream)
    itemParts = items
  }

  private init(_ suite: SimulatedSuite, base: [Bool], stream: NormalStream, abilities: [Double]) {
    var stream = stream
    var items: [Double] = []
    self.suite = suite
    self.base = base
    draw = 0
    (changes, fates, shift) = Self.changes(suite, items: &items, &stream)
    itemParts = (abilities, items)
  }

  private static func changes(
    _ suite: SimulatedSuite, items: inout [Double], _ stream: inout NormalStream
  ) -> (changes: [Double], fates: [Double], shift: Double) {
    let changes = suite.world.change.latents(
      tasks: suite.tasks.count, in: suite.world, shots: SimulatedSuite.shots.count - 1, items: &items,
      pool: suite.world.pool, from: &stream)
    let fates = (0..<suite.tasks.count * suite.world.blocks).map { _ in StandardNormal.cdf(stream.next()) }
    return (changes, fates, stream.next())
  }

  /// A candidate's answers, in the order of the suite's questions. Without demonstrations, which never votes, it answers as the
  /// base does.
  ///
  /// - Parameters:
  ///   - drops: each task's true drop at every k > 0.
  ///   - loss: how it comes about.
  ///   - trade: what is added to the drop at k = 1, 4 and 8.
  ///   - runShift: the standard deviation of what is added to every drop of one candidate.
  package func candidate(
    drops: [Double], loss: Loss = .scattered, trade: [Double] = [0, 0, 0], runShift: Double = 0
  ) -> [Bool] {
    let shots = SimulatedSuite.shots.count
    let (blocks, items) = (suite.world.blocks, suite.world.itemsPerBlock)
    var answers = base
    var (change, place) = (0, 0)
    for (index, task) in suite.tasks.enumerated() {
      let wanted = (0..<shots).map { drops[index] + runShift * shift + ($0 > 0 ? trade[$0 - 1] : 0) }
      let fewShot = task.shares.dropFirst()
      let mean = fewShot.reduce(0, +) / Double(fewShot.count)
      // What is left to lose in a block that has no fate of its own, so that the task's drop is what was wanted.
      var (fate, scattered) = (0.0, wanted)
      switch loss {
      case .scattered: break
      case .dying(let part):
        fate = min(1, part * drops[index] / mean)
        scattered = zip(wanted, task.shares).map { ($0 - fate * $1) / (1 - fate) }
      case .winning(let part):
        fate = part
        scattered = zip(wanted, task.shares).map { ($0 + fate * (1 - $1)) / (1 - fate) }
      }
      let rates = zip(scattered, task.shares).map { FlipRates(drop: $0, share: $1, in: suite.world) }
      let low = zip(rates, task.shares).map { StandardNormal.quantile(max(1e-12, $0.loss / $1)) }
      let high = zip(rates, task.shares).map { -StandardNormal.quantile(max(1e-12, $0.gain / (1 - $1))) }
      for block in 0..<blocks {
        let isFated = fates[index * blocks + block] < fate
        for _ in 0..<items {
          for shot in 0..<shots {
            if shot > 0 {
              if isFated {
                if case .winning = loss { answers[place] = true } else { answers[place] = false }
              } else {
                answers[place] = base[place] ? changes[change] >= low[shot] : changes[change] > high[shot]
              }
              change += 1
            }
            place += 1
          }
        }
      }
    }
    return asAnswered(answers, by: 1)
  }

  /// Answers with those that turn over by themselves, of base (0) or candidate (1): other ones in every gate, and the same whenever they are
  /// asked for.
  private func asAnswered(_ answers: [Bool], by who: UInt64) -> [Bool] {
    guard suite.world.noise > 0 else { return answers }
    var random = SplitMix64(seed: shift.bitPattern ^ (who &* 0x9E37_79B9_7F4A_7C15))
    return answers.map { answer in
      let isTurned = Double(random.next() >> 11) * 0x1p-53 < suite.world.noise
      return answer != isTurned
    }
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
      createdBy: "calibration", run: suite.description, tasks: suite.tasks.map(\.facts),
      scores: suite.scores(asAnswered(base, by: 0)),
      familyMargin: GateSettings().maxDropFamily)
  }
}
