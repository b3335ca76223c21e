import Statistics

/// What further evidence would settle an INCONCLUSIVE unit with 80 % power, if its mean stays where it is.
package struct Shortfall: Sendable, Hashable, Codable {
  /// Which verdict the mean points to; nil where it points to neither.
  package let towards: Outcome?
  /// Further blocks that would do, at most `blocksLeft`; nil where not even those would.
  package let blocks: Int?
  /// Blocks of the baseline's admitted tasks in this unit that the candidate was not asked.
  package let blocksLeft: Int
  /// Further draws of demonstrations for every block that would do; nil where none up to 64 would, or that is not known.
  package let draws: Int?
  /// Whether it is known what further draws would do.
  package let drawsKnown: Bool
  /// The share of SE² that is the items', which no further draw reduces; the rest is the demonstrations'. Nil where the two cannot
  /// be told apart.
  package let itemShare: Double?

  init(_ settlement: Settlement, blocksLeft: Int, itemShare: Double?) {
    towards =
      switch settlement.direction {
      case .pass: .pass
      case .fail: .fail
      case nil: nil
      }
    blocks = settlement.blocks.number
    self.blocksLeft = blocksLeft
    draws = settlement.draws?.number
    drawsKnown = settlement.draws != nil
    self.itemShare = itemShare
  }

  enum CodingKeys: String, CodingKey {
    case towards, blocks, draws
    case blocksLeft = "blocks_left"
    case drawsKnown = "draws_known"
    case itemShare = "item_share"
  }
}

extension Settlement.Demand {
  fileprivate var number: Int? {
    switch self {
    case .further(let number): number
    case .unreachable: nil
    }
  }
}

extension UnitVerdict {
  /// What an INCONCLUSIVE unit needs, in words: the two smallest figures, and how much more would settle it; nil for every
  /// other unit.
  package var need: String? {
    guard outcome == .inconclusive, let evidence else { return nil }
    let passing = metric.amount(evidence.smallestPassingMargin)
    let failing = metric.amount(evidence.smallestFailingDrop)
    let figures =
      "with 80 % power this much evidence passes a margin of \(passing) where nothing dropped and fails a drop of "
      + "\(failing) (margin \(margin.map(metric.amount) ?? "-"))"
    let components = shortfall?.itemShare.map {
      "; of the squared error \(points($0)) % is the items' and \(points(1 - $0)) % the demonstrations'"
    }
    return figures + (components ?? "") + (shortfall.map { "; \(remedy($0))" } ?? "")
  }

  private func remedy(_ shortfall: Shortfall) -> String {
    guard let towards = shortfall.towards else { return "the loss is just the margin, and no evidence settles that" }
    let outcome = towards.rawValue.uppercased()
    if let further = shortfall.blocks {
      return "if the loss stays as it is, \(further) of the \(shortfall.blocksLeft) blocks that were not asked would "
        + "settle it as \(outcome) (--share \(share(blocks.addingReportingOverflow(further).partialValue, of: blocks.addingReportingOverflow(shortfall.blocksLeft).partialValue)))"
    }
    let blocks =
      shortfall.blocksLeft == 0
      ? "the whole suite was asked" : "not even the \(shortfall.blocksLeft) blocks that were not asked would settle it"
    let draws =
      if let further = shortfall.draws {
        "; if the loss stays as it is, \(further) more draw\(further == 1 ? "" : "s") a block would settle it as "
          + outcome
          + (further < AdaptiveLooks.mostDraws ? " (--adaptive asks for up to \(AdaptiveLooks.mostDraws - 1))" : "")
      } else if shortfall.drawsKnown {
        shortfall.blocksLeft == 0 ? ", and no number of further draws would settle it" : ", nor would further draws"
      } else {
        ""
      }
    return blocks + draws
  }

  /// The least number of eighths that holds so many of the blocks, in lowest terms.
  private func share(_ wanted: Int, of total: Int) -> String {
    // Of numbers from a file, which need not be small.
    var numerator = Int(min(8, max(1, (8 * Double(wanted) / Double(max(1, total))).rounded(.up))))
    var denominator = 8
    while denominator > 1, numerator.isMultiple(of: 2) {
      numerator /= 2
      denominator /= 2
    }
    return denominator == 1 ? "1" : "\(numerator)/\(denominator)"
  }
}
