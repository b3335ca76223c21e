import Foundation

/// Text that may leave the program: words of ours, and between them values from outside, which are shown on one line.
///
/// Written as a literal, `"\(path): cannot be read"`, every value in it is made fit to be shown; there is no way to put a value in
/// that is not, but to call it `words:`.
package struct ShownText: ExpressibleByStringInterpolation, Sendable, Hashable, CustomStringConvertible {
  fileprivate enum Part: Sendable, Hashable {
    case words(String)
    case value(String)
  }

  fileprivate let parts: [Part]

  fileprivate init(parts: [Part]) { self.parts = parts }

  package init(stringLiteral words: String) { self.init(parts: [.words(words)]) }

  package init(stringInterpolation: StringInterpolation) { self.init(parts: stringInterpolation.parts) }

  /// Text of several lines that was put together of shown values, such as a table: only the line breaks are taken on trust.
  package init(lines text: String) { self.init(parts: [.words(shown(text, keepsLines: true))]) }

  /// Every value whole.
  package var description: String { text(limit: nil) }

  /// - Parameter limit: the most bytes that are shown of each value.
  package func text(limit: Int?) -> String {
    parts.reduce(into: "") { text, part in
      switch part {
      case .words(let words): text += words
      case .value(let value): text += shown(value, limit: limit)
      }
    }
  }

  /// UTF-8 as it goes out: whatever its parts come to, no line is a command to a CI's runner.
  package var outgoing: Data {
    let text = description
    guard text.contains("::") else { return Data(text.utf8) }
    let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      let mark = line.drop(while: \.isWhitespace)
      return mark.hasPrefix("::") ? line.dropLast(mark.count) + shown(String(mark)) : line
    }
    return Data(lines.joined(separator: "\n").utf8)
  }

  package static func + (first: Self, second: Self) -> Self { Self(parts: first.parts + second.parts) }

  package struct StringInterpolation: StringInterpolationProtocol {
    fileprivate var parts: [Part] = []

    package init(literalCapacity: Int, interpolationCount: Int) {}

    package mutating func appendLiteral(_ literal: String) { parts.append(.words(literal)) }

    /// A value from outside, or of which nothing is known.
    package mutating func appendInterpolation<Value>(_ value: Value) { parts.append(.value("\(value)")) }

    package mutating func appendInterpolation(_ text: ShownText) { parts += text.parts }

    /// An error's line is shown and cut already.
    package mutating func appendInterpolation(_ error: InputError) { parts.append(.words(error.description)) }

    package mutating func appendInterpolation(_ error: NotGateable) { parts.append(.words(error.description)) }

    /// Words of ours that are no literal here, such as a list of known keys: neither cut nor changed.
    package mutating func appendInterpolation(words: String) { parts.append(.words(words)) }
  }
}

extension Sequence<ShownText> {
  package func joined(separator: ShownText = "") -> ShownText {
    var parts: [ShownText.Part] = []
    for (index, text) in enumerated() { parts += index == 0 ? text.parts : separator.parts + text.parts }
    return ShownText(parts: parts)
  }
}
