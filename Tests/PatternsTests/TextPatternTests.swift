import Foundation
import Patterns
import Testing

@Suite("Expressions match what Oniguruma matches in `tokenizers`")
struct TextPatternTests {
  struct Goldens: Decodable {
    struct Case: Decodable {
      let pattern: String
      let texts: [Int]
      let cuts: [[Int]]
    }
    let texts: [String]
    let cases: [Case]
    let sets: [String: [Int]]

    static func read() throws -> Goldens {
      let file = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "Goldens/patterns/cases.json")
      return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }
  }

  @Test("those of known tokenizers, those made for each construct, and random ones, on texts in many scripts")
  func goldens() throws {
    let goldens = try Goldens.read()
    var compared = 0
    var refused = 0
    for test in goldens.cases {
      guard let pattern = try? TextPattern(test.pattern) else {
        refused += 1
        continue
      }
      for (number, cuts) in zip(test.texts, test.cuts) {
        let text = goldens.texts[number]
        #expect(places(pattern, text) == cuts, "\(test.pattern) on \(text.debugDescription)")
        compared += 1
      }
    }
    #expect(compared > 9_000)
    // Random ones that repeat without end what may match nothing.
    #expect(refused < 30)
  }

  @Test("of those that are not random none is refused") func notRefused() throws {
    for test in try Goldens.read().cases.dropLast(250) {
      #expect(throws: Never.self, "\(test.pattern)") { _ = try TextPattern(test.pattern) }
    }
  }

  @Test("classes have the same members, of all code points") func sets() throws {
    let goldens = try Goldens.read()
    #expect(goldens.sets.count > 60)
    // All but the surrogates, which no text has.
    let scalars = (Array(0...0xD7FF) + Array(0xE000...0x10FFFF)).compactMap(Unicode.Scalar.init)
    let text = Array(String(String.UnicodeScalarView(scalars)).utf8)
    for (expression, expected) in goldens.sets {
      let pattern = try TextPattern(expression)
      var found = [0, 0]
      text.withUnsafeBufferPointer { text in
        pattern.forEachMatch(in: text) { match in
          let scalar = String(decoding: text[match], as: UTF8.self).unicodeScalars.first?.value ?? 0
          found = [found[0] + 1, found[1] + Int(scalar)]
        }
      }
      #expect(found == expected, "\(expression)")
    }
  }

  @Test("a match is looked for from a place on, and sees the text before it") func from() throws {
    func first(_ expression: String, from start: Int) throws -> Range<Int>? {
      let pattern = try TextPattern(expression)
      return Array("aab ab".utf8).withUnsafeBufferPointer { pattern.firstMatch(in: $0, from: start) }
    }
    func end(_ expression: String, at start: Int) throws -> Int? {
      let pattern = try TextPattern(expression)
      return Array("aab ab".utf8).withUnsafeBufferPointer { pattern.matchEnd(in: $0, at: start) }
    }
    #expect(try first("ab", from: 0) == 1..<3)
    #expect(try first("ab", from: 2) == 4..<6)
    #expect(try first("(?<=a)b", from: 2) == 2..<3)
    #expect(try first("(?<=aa)b", from: 2) == 2..<3)
    #expect(try first("^b", from: 2) == nil)
    #expect(try first("x*", from: 6) == 6..<6)
    #expect(try first("x", from: 6) == nil)
    #expect(try end("a+", at: 0) == 2)
    #expect(try end("b", at: 0) == nil)
  }

  /// Where a text is cut by matches and what is between them.
  private func places(_ pattern: TextPattern, _ text: String) -> [Int] {
    let bytes = Array(text.utf8)
    var places: Set<Int> = []
    bytes.withUnsafeBufferPointer { bytes in
      pattern.forEachMatch(in: bytes) { places.formUnion([$0.lowerBound, $0.upperBound]) }
    }
    return places.subtracting([0, bytes.count]).sorted()
  }
}
