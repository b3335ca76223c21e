/// Models side by side on the same questions: exact match of each against the first one's.
///
/// Encoded, it is what `holdfast compare --json` prints.
package struct Comparison: Sendable, Encodable {
  /// The version of the JSON's layout.
  package static let schemaVersion = 1

  package let schemaVersion: Int
  /// The program, such as `holdfast 0.1.0`.
  package let createdBy: String
  /// As it was typed.
  package let command: String
  package let reference: ComparedModel
  /// The first baseline that was named, whose admitted tasks count in families and overall, as they do in a gate; nil where there
  /// is none, and every task counts.
  package let admission: String?
  /// One a model after the reference, in the order given.
  package let comparisons: [ComparedPair]
  /// Each pair's questions, the reference as the base, by task; no part of the JSON.
  package let contrasts: [[ItemContrast]]

  /// - Throws: `InputError` where one was not asked what the reference was, or read it as other tokens.
  package init(createdBy: String, command: String, reference: ComparisonSide, others: [ComparisonSide]) throws {
    let judge = ([reference] + others).first { $0.admitted != nil }
    let pairs = try others.map { other in
      let notes = try other.check(against: reference)
      let questions = try CommonQuestions(reference, other, counting: judge?.admitted)
      return (
        pair: ComparedPair(questions, other: other.facts, notes: notes), contrasts: questions.tasks.flatMap(\.contrasts)
      )
    }
    schemaVersion = Self.schemaVersion
    self.createdBy = createdBy
    self.command = command
    self.reference = reference.facts
    admission = judge?.facts.source
    comparisons = pairs.map(\.pair)
    contrasts = pairs.map(\.contrasts)
  }

  enum CodingKeys: String, CodingKey {
    case command, reference, admission, comparisons
    case schemaVersion = "schema_version"
    case createdBy = "created_by"
  }
}
