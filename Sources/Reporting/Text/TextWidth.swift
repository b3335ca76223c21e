/// How wide plain text may be.
package struct TextWidth: Sendable, Hashable {
  /// Columns that sentences are broken at.
  let sentences: Int
  /// Columns that tables are made to fit; nil where they may be as wide as they are.
  let tables: Int?

  /// A terminal's.
  ///
  /// - Parameter columns: at least 40 and at most 120 are used: longer sentences are hard to read.
  package static func columns(_ columns: Int) -> TextWidth {
    let columns = min(max(columns, 40), 120)
    return TextWidth(sentences: columns, tables: columns)
  }

  /// Of what is read later, or by a program: no name is cut.
  package static let uncut = TextWidth(sentences: 80, tables: nil)
}
