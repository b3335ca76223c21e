import Diagnostics
import Suites

/// `gate --stop-early`: looks at a candidate after an eighth of every task's blocks, after two, three, four and six, and at the end, and ends
/// as soon as one of them says PASS or FAIL.
///
/// Every look has its part of both errors (`SpentLook`), and reads the same blocks for every model, so that no answer decides what is read. A
/// look that could not be judged is none. PASS is said only where every unit that would vote at the end votes.
package struct EarlyLooks {
  /// What is judged at a look.
  package struct Decision: Sendable {
    package let verdict: Verdict
    /// What was read by then.
    package let share: Share
    package let scores: [ItemScore]
  }

  /// The blocks in the order in which they are to be asked.
  package let places: [BlockPlace]
  /// The shares that were judged so far and left the candidate undecided; ascending.
  package private(set) var taken: [Share] = []

  private let shares: [Share]
  /// How many of `places` each look needs.
  private let ends: [Int]
  private let judge: ([ItemScore], SpentLook, Int) throws -> Verdict
  private let declared: Share
  private let earlier: [Share]
  private let tests: Int
  private var next = 0
  private var arrived: [BlockPlace: [ItemScore]] = [:]

  /// Eighths of the blocks that are read.
  package static let eighths = [1, 2, 3, 4, 6, 8]

  /// - Parameters:
  ///   - share: of every task's blocks that is read at most; at least the largest of `earlier`.
  ///   - declared, earlier: as `SpentLook` has them. A share below one that was judged before has nothing to spend, and is no look.
  ///   - tests: how many units vote where everything is read, but for those about leaks.
  ///   - blocks: of a share, in the order in which they are asked.
  ///   - judge: what is known at a look, and what it may spend.
  /// - Throws: `InputError` for a share whose eighth has too large a denominator.
  package init(
    share: Share, declared: Share, earlier: [Share], tests: Int, blocks: (Share) throws -> [BlockPlace],
    judge: @escaping ([ItemScore], SpentLook, _ tests: Int) throws -> Verdict
  ) throws {
    let least = earlier.max()
    shares = try Self.eighths.map { try share.part($0, of: 8) }.filter { look in least.map { look >= $0 } ?? true }
    var places: [BlockPlace] = []
    var ends: [Int] = []
    var known: Set<BlockPlace> = []
    for share in shares {
      places += try blocks(share).filter { known.insert($0).inserted }
      ends.append(places.count)
    }
    (self.places, self.ends) = (places, ends)
    (self.declared, self.earlier, self.tests, self.judge) = (declared, earlier, tests, judge)
  }

  /// Takes one block's scores, in whatever order they come.
  ///
  /// - Returns: what is decided, as soon as it is; at the last look whatever it says.
  /// - Throws: `NotGateable` where even the last look cannot be judged.
  package mutating func observe(_ scores: [ItemScore]) throws -> Decision? {
    guard let first = scores.first else { return nil }
    arrived[BlockPlace(task: first.task, block: first.block)] = scores
    while next < ends.count, arrived.count >= ends[next], let known = scoresOfNext {
      let isLast = next == ends.count - 1
      let share = shares[next]
      next += 1
      let verdict: Verdict
      do {
        verdict = try judge(known, SpentLook(share, after: earlier + taken, declared: declared), tests)
      } catch is NotGateable where !isLast {
        continue
      }
      let isWhole = verdict.units.count { $0.votes && $0.metric != .labelFree } >= tests
      if isLast || verdict.outcome == .fail || (verdict.outcome == .pass && isWhole) {
        return Decision(verdict: verdict, share: share, scores: known)
      }
      taken.append(share)
    }
    return nil
  }

  /// The scores of the next look, if all are there.
  private var scoresOfNext: [ItemScore]? {
    var scores: [ItemScore] = []
    for place in places[..<ends[next]] {
      guard let own = arrived[place] else { return nil }
      scores += own
    }
    return scores
  }
}
