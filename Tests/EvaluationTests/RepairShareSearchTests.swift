import Evaluation
import Testing

@Suite("The bisection for the share of a fine-tuning that passes")
struct RepairShareSearchTests {
  private struct Trial: SearchedShare, Equatable {
    let share: GridShare
    let statistic: Double
    var worth = 0.0
    var passes: Bool { statistic > 0 }
  }

  private struct Stopped: Error {}

  @Test("of a statistic that falls, the largest share that passes is found in five evaluations", arguments: 0..<32)
  func falling(largest: Int) {
    // 0.5 above the last share that passes, 0.5 below the first that does not.
    let search = ShareSearch { Trial(share: $0, statistic: Double(largest) + 0.5 - Double($0.numerator)) }
    #expect(search.trials.count == 5)
    #expect(search.passing.last?.share.numerator ?? 0 == largest)
    #expect(search.isMonotone)
  }

  @Test("the base and the candidate as it is are never evaluated, and no share twice")
  func evaluated() {
    for largest in 0..<32 {
      let search = ShareSearch { Trial(share: $0, statistic: Double(largest) + 0.5 - Double($0.numerator)) }
      let asked = search.trials.map(\.share.numerator)
      #expect(asked.allSatisfy { (1...31).contains($0) })
      #expect(Set(asked).count == asked.count)
    }
  }

  @Test("where nothing passes there is nothing to confirm")
  func none() {
    let search = ShareSearch { Trial(share: $0, statistic: -1) }
    #expect(search.trials.map(\.share.numerator) == [16, 8, 4, 2, 1])
    #expect(search.passing.isEmpty)
    #expect(search.toConfirm(by: \.worth).isEmpty)
  }

  @Test("a statistic that does not fall steadily is said to be one, and what is found passes all the same")
  func rising() {
    // It passes up to 4 and again from 10 to 20, where it is at its best.
    let values = (0...32).map { share in
      switch share {
      case ...4: 0.1
      case 5...9: -0.1
      case 10...20: 0.3
      default: -0.2
      }
    }
    let search = ShareSearch { Trial(share: $0, statistic: values[$0.numerator]) }
    #expect(search.trials.map(\.share.numerator) == [16, 24, 20, 22, 21])
    #expect(search.passing.last?.share == GridShare(numerator: 20))
    #expect(search.isMonotone)

    // The first share asked lies in a hole: all that is found is below it.
    let hole = ShareSearch {
      Trial(share: $0, statistic: [16: -0.1, 8: 0.2, 12: 0.4, 14: -0.3, 13: 0.1][$0.numerator] ?? 1)
    }
    #expect(hole.trials.map(\.share.numerator) == [16, 8, 12, 14, 13])
    #expect(hole.passing.map(\.share.numerator) == [8, 12, 13])
    #expect(!hole.isMonotone)
  }

  @Test("the share with the most of the target is confirmed after the next smaller one; of equals the smaller is taken")
  func confirming() {
    let worth = [8: 0.5, 12: 0.9, 14: 0.9]
    let search = ShareSearch { share in
      Trial(share: share, statistic: 14.5 - Double(share.numerator), worth: worth[share.numerator] ?? 1)
    }
    #expect(search.trials.map(\.share.numerator) == [16, 8, 12, 14, 15])
    #expect(search.toConfirm(by: \.worth).map(\.share.numerator) == [8, 12])
    #expect(search.toConfirm { Double($0.share.numerator) }.map(\.share.numerator) == [12, 14])
    #expect(search.toConfirm { -Double($0.share.numerator) }.map(\.share.numerator) == [8])
  }

  @Test("what an evaluation throws ends the search")
  func stopped() {
    #expect(throws: Stopped.self) {
      _ = try ShareSearch<Trial> { share in
        if share.numerator == 8 { throw Stopped() }
        return Trial(share: share, statistic: -1)
      }
    }
  }
}
