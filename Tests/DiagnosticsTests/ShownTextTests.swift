import Diagnostics
import Foundation
import Testing

@Suite("Text from outside is shown")
struct ShownTextTests {
  @Test(
    "what is not seen is shown as an escape",
    arguments: [
      ("\u{1B}[31mred", #"\u{1B}[31mred"#), ("a\u{0}b", #"a\u{0}b"#), ("bell\u{7}", #"bell\u{7}"#),
      ("a\nb\r\nc\td", #"a\u{A}b\u{D}\u{A}c\u{9}d"#), ("\u{7F}\u{85}\u{9B}31m", #"\u{7F}\u{85}\u{9B}31m"#),
      ("abc\u{202E}cba", #"abc\u{202E}cba"#), ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#),
      ("le\u{200B}xi\u{AD}cal\u{FEFF}", #"le\u{200B}xi\u{AD}cal\u{FEFF}"#),
      ("a\u{2028}b\u{2029}c", #"a\u{2028}b\u{2029}c"#), ("\u{E000}\u{10FFFF}\u{378}", #"\u{E000}\u{10FFFF}\u{378}"#),
      ("x\u{E0041}\u{E007F}", #"x\u{E0041}\u{E007F}"#), ("a\u{34F}\u{3164}b", #"a\u{34F}\u{3164}b"#),
    ])
  func escapes(text: String, expected: String) {
    #expect(shown(text) == expected)
    // Once is enough: what is shown is shown as it is.
    #expect(shown(expected) == expected)
  }

  @Test(
    "all else stays as it is",
    arguments: [
      "", "lexical", #"C:\models\{a}"#, "Größe 5 µm — „so“ 100 % → 42", "名前\u{3000}空白\u{A0}nbsp", "e\u{301}",
      "std::vector",
      "a # b ## c", "x :: Int",
    ])
  func untouched(text: String) { #expect(shown(text) == text) }

  @Test("every character of the general categories that draw nothing is an escape, wherever it stands among letters")
  func categories() throws {
    for value in (0...0x10FFFF as ClosedRange<UInt32>) {
      guard let scalar = Unicode.Scalar(value) else { continue }
      switch scalar.properties.generalCategory {
      case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .unassigned:
        let text = shown("a\(scalar)b")
        #expect(text == "a\\u{\(String(value, radix: 16, uppercase: true))}b")
      default: break
      }
    }
  }

  @Test(
    "a joiner or selector stays where it shapes what is seen: in emoji, Persian, Hindi",
    arguments: [
      "\u{1F468}\u{200D}\u{1F469}\u{200D}\u{1F467}", "\u{2764}\u{FE0F}\u{200D}\u{1F525}",
      "\u{1F469}\u{1F3FD}\u{200D}\u{1F4BB}",
      "1\u{FE0F}\u{20E3}", "\u{0645}\u{06CC}\u{200C}\u{062E}\u{0648}\u{0627}\u{0647}\u{0645}",
      "\u{0915}\u{094D}\u{200D}\u{0937}", "\u{0D28}\u{0D4D}\u{200D} ", "\u{845B}\u{E0100}", "\u{2205}\u{FE00}",
    ])
  func joiners(text: String) { #expect(shown(text) == text) }

  @Test(
    "anywhere else it would only make two names look alike",
    arguments: [
      ("lexi\u{200D}cal", #"lexi\u{200D}cal"#), ("\u{200C}a\u{200C}", #"\u{200C}a\u{200C}"#),
      ("a\u{FE0F}", #"a\u{FE0F}"#),
      ("\u{2764}\u{FE0F}\u{FE0F}", "\u{2764}\u{FE0F}\\u{FE0F}"), ("\u{1F525}\u{200D}x", "\u{1F525}\\u{200D}x"),
      ("\u{06CC}\u{200C} x", "\u{06CC}\\u{200C} x"), ("a\u{E0100}", #"a\u{E0100}"#),
    ])
  func strayJoiners(text: String, expected: String) { #expect(shown(text) == expected) }

  @Test(
    "what a CI's runner would obey is none any more",
    arguments: [
      ("::error::x", #"\u{3A}:error::x"#), (" \u{A0}::set-output name=a::b", " \u{A0}\\u{3A}:set-output name=a::b"),
      ("##vso[task.complete]", #"\u{23}#vso[task.complete]"#), ("a ##[group]b", #"a \u{23}#[group]b"#),
      ("###[x]", #"#\u{23}#[x]"#), ("##teamcity[testStarted]", #"\u{23}#teamcity[testStarted]"#),
    ])
  func commands(text: String, expected: String) { #expect(shown(text) == expected) }

  @Test("a prompt keeps its line breaks, and none of its lines is a command")
  func lines() {
    #expect(shown("Q\n\n ::error::x\n\tA\r\n", keepsLines: true) == "Q\n\n \\u{3A}:error::x\n\\u{9}A\\u{D}\n")
  }

  @Test("text of words and values: values are on one line, words are ours")
  func interpolation() {
    let hostile = "a\n::error::\u{1B}"
    let text: ShownText = "\u{1B}[2Kname \(hostile), \(3) of \(Double.pi > 3)\n"
    #expect(text.description == "\u{1B}[2Kname a\\u{A}::error::\\u{1B}, 3 of true\n")
    let joined = [text, "\(hostile)"].joined(separator: "; ")
    #expect(joined.description == text.description + #"; a\u{A}::error::\u{1B}"#)
    #expect("\(ShownText(lines: hostile))" == "a\n\\u{3A}:error::\\u{1B}")
    #expect(("\(text)" as ShownText).description == text.description)
    #expect(("\(words: "\t")" as ShownText).description == "\t")
  }

  @Test("no line that goes out is a command, whatever its parts come to")
  func outgoing() {
    func lines(_ text: ShownText) -> [String] {
      String(decoding: text.outgoing, as: UTF8.self).components(separatedBy: "\n")
    }
    let (empty, colon) = ("", ":")
    #expect(
      lines("\(empty):\(colon)error::x\n\(colon):error::y\nz") == [#"\u{3A}:error::x"#, #"\u{3A}:error::y"#, "z"])
    #expect(lines("a::b\n c::") == ["a::b", " c::"])
  }

  @Test("bytes that are no UTF-8 are shown as what stands for them")
  func invalid() {
    // A lone surrogate in UTF-8, and a byte that begins nothing.
    #expect(
      shown(String(decoding: [0x61, 0xED, 0xA0, 0x80, 0xFF], as: UTF8.self)).unicodeScalars.allSatisfy { $0.isShown })
  }

  @Test("JSON has escapes of its own for the same, and a reader gets the exact text; ordinary text is as it was")
  func json() throws {
    let value = ["a\u{202E}b": "\u{1B}\u{7F}\u{2028}\u{E0041}\u{200D}##vso[x]\n::error::é # </script>"]
    for isPretty in [false, true] {
      let data = try shownJSON(value, isPretty: isPretty)
      #expect(try JSONDecoder().decode([String: String].self, from: data) == value)
      let text = String(decoding: data, as: UTF8.self)
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.isShown })
      #expect(text.contains(#"a\u202eb"#) && text.contains(#"\udb40\udc41"#) && !text.contains("##vso["))
      #expect(text.contains("é # </script>"))
    }
    let ordinary = ["b": "é/# ## \u{1F469}\u{200D}\u{1F4BB}", "a": "x"]
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let before = try encoder.encode(ordinary)
    #expect(try shownJSON(ordinary) == before)
  }
}
