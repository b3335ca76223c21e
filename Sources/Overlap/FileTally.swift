/// What is counted of one file.
struct FileTally: Sendable {
  /// Different answers counted exactly up to so many.
  private static let labelLimit = 4096
  private static let promptLimit = 256

  struct Seen: Sendable {
    var count: Int
    var first: RecordPlace
  }

  struct Prompt: Sendable {
    let text: String
    let place: RecordPlace
  }

  var bytes = 0
  var records = 0
  /// Records without a text that could be looked at.
  var withoutText = 0
  /// Those of them that hold something else: token ids, lists of numbers.
  var unread = 0
  /// The answers, by their keys.
  var labels = BottomSample<Bool>(limit: Self.labelLimit)
  /// The suite's answers that are answers here, by number.
  var answers: [Int: Seen] = [:]
  /// Questions, for their templates.
  var prompts = BottomSample<Prompt>(limit: Self.promptLimit)

  mutating func note(answer: Int, at place: RecordPlace, count: Int = 1) {
    guard let seen = answers[answer] else {
      answers[answer] = Seen(count: count, first: place)
      return
    }
    answers[answer] = Seen(count: seen.count + count, first: min(seen.first, place))
  }

  mutating func merge(_ other: FileTally) {
    bytes += other.bytes
    records += other.records
    withoutText += other.withoutText
    unread += other.unread
    labels.merge(other.labels)
    prompts.merge(other.prompts)
    for (answer, seen) in other.answers { note(answer: answer, at: seen.first, count: seen.count) }
  }
}
