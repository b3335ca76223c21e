/// Choices of a question that a record lists, of which its answer names one.
struct ListedChoices {
  /// Each choice's field, in their order.
  var fields: [Int] = []
  /// All fields of what lists them, their letters too.
  var places: [Range<Int>] = []

  func has(_ field: Int) -> Bool { places.contains { $0.contains(field) } }
}

extension DataRecord {
  /// Fields that list choices, or are one of them: `["east", "west"]`, `{"text": […], "label": ["A", "B"]}`, a column `option_a`.
  func noteChoices(_ places: Range<Int>) {
    guard !places.isEmpty else { return }
    let own = places.filter { fields[$0].role != .output }
    // A letter beside every text is its label.
    let texts = own.filter { letter($0) == nil }
    choices.fields += 2 * texts.count == own.count ? texts : own
    choices.places.append(places)
  }

  /// Where the one answer among the fields from `start` on is the letter or number of a choice, that choice is an answer too. Some
  /// count from 0 and some from 1: both choices are. A mark for each choice, 1 or 0, says it as well.
  func choose(from start: Int) {
    choices.fields.removeAll { $0 >= fields.count }
    guard let first = choices.fields.first, first >= start else { return }
    let answers = (start..<fields.count).filter { fields[$0].role == .output && !choices.has($0) }
    let names = answers.compactMap { place in name(place).map { (place, $0) } }
    guard !names.isEmpty else { return }
    let chosen: [Int]
    if names.count == choices.fields.count, names.allSatisfy({ $0.1 == [0, -1] || $0.1 == [1, 0] }) {
      chosen = names.indices.filter { names[$0].1 == [1, 0] }
    } else if names.count == 1 {
      chosen = names[0].1
    } else {
      return
    }
    for number in chosen where choices.fields.indices.contains(number) {
      let field = choices.fields[number]
      (fields[field].role, fields[field].group) = (.output, -1)
    }
    choices = ListedChoices()
  }

  /// The places that a field may name, from 0: "B", "(b)", "B." or "1"; nil for another text.
  private func name(_ place: Int) -> [Int]? {
    if let letter = letter(place) { return [letter] }
    let digits = text(fields[place])
    guard digits.count <= 2, let number = Int(String(decoding: digits, as: UTF8.self)), number >= 0 else { return nil }
    return [number, number - 1]
  }

  /// A letter that stands alone, from 0, with nothing but marks around it.
  private func letter(_ place: Int) -> Int? {
    let text = text(fields[place])
    guard text.count <= 4 else { return nil }
    let written = text.filter { TemplateToken.isLetter($0) || $0 &- 0x30 < 10 }
    guard written.count == 1, let number = written.first.map({ ($0 | 0x20) &- UInt8(ascii: "a") }), number < 26 else {
      return nil
    }
    return Int(number)
  }
}
