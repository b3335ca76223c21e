import Reading

/// Python's changes of case: the full mappings of Unicode, and its rules for words.
extension String {
  var pythonUpper: String { uppercased() }

  /// Python's `lower`: a capital sigma at a word's end becomes the final form, as Unicode says and Swift does not do.
  var pythonLower: String {
    guard unicodeScalars.contains("Σ") else { return lowercased() }
    let scalars = Array(unicodeScalars)
    var result = ""
    for (place, scalar) in scalars.enumerated() {
      result += scalar == "Σ" && Self.isFinal(place, in: scalars) ? "ς" : scalar.properties.lowercaseMapping
    }
    return result
  }

  /// Whether a cased letter stands before the place and none behind, marks that case ignores left out.
  private static func isFinal(_ place: Int, in scalars: [Unicode.Scalar]) -> Bool {
    guard let before = scalars[..<place].last(where: { !$0.properties.isCaseIgnorable }), before.properties.isCased
    else {
      return false
    }
    return scalars[(place + 1)...].first { !$0.properties.isCaseIgnorable }.map { !$0.properties.isCased } ?? true
  }

  /// The first character in title case, the rest in lower case.
  var pythonCapitalized: String {
    guard let first = unicodeScalars.first else { return "" }
    guard unicodeScalars.contains("Σ") else {
      return first.properties.titlecaseMapping + String(Substring(unicodeScalars.dropFirst())).lowercased()
    }
    // What stands at a word's end depends on the first letter too.
    let scalars = Array(unicodeScalars)
    return scalars.indices.dropFirst().reduce(into: first.properties.titlecaseMapping) { result, place in
      let isFinal = scalars[place] == "Σ" && Self.isFinal(place, in: scalars)
      result += isFinal ? "ς" : scalars[place].properties.lowercaseMapping
    }
  }

  /// `str.title()`: a letter behind one that has no case begins a word.
  var pythonTitle: String {
    let scalars = Array(unicodeScalars)
    var result = ""
    var isInWord = false
    for (place, scalar) in scalars.enumerated() {
      if !isInWord {
        result += scalar.properties.titlecaseMapping
      } else if scalar == "Σ" {
        result += Self.isFinal(place, in: scalars) ? "ς" : "σ"
      } else {
        result += scalar.properties.lowercaseMapping
      }
      isInWord = scalar.properties.isCased
    }
    return result
  }

  /// jinja2's filter `title`: words begin behind white space, hyphens and opening brackets, and nothing else.
  var jinjaTitle: String {
    var result = ""
    var word = String.UnicodeScalarView()
    func closed(_ word: String.UnicodeScalarView) -> String {
      guard let first = word.first else { return "" }
      return String(first).pythonUpper + String(Substring(word.dropFirst())).pythonLower
    }
    var separators = String.UnicodeScalarView()
    for scalar in unicodeScalars {
      if scalar.isPythonSpace || "-({[<".unicodeScalars.contains(scalar) {
        result += closed(word)
        word.removeAll()
        separators.append(scalar)
      } else {
        result += String(separators)
        separators.removeAll()
        word.append(scalar)
      }
    }
    return result + closed(word) + String(separators)
  }

  /// What `Markup` makes of a text that it takes in.
  var htmlEscaped: String {
    var result = ""
    for scalar in unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "'": result += "&#39;"
      case "\"": result += "&#34;"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }

  var isUpperToPython: Bool { hasCase { $0.properties.isUppercase } }
  var isLowerToPython: Bool { hasCase { $0.properties.isLowercase } }

  /// Whether it has letters with case, and all of them have this one.
  private func hasCase(_ has: (Unicode.Scalar) -> Bool) -> Bool {
    let cased = unicodeScalars.filter { $0.properties.isCased }
    return !cased.isEmpty && cased.allSatisfy(has)
  }
}
