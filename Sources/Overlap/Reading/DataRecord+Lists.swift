extension DataRecord {
  /// Texts of a dialogue that do not say whose they are: the first asks, the second answers.
  ///
  /// - Parameter elements: where the list's elements begin, with one more entry for the end.
  func alternate(from start: Int, _ elements: [Int]) {
    let count = fields.count - start
    guard count > 1, elements.count == count + 1,
      fields[start...].allSatisfy({ $0.group < 0 && $0.role == .other })
    else { return }
    for place in start..<fields.count {
      let role: FieldRole = (place - start).isMultiple(of: 2) ? .input : .output
      fields[place].role = role
      fields[place].group = dialogueGroup(role)
    }
  }

  /// Pieces of one text stand beside the whole of it too: where they are cut need not be where a question ends.
  func joinPieces(from start: Int) {
    let pieces = fields[start...]
    guard pieces.count > 1 else { return }
    let joined = bytes.count
    for piece in pieces { bytes.append(copyOf: piece.start, piece.end) }
    let end = endWithoutTokens(joined, bytes.count)
    fields.append(RecordField(role: .other, group: -1, isPlainText: true, start: joined, end: end))
  }

  /// Where a text ends that special tokens follow, such as `</s>`: no word of it.
  func endWithoutTokens(_ start: Int, _ end: Int) -> Int {
    var text = bytes.slice(start, end)
    while let last = text.last, last == UInt8(ascii: ">") || last == UInt8(ascii: "]"),
      let open = text.lastIndex(where: { $0 == UInt8(ascii: "<") || $0 == UInt8(ascii: "[") }),
      let token = TemplateToken(text, at: open), token.end >= text.count
    {
      text = UnsafeBufferPointer(rebasing: text[..<open])
    }
    return start + text.count
  }

  /// Words, or a tokenizer's pieces, become the text that they are of. False where the fields are no such pieces.
  func joinTokens(from start: Int) -> Bool {
    let pieces = fields[start...]
    guard pieces.count > 1, let first = pieces.first, pieces.allSatisfy({ $0.group < 0 }) else { return false }
    // A piece bears the space before it, or says that it goes on: "Ġword", "▁word", "##s".
    let space: [[UInt8]] = [[0xC4, 0xA0], [0xE2, 0x96, 0x81]]
    let hasSpaces = pieces.contains { piece in space.contains { text(piece).starts(with: $0) } }
    let joined = bytes.count
    for piece in pieces {
      let mark = space.first { text(piece).starts(with: $0) }?.count ?? 0
      let isSuffix = !hasSpaces && text(piece).starts(with: [0x23, 0x23])
      if bytes.count > joined, hasSpaces ? mark > 0 : !isSuffix { bytes.append(0x20) }
      bytes.append(copyOf: piece.start + mark + (isSuffix ? 2 : 0), piece.end)
    }
    fields.removeLast(pieces.count)
    fields.append(
      RecordField(
        role: first.role, group: -1, isPlainText: first.isPlainText, start: joined, end: bytes.count))
    return true
  }
}
