/// The sets that `\p{…}` and `\d \w \s \h` name, as Oniguruma has them.
package enum CharacterProperty {
  package static let digit = category { $0 == "Nd" }
  package static let space = ScalarSet(gapsAndLengths: PropertyTable.spaces)
  /// `\w` between brackets.
  package static let wordInClass = ScalarSet(gapsAndLengths: PropertyTable.word)
  /// `\w` on its own, and what `\b` asks for: Oniguruma has another table for characters below U+0100, with `²³¹¼½¾`.
  package static let word = wordInClass.union(ScalarSet([0xB2, 0xB3, 0xB9, 0xBC, 0xBD, 0xBE]))
  /// ASCII's alone.
  package static let hexadecimalDigit = ScalarSet(0x30...0x39).union(ScalarSet(0x41...0x46)).union(
    ScalarSet(0x61...0x66))
  private static let alphabetic = ScalarSet(gapsAndLengths: PropertyTable.alphabetic)

  /// The set with this name: a general category, short or long, a script, or one of a few properties.
  ///
  /// - Parameter name: spaces, hyphens, underscores and case do not count.
  /// - Returns: nil for a name that is not known.
  package static func named(_ name: String, inClass: Bool) -> ScalarSet? {
    let key = name.lowercased().filter { !" -_".contains($0) }
    if let script = ScriptTable.runs[key] { return ScalarSet(gapsAndLengths: script) }
    switch key {
    case "any": return .all
    case "assigned": return category { $0 != "Cn" }
    case "alphabetic", "alpha": return alphabetic
    case "alnum": return alphabetic.union(digit)
    case "space", "whitespace": return space
    case "word": return inClass ? wordInClass : word
    case "digit": return digit
    case "xdigit": return hexadecimalDigit
    case "lc", "casedletter": return category { ["Lu", "Ll", "Lt"].contains($0) }
    default: break
    }
    let short = longNames[key] ?? key
    let isKnown = CategoryTable.names.contains { $0.lowercased() == short || $0.prefix(1).lowercased() == short }
    return isKnown ? category { $0.lowercased().hasPrefix(short) } : nil
  }

  /// `[[:name:]]`, whose punctuation has the symbols too.
  package static func bracket(_ name: String) -> ScalarSet? {
    switch name {
    case "punct": category { $0.hasPrefix("P") || $0.hasPrefix("S") }
    case "alpha", "alnum", "space", "digit", "xdigit", "word": named(name, inClass: true)
    default: nil
    }
  }

  /// All code points whose general category, by its short name, is one that is wanted.
  package static func category(_ isWanted: (String) -> Bool) -> ScalarSet {
    let wanted = CategoryTable.names.map(isWanted)
    var steps: [UInt32] = [0]
    var isMember = false
    for run in CategoryTable.runs {
      if wanted[Int(run & 31)] != isMember {
        steps.append(0)
        isMember.toggle()
      }
      steps[steps.count - 1] += run >> 5
    }
    if !isMember { steps.removeLast() }
    return ScalarSet(gapsAndLengths: steps)
  }

  private static let longNames: [String: String] = [
    "letter": "l", "uppercaseletter": "lu", "lowercaseletter": "ll", "titlecaseletter": "lt", "modifierletter": "lm",
    "otherletter": "lo", "mark": "m", "combiningmark": "m", "nonspacingmark": "mn", "spacingmark": "mc",
    "enclosingmark": "me", "number": "n", "decimalnumber": "nd", "letternumber": "nl", "othernumber": "no",
    "punctuation": "p", "punct": "p", "connectorpunctuation": "pc", "dashpunctuation": "pd",
    "openpunctuation": "ps", "closepunctuation": "pe", "initialpunctuation": "pi", "finalpunctuation": "pf",
    "otherpunctuation": "po", "symbol": "s", "mathsymbol": "sm", "currencysymbol": "sc", "modifiersymbol": "sk",
    "othersymbol": "so", "separator": "z", "spaceseparator": "zs", "lineseparator": "zl",
    "paragraphseparator": "zp", "other": "c", "control": "cc", "cntrl": "cc", "format": "cf", "privateuse": "co",
    "unassigned": "cn",
  ]
}
