import Suites

/// A candidate that could not be read to the end in the time that the gate had: no verdict, whatever was read.
package struct TimeOut: Sendable, Hashable, Codable {
  /// Blocks whose scores are in the ledger.
  package let blocksRead: Int
  /// Blocks that would have been asked.
  package let blocks: Int
  /// Mean few-shot exact match of the base, and of the candidate, over the questions of voting tasks that were read; nil of none.
  package let base: Double?
  package let candidate: Double?
  /// The shares at which `--stop-early` had judged it by then, without a decision; nil where there is none.
  package let looks: [Share]?

  /// - Parameter contrasts: of the questions that were read.
  package init(blocksRead: Int, blocks: Int, contrasts: [ItemContrast], looks: [Share] = []) {
    let asked = contrasts.filter { $0.counts && $0.k > 0 }
    self.blocksRead = blocksRead
    self.blocks = blocks
    self.looks = looks.isEmpty ? nil : looks
    base = mean(asked.map { $0.base.exactMatch ? 1 : 0 })
    candidate = mean(asked.map { $0.candidate.exactMatch ? 1 : 0 })
  }

  /// "INCONCLUSIVE: time ran out after 75 of 190 blocks …"
  package var sentence: String {
    let amounts =
      if let base, let candidate {
        "; over these, few-shot exact match was \(points(base)) % for the base and \(points(candidate)) % for the candidate"
      } else {
        ""
      }
    return "INCONCLUSIVE: time ran out after \(blocksRead) of \(blocks) blocks\(amounts); the same command goes "
      + "on from there"
  }

  enum CodingKeys: String, CodingKey {
    case blocks, base, candidate, looks
    case blocksRead = "blocks_read"
  }
}
