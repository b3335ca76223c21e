import Reading

/// Searching by bytes: Python compares code points, Swift's own search characters that may be several.
extension String {
  /// Where a text occurs first in the bytes from `start` on; an empty text occurs nowhere.
  ///
  /// By Knuth, Morris and Pratt: linear in both, however alike they are.
  func firstBytes(of wanted: String, from start: Int = 0) -> Int? {
    var (text, wanted) = (self, wanted)
    return text.withUTF8 { bytes in
      wanted.withUTF8 { pattern -> Int? in
        guard pattern.count > 1 else { return pattern.first.flatMap { bytes[start...].firstIndex(of: $0) } }
        let borders = Self.borders(of: pattern)
        var matched = 0
        for place in start..<max(start, bytes.count) {
          while matched > 0, bytes[place] != pattern[matched] { matched = borders[matched - 1] }
          if bytes[place] == pattern[matched] { matched += 1 }
          if matched == pattern.count { return place - matched + 1 }
        }
        return nil
      }
    }
  }

  /// Of each beginning of a pattern how long its longest beginning is that is its end too.
  private static func borders(of pattern: UnsafeBufferPointer<UInt8>) -> [Int] {
    var borders = [0]
    for place in 1..<pattern.count {
      var length = borders[place - 1]
      while length > 0, pattern[place] != pattern[length] { length = borders[length - 1] }
      borders.append(pattern[place] == pattern[length] ? length + 1 : 0)
    }
    return borders
  }

  func hasExactly(_ wanted: String) -> Bool { wanted.isEmpty || firstBytes(of: wanted) != nil }

  /// The text of some of its bytes.
  func piece(_ range: Range<Int>) -> String {
    let start = utf8.index(utf8.startIndex, offsetBy: range.lowerBound)
    return String(self[start..<utf8.index(start, offsetBy: range.count)])
  }

  /// Python's `split(separator, limit)`, of a separator that is not empty; a negative limit is none.
  func split(at separator: String, limit: Int) -> [String] {
    var pieces: [String] = []
    var start = 0
    while limit < 0 || pieces.count < limit, let place = firstBytes(of: separator, from: start) {
      pieces.append(piece(start..<place))
      start = place + separator.utf8.count
    }
    pieces.append(piece(start..<utf8.count))
    return pieces
  }

  /// Python's `rsplit(separator, limit)`.
  func splitFromEnd(at separator: String, limit: Int) -> [String] {
    let reversed = String(String.UnicodeScalarView(unicodeScalars.reversed()))
    let wanted = String(String.UnicodeScalarView(separator.unicodeScalars.reversed()))
    return reversed.split(at: wanted, limit: limit).reversed().map {
      String(String.UnicodeScalarView($0.unicodeScalars.reversed()))
    }
  }

  /// Python's `split(None, limit)`: at runs of white space, none at the ends.
  func splitAtSpaces(limit: Int = -1) -> [String] {
    var pieces: [String] = []
    var rest = unicodeScalars[...].drop(while: \.isPythonSpace)
    while !rest.isEmpty {
      if limit >= 0, pieces.count == limit {
        pieces.append(String(Substring(rest)))
        break
      }
      let word = rest.prefix { !$0.isPythonSpace }
      pieces.append(String(Substring(word)))
      rest = rest[word.endIndex...].drop(while: \.isPythonSpace)
    }
    return pieces
  }

  /// Python's `splitlines()`.
  func splitLines(keepsEnds: Bool = false) -> [String] {
    var lines: [String] = []
    let scalars = unicodeScalars
    var start = scalars.startIndex
    var index = start
    while index < scalars.endIndex {
      let scalar = scalars[index]
      var next = scalars.index(after: index)
      if Self.lineEnds.contains(scalar) {
        if scalar == "\r", next < scalars.endIndex, scalars[next] == "\n" { next = scalars.index(after: next) }
        lines.append(String(self[start..<(keepsEnds ? next : index)]))
        start = next
      }
      index = next
    }
    if start < scalars.endIndex { lines.append(String(self[start...])) }
    return lines
  }

  private static let lineEnds: Set<Unicode.Scalar> = [
    "\n", "\r", "\u{B}", "\u{C}", "\u{1C}", "\u{1D}", "\u{1E}", "\u{85}", "\u{2028}", "\u{2029}",
  ]

  /// Python's `replace(old, new, limit)`; a negative limit is none.
  func replacing(_ old: String, with new: String, limit: Int) -> String {
    guard old.isEmpty else { return split(at: old, limit: limit).joined(separator: new) }
    var result = String.UnicodeScalarView()
    var count = 0
    for scalar in unicodeScalars {
      if limit < 0 || count < limit { result.append(contentsOf: new.unicodeScalars) }
      count += 1
      result.append(scalar)
    }
    if limit < 0 || count < limit { result.append(contentsOf: new.unicodeScalars) }
    return String(result)
  }
}
