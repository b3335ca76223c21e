/// The values that mutations put in the place of valid ones.
enum Extremes {
  static let integers: [UInt64] = [
    0, 1, 2, 7, 31, 127, 128, 255, 256, 32767, 65535, 65536, 1 << 20, 1 << 31 - 1, 1 << 31, 1 << 32 - 1, 1 << 32,
    1 << 53 + 1, 1 << 62, 1 << 63 - 1, 1 << 63, .max - 31, .max - 7, .max - 1, .max,
  ]

  /// Spelled out: many are numbers in one format and not in another.
  static let numbers: [[UInt8]] = [
    "0", "-0", "-1", "1", "2", "0.5", "1e308", "1e309", "-1e309", "1e-400", "5e-324", "2147483648",
    "9223372036854775807", "9223372036854775808", "-9223372036854775808", "-9223372036854775809",
    "18446744073709551616", "1" + String(repeating: "0", count: 400), "NaN", "Infinity", "-inf", ".inf", ".nan", "0x10",
    "0o17", "1_000", "+1", "01", "1.", ".5", "1e", "١٢",
  ].map { Array($0.utf8) }

  /// Texts with what texts must not have, or in a length that they do not have.
  static let texts: [[UInt8]] = [
    [], [0x20], [0], Array("\u{1b}[2J".utf8), [0x0D], [0x0A], [0x7F], [0xC2, 0x9B], [0xFF], [0xC0, 0x80],
    [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xE2, 0x80], Array("\u{202E}\u{2028}\u{FEFF}".utf8),
    Array("e\u{301}\u{323}😀ＡＢ한".utf8), Array("../../etc/passwd".utf8), Array("{input}{{completion}}{{#a}}".utf8),
    Array("<|endoftext|>".utf8), Array(".*(a|b)+[^c]{2,9}\\d".utf8), Array(repeating: UInt8(ascii: "a"), count: 5000),
    Array(String(repeating: "\u{301}", count: 900).utf8), Array(String(repeating: "(", count: 300).utf8),
  ]

  /// JSON values, and what is nearly one.
  static let values: [[UInt8]] =
    numbers
    + [
      "null", "true", "false", "[]", "{}", #""""#, #"{"a": 1}"#, "[1, 2, 3]", "[[]]", #""\ud800""#, #""\udc00\ud800""#,
      #""\u0000""#, #""\u001b""#, #""\x""#, #""abc"#, "'a'", "", "nul", "[1,]", "//",
    ].map { Array($0.utf8) } + nested
    + texts.map { [UInt8(ascii: "\"")] + $0.filter { $0 != 0x22 && $0 != 0x5C } + [UInt8(ascii: "\"")] }

  /// What YAML has beyond JSON.
  static let yaml: [[UInt8]] = [
    "~", "yes", "off", "&a [*a]", "*a", "*nobody", "!!binary aGk=", "!!int x", "!<tag:x> 1", "|\n  text", ">-\n  text",
    "'", "\"", #""\x1b""#, #""\U00110000""#, "? x", "@x", "%x", "2026-01-01", "<<: *a", "# x", "a: b: c", "\ttab",
    "[1, 2",
    "{a: 1", "1:2:3", "- x", "---\n", "...\n", "&a x", "{<<: {a: 1}}",
  ].map { Array($0.utf8) }

  private static let nested: [[UInt8]] = [2, 63, 64, 65, 400].flatMap { depth in
    [("[", "]"), (#"{"a":"#, "}")].map { opening, closing in
      Array((String(repeating: opening, count: depth) + "1" + String(repeating: closing, count: depth)).utf8)
    }
  }
}
