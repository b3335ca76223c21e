extension RecordScanner {
  /// Check 4: keeps some of the questions, chosen by their places, to see later what they have in common.
  func notePrompt(_ field: Int, _ tally: inout FileTally) {
    let source = fields[field]
    let parts = [place.file, place.line, place.number, source.group]
    let key = parts.reduce(UInt64(0x7465_6D70)) { mixed($0 ^ UInt64(truncatingIfNeeded: $1)) }
    guard tally.prompts.wants(key), let range = texts[field].paragraphs.last else { return }
    let bytes = record.text(source)
    // Signs around the words are the template's too.
    let isOnly = texts[field].paragraphs.count == 1
    let start = isOnly ? 0 : text(before: texts[field].sourceRange(range).start, in: bytes)
    guard bytes.count - start <= DataTemplates.longestPrompt else { return }
    let text = String(decoding: bytes[start...], as: UTF8.self)
    tally.prompts.insert(key, FileTally.Prompt(text: text, place: place))
  }

  /// Where the line of `index` begins.
  private func text(before index: Int, in bytes: UnsafeBufferPointer<UInt8>) -> Int {
    var start = index
    while start > 0, bytes[start - 1] != 0x0A { start -= 1 }
    return start
  }
}

/// The templates that a file's questions seem to be made from.
struct DataTemplates {
  /// Bytes; what is common to longer questions is no template of a few-shot query.
  static let longestPrompt = 2048
  /// A template is what at least this share of the questions have in common.
  private static let leastShare = 0.05

  struct Template {
    let shape: TemplateShape
    let example: FileTally.Prompt
    let share: Double
  }

  private(set) var templates: [Template] = []

  /// Questions are put together by their first and last words, by the first, and by the last: what a group's
  /// members begin and end with is a template.
  init(_ prompts: [FileTally.Prompt]) {
    let words = prompts.map { prompt in
      (prompt, TemplateShape.light(prompt.text).split(separator: " ").map(String.init))
    }.filter { !$0.1.isEmpty }
    var seen: Set<TemplateShape> = []
    for kind in Kind.allCases {
      let groups = Dictionary(grouping: words) { kind.key($0.1) }
      for (_, members) in groups.sorted(by: { $0.key < $1.key }) {
        let share = Double(members.count) / Double(max(1, words.count))
        guard members.count > 1, share >= Self.leastShare, let shape = Self.shape(members.map(\.1)),
          let first = members.map(\.0).min(by: { $0.place < $1.place }), seen.insert(shape).inserted
        else { continue }
        templates.append(Template(shape: shape, example: first, share: share))
      }
    }
  }

  private enum Kind: CaseIterable {
    case both, first, last

    func key(_ words: [String]) -> String {
      let first = words.first ?? ""
      let last = words.last ?? ""
      return switch self {
      case .both: "\(first) \(last)"
      case .first: first
      case .last: last
      }
    }
  }

  /// The words that all begin with, and those that all end with; nil where all are the same question.
  private static func shape(_ prompts: [[String]]) -> TemplateShape? {
    guard let shortest = prompts.map(\.count).min(), let model = prompts.first, Set(prompts).count > 1 else {
      return nil
    }
    var before = 0
    while before < shortest, prompts.allSatisfy({ $0[before] == model[before] }) { before += 1 }
    var after = 0
    while after < shortest - before,
      prompts.allSatisfy({ $0[$0.count - 1 - after] == model[model.count - 1 - after] })
    {
      after += 1
    }
    let beginning = model.prefix(before).joined(separator: " ")
    let ending = model.suffix(after).joined(separator: " ")
    return TemplateShape(
      before: before > 0 ? beginning + " " : "", after: after > 0 ? " " + ending : "")
  }

  /// The template that comes closest to a task's, and how close.
  func nearest(to grams: Set<UInt64>) -> (template: Template, similarity: Double)? {
    guard !grams.isEmpty else { return nil }
    return templates.map { ($0, $0.shape.similarity(grams)) }.max { $0.1 < $1.1 }
  }
}
