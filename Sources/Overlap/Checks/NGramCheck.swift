extension RecordScanner {
  /// Check 1: any 13-gram of words that an item of the suite has too, or 8-gram of a short one; the score is the
  /// longest match as a share of the item's words.
  func checkGrams(_ text: NormalisedText, _ field: RecordField) {
    if !matchEnds.isEmpty { matchEnds.removeAll(keepingCapacity: true) }
    slide(index.longGrams, length: OverlapRules.longGram, text, field)
    slide(index.shortGrams, length: OverlapRules.shortGram, text, field)
  }

  private func slide(_ grams: HashIndex, length: Int, _ text: NormalisedText, _ field: RecordField) {
    let count = text.wordCount
    guard count >= length, !grams.isEmpty else { return }
    let words = text.words
    var rolling = RollingHash(length: length)
    for place in 0..<length { rolling.append(words[place]) }
    var start = 0
    while true {
      if grams.mayHold(rolling.key), let hits = grams.find(rolling.key) {
        for hit in hits { match(index.grams[Int(hit)], at: start, length, text, field) }
      }
      guard start + length < count else { return }
      rolling.slide(dropping: words[start], adding: words[start + length])
      start += 1
    }
  }

  /// Extends a match to both sides as far as the words are the same.
  private func match(_ gram: GramPlace, at start: Int, _ length: Int, _ text: NormalisedText, _ field: RecordField) {
    // The next n-grams of a match that was counted.
    if let end = matchEnds[gram.item], start + length <= end { return }
    let item = index.items[Int(gram.item)]
    let words = text.words
    var first = start
    var last = start + length
    var itemFirst = Int(gram.offset)
    var itemLast = itemFirst + length
    while first > 0, itemFirst > 0, words[first - 1] == item.gramWords[itemFirst - 1] {
      first -= 1
      itemFirst -= 1
    }
    while last < text.wordCount, itemLast < item.gramWords.count, words[last] == item.gramWords[itemLast] {
      last += 1
      itemLast += 1
    }
    matchEnds[gram.item] = last
    findings.add(
      .nGram, Int(gram.item), at: place, score: Double(last - first) / Double(item.gramWords.count),
      suiteText: item.gramText
    ) { excerpt(text, WordRange(start: first, end: last), field) }
  }
}
