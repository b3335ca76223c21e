/// The rows that go through the layers together: token positions of a forest of prompts in which shared prefixes occur once.
///
/// Rows are ordered so that a row's parent, the token before it, comes first. Keys and values live in *slots*: slot i below
/// `spineLength` holds position i of a prefix that an earlier wave computed; row r has slot `spineLength + r`.
package struct Wave: Sendable {
  /// A run of rows at consecutive positions, each the parent of the next.
  package struct Segment: Sendable {
    package let firstRow: Int
    package let count: Int
    /// The first row's position: the length of the prefix before it.
    package let startPosition: Int
    /// The segment whose last row is the first row's parent; nil where the parent is on the spine or there is none.
    package let parent: Int?

    package init(firstRow: Int, count: Int, startPosition: Int, parent: Int?) {
      self.firstRow = firstRow
      self.count = count
      self.startPosition = startPosition
      self.parent = parent
    }
  }

  /// A row at which the model's next-token distribution is asked for.
  package struct ScoredRow: Sendable {
    package let row: Int
    /// The tokens whose logits are wanted.
    package let targets: [Int32]

    package init(row: Int, targets: [Int32]) {
      self.row = row
      self.targets = targets
    }
  }

  /// Rows that one adapter (an index into the decoder's adapters) changes; nil is the base model.
  package struct AdapterRange: Sendable {
    package let rows: Range<Int>
    package let adapter: Int?

    package init(rows: Range<Int>, adapter: Int?) {
      self.rows = rows
      self.adapter = adapter
    }
  }

  package var tokens: [Int32] = []
  package var positions: [Int32] = []
  package var segments: [Segment] = []
  package var scored: [ScoredRow] = []
  package var adapterRanges: [AdapterRange] = []
  /// How many positions of the last wave's carried prefix this wave's rows attend to.
  package var spineLength = 0
  /// Slots whose keys and values the next wave needs, by position.
  package var carriedSlots: [Int32] = []

  package var rowCount: Int { tokens.count }

  package init() {}
}
