/// The words around what changes from prompt to prompt, punctuation included: without it "Q: {input}\nA:" would have
/// no 5-gram.
struct TemplateShape: Sendable, Hashable {
  /// What stands for the input in a template's 5-grams.
  private static let slot: Unicode.Scalar = "\u{FFFC}"

  let before: String
  let after: String
  /// Hashes of the character 5-grams with the slot blanked, or of all of a shorter one.
  let grams: Set<UInt64>

  /// A suite's template. Nil where it has no word or sign of its own.
  init?(template: String) {
    guard let place = template.firstRange(of: "{input}") else { return nil }
    self.init(before: String(template[..<place.lowerBound]), after: String(template[place.upperBound...]))
  }

  /// Nil where both are empty.
  init?(before: String, after: String) {
    self.before = Self.light(before)
    self.after = Self.light(after)
    let scalars = Array((self.before + String(Self.slot) + self.after).unicodeScalars)
    guard (self.before + self.after).contains(where: { $0 != " " }) else { return nil }
    let length = min(MinHash.gram, scalars.count)
    grams = Set(
      (0...(scalars.count - length)).map { start in
        scalars[start..<start + length].reduce(UInt64(length)) { mixed($0 ^ UInt64($1.value)) }
      })
  }

  /// As a person reads it.
  var text: String { before + "{…}" + after }

  func similarity(_ other: Set<UInt64>) -> Double {
    let shared = grams.intersection(other).count
    let all = grams.count + other.count - shared
    return all == 0 ? 0 : Double(shared) / Double(all)
  }

  /// Lower case with single spaces.
  static func light(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.lowercased().unicodeScalars {
      if !scalar.properties.isWhitespace {
        result.append(scalar)
      } else if result.last != " " {
        result.append(" ")
      }
    }
    return String(result)
  }
}
