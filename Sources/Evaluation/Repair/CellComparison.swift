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

  /// The shares that lie around a kept ability: the last that keeps at least as much, and the first that keeps less.
  package static func around(_ kept: Double, _ trials: [RepairPoint]) -> [RepairPoint] {
    let ordered = trials.sorted { $0.share < $1.share }
    let more = ordered.last { ($0.ability.kept ?? 0) >= kept }
    let less = ordered.first { point in
      (point.ability.kept ?? 0) < kept && more.map { $0.share < point.share } ?? true
    }
    return [more, less].compactMap { $0 }
  }
}
