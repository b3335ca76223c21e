/// How many lost answers are right but for what stands around them: lost format, not lost ability.
package struct WrappedAnswers: Sendable, Hashable, Codable {
  /// Lost questions that the candidate was let answer.
  package let answered: Int
  /// Those in whose answers a right one stands, in other words' midst.
  package let wrapped: Int

  /// Nil where nobody has looked.
  package init?(_ lost: [LostAnswer]) {
    answered = lost.count { $0.answer != nil }
    wrapped = lost.count(where: \.isWrapped)
    guard answered > 0 else { return nil }
  }

  /// Nil where there are none.
  package var text: String? {
    guard wrapped > 0 else { return nil }
    return
      "Of the \(answered) lost questions that it was let answer, \(wrapped) \(wrapped == 1 ? "has" : "have") the right answer in what it says, wrapped in other "
      + "words: there the format is lost, not the answer."
  }
}

extension String {
  /// Whether a text stands in this one with no letter or digit at either side of it, whatever the case.
  func hasWords(_ words: String) -> Bool {
    let (text, sought) = (Array(lowercased().unicodeScalars), Array(words.lowercased().unicodeScalars))
    guard !sought.isEmpty, sought.count <= text.count else { return false }
    func isWord(_ place: Int) -> Bool {
      text.indices.contains(place) && (text[place].properties.isAlphabetic || text[place].properties.numericType != nil)
    }
    return (0...text.count - sought.count).contains { start in
      text[start..<start + sought.count].elementsEqual(sought) && !isWord(start - 1) && !isWord(start + sought.count)
    }
  }
}
