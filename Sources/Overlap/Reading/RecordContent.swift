/// What a record holds, so that one of which nothing could be read is not taken for one in which nothing was found.
struct RecordContent: Equatable {
  /// A text under a name that says so, or without any name.
  var hasNamedText = false
  /// A text under another name that is no answer's.
  var hasOtherText = false
  /// Bytes of such texts that have spaces, or letters beyond ASCII: of what is no mere name of a file or a set of data.
  var proseBytes = 0
  var hasAnswer = false
  /// Tokens' ids, under names that say so.
  var tokenIDs = 0
  /// Numbers and truth values in lists, token ids too.
  var listed = 0

  /// Whether what is asked, or what is to be learnt, is there as text. Beside token ids a text of
  /// fewer than two bytes a token cannot be theirs.
  var hasText: Bool {
    hasNamedText || (tokenIDs == 0 && (hasAnswer || hasOtherText)) || (proseBytes > 0 && proseBytes / 2 >= tokenIDs)
  }

  /// Whether there is something in the record that could not be read as text: token ids, lists of numbers.
  var isUnread: Bool { !hasText && listed > 0 }

  /// - Parameter isNamed: whether its name says that it is a text or a question.
  mutating func note(_ text: UnsafeBufferPointer<UInt8>, _ role: FieldRole, isNamed: Bool) {
    // Most texts begin with a letter.
    guard text.contains(where: { TemplateToken.isLetter($0) || $0 &- 0x30 < 10 }) else { return }
    if role == .output {
      hasAnswer = true
    } else if isNamed {
      hasNamedText = true
    } else {
      hasOtherText = true
      if text.contains(where: { $0 == 0x20 || $0 >= 0x80 }) { proseBytes += text.count }
    }
  }
}
