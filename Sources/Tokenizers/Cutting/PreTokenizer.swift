/// How text is cut into the pieces that the model never joins: steps, each applied to the pieces of the one before.
package struct PreTokenizer: Sendable {
  package enum Step: Sendable {
    case split(TextSplit)
    /// Put a space before a piece that does not begin with one.
    case prefixSpace
    /// Spell each byte as a character of the byte alphabet.
    case byteAlphabet
    case metaspace(Metaspace)
  }

  /// Spaces written as another character, and one put before the text.
  package struct Metaspace: Sendable {
    package enum Prefix: String, Sendable, CaseIterable {
      case always, first, never
    }

    package let replacement: [UInt8]
    package let prefix: Prefix
  }

  package private(set) var steps: [Step]
  /// What it is called, for people.
  package let name: String

  package init(_ steps: [Step], name: String) {
    self.steps = steps
    self.name = name
  }

  /// Whether the byte alphabet is the last thing that happens to a piece, so that a model over bytes needs no spelling.
  var endsInBytes: Bool {
    guard case .byteAlphabet? = steps.last else { return false }
    return !steps.dropLast().contains { if case .byteAlphabet = $0 { true } else { false } }
  }

  /// For a model over bytes: pieces stay the bytes of the text.
  mutating func leaveBytes() { steps.removeLast() }
}

extension PreTokenizer.Metaspace {
  /// The text with its spaces replaced.
  ///
  /// - Parameter isFirst: it begins where the whole text does.
  func replaced(_ text: UnsafeBufferPointer<UInt8>, isFirst: Bool) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(text.count + text.count / 2 + replacement.count)
    for byte in text {
      if byte == UInt8(ascii: " ") { result += replacement } else { result.append(byte) }
    }
    let wanted = prefix == .always || prefix == .first && isFirst
    return wanted && !result.starts(with: replacement) ? replacement + result : result
  }
}
