import Reporting

/// A repair by cell beside plain interpolation (or scaling) on the same blocks.
package struct CellComparison: Sendable, Encodable {
  /// In the order in which they are put back.
  package let ranking: [CellRanking.Entry]
  /// What the ranking was measured on.
  package let items: Int
  package let samples: Int
  /// The parts that are put back in what is written; nil where nothing is.
  package let putBack: [String]?
  /// Shares of plain interpolation, on the search's blocks, in the order in which they were asked.
  package let trials: [RepairPoint]
  /// Of them those around what is written by cell, on the confirmation's blocks.
  package let around: [RepairPoint]
  /// Nil where no two points of interpolation keep more and less than what is written by cell.
  package let atEqualAbility: EqualAbility?

  /// Both at the ability that the repair by cell keeps, on the confirmation's blocks.
  package struct EqualAbility: Sendable, Encodable, Equatable {
    package let kept: Double
    /// Target accuracy.
    package let byCell: Double
    /// Linear between the two points around.
    package let interpolated: Double

    enum CodingKeys: String, CodingKey {
      case kept, interpolated
      case byCell = "by_cell"
    }

    package init(kept: Double, byCell: Double, interpolated: Double) {
      self.kept = kept
      self.byCell = byCell
      self.interpolated = interpolated
    }

    /// - Parameters:
    ///   - line: kept ability and target accuracy along the line, from the base to the candidate.
    ///   - kept: of the repair by cell.
    package init?(kept: Double, byCell: Double, line: [(kept: Double, target: Double)]) {
      for (more, less) in zip(line, line.dropFirst()) where more.kept >= kept && less.kept <= kept {
        let part = more.kept > less.kept ? (more.kept - kept) / (more.kept - less.kept) : 1
        self.init(kept: kept, byCell: byCell, interpolated: more.target + part * (less.target - more.target))
        return
      }
      return nil
    }
  }

  enum CodingKeys: String, CodingKey {
    case ranking, items, samples, trials, around
    case putBack = "put_back"
    case atEqualAbility = "at_equal_ability"
  }

  /// The two neighbours of a line between which a kept ability lies, or that are nearest to it where it lies beyond all of them.
  ///
  /// - Parameter line: kept abilities, from the smallest share to the largest.
  package static func around(_ kept: Double, _ line: [Double]) -> Range<Int> {
    let below = line.firstIndex { $0 < kept } ?? line.count
    let first = min(max(0, below - 1), max(0, line.count - 2))
    return first..<min(first + 2, line.count)
  }
}
