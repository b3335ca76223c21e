/// What an object's members tell of a table that is written column by column: `{"prompt": ["…", "…"], "completion": ["…", "…"]}`,
/// or with the rows' numbers as names (`{"prompt": {"0": "…"}}`, as pandas writes it).
struct JSONColumns {
  private struct Column {
    let meaning: FieldNames.Meaning?
    /// Where each element's fields begin, and where the last one's end.
    let elements: [Int]

    var isAnswer: Bool { meaning == .output || meaning == .kind }
  }

  private var columns: [Column] = []
  private var memberCount = 0
  private var starts: [Int] = []
  private var isNumbered = true

  /// - Parameter elements: of the member's array; empty where it is none.
  mutating func note(_ meaning: FieldNames.Meaning?, _ elements: [Int]) {
    memberCount += 1
    if elements.count > 2 { columns.append(Column(meaning: meaning, elements: elements)) }
  }

  mutating func noteRow(_ isNumber: Bool, _ start: Int) {
    isNumbered = isNumbered && isNumber
    if isNumbered { starts.append(start) }
  }

  /// Where the members' fields begin and end if all of them are named by numbers, as an array's elements are; else nothing.
  func rows(end: Int) -> [Int] { isNumbered && !starts.isEmpty ? starts + [end] : [] }

  /// The columns that belong together: as many elements in each, and questions and answers among them, or nothing else in the
  /// object.
  var table: [[Int]]? {
    guard columns.count > 1 else { return nil }
    let length = (columns.first { $0.isAnswer } ?? columns[0]).elements.count
    let same = columns.filter { $0.elements.count == length }
    let hasAnswers = same.contains(where: \.isAnswer)
    let hasQuestions = same.contains { [.input, .text, .source].contains($0.meaning) }
    guard same.count > 1, (hasAnswers && hasQuestions) || same.count == memberCount else { return nil }
    return same.map(\.elements)
  }
}
