extension RecordScanner {
  /// Check 5: a line, paragraph or field whose character 5-grams are nearly an item's, by MinHash.
  func checkNearDuplicate(_ text: NormalisedText, _ range: WordRange, _ field: RecordField) {
    guard let lengths = index.nearLengths, range.count >= OverlapRules.distinctiveWords else { return }
    let bytes = text.slice(range)
    guard lengths.contains(bytes.count), mayBeNear(bytes, text.hasDigits) else { return }
    var grams: Set<UInt64> = []
    forEachGram(bytes, foldDigits: text.hasDigits) {
      grams.insert($0)
      return true
    }
    guard let signature = index.minHash.signature(grams) else { return }
    var compared: Set<Int32> = []
    var best: [Int: (similarity: Double, text: String)] = [:]
    for band in MinHash.bands(signature) {
      for candidate in index.nearBands.find(band) ?? [] where compared.insert(candidate).inserted {
        let near = index.nearTexts[Int(candidate)]
        let similarity = MinHash.similarity(signature, near.signature)
        guard similarity >= OverlapRules.nearSimilarity else { continue }
        if similarity > best[near.item]?.similarity ?? 0 { best[near.item] = (similarity, near.text) }
      }
    }
    for (item, found) in best {
      if field.isTurn, nearHits.contains(item) { continue }
      nearHits.insert(item)
      findings.add(.nearDuplicate, item, at: place, score: found.similarity, suiteText: found.text) {
        excerpt(text, range, field)
      }
    }
  }

  /// A text with J ≥ .8 to another has at least .8 of its 5-grams from it; where 40 % are from no item at all, a
  /// signature is not worth its time.
  private func mayBeNear(_ bytes: UnsafeBufferPointer<UInt8>, _ hasDigits: Bool) -> Bool {
    let known = index.nearGrams
    var missesLeft = bytes.count * 2 / 5
    forEachGram(bytes, foldDigits: hasDigits) { gram in
      if !known.mayHold(gram) { missesLeft -= 1 }
      return missesLeft >= 0
    }
    return missesLeft >= 0
  }
}
