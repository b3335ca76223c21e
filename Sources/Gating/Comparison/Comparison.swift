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
  package let reference: ComparedSide
  /// The first baseline that was named, whose admitted tasks count in families and overall, as they do in a gate; nil where there
  /// is none, and every task counts.
  package let admission: String?
  /// One a model after the reference, in the order given.
  package let comparisons: [ComparedPair]
  /// The sides as forms of one fine-tuning; nil where they are not looked at so.
  package private(set) var forms: [FormFinding]?
  /// Each other run's questions, the reference as the base, by task; none where the reference is a recipe. No part of the JSON.
  package let contrasts: [(source: String, questions: [ItemContrast])]

  /// - Throws: `InputError` where one was not asked what the reference was, or read it as other tokens.
  package init(createdBy: String, command: String, reference: ComparisonSide, others: [ComparisonSide]) throws {
    let judge = ([reference] + others).lazy.flatMap(\.runs).first { $0.admitted != nil }
    let ofReference = try reference.check(against: reference.runs[0])
    let pairs = try others.map { other in
      let notes = try other.check(against: reference.runs[0])
      let questions = try CommonQuestions(reference, other, counting: judge?.admitted)
      return (
        pair: ComparedPair(
          questions, reference: reference.facts, other: other.facts,
          notes: ofReference + notes.filter { !ofReference.contains($0) }),
        contrasts: reference.runs.count > 1
          ? []
          : other.runs.indices.map { run in
            (other.runs[run].facts.source, questions.tasks.flatMap { $0.contrasts(ofRun: run) })
          }
      )
    }
    schemaVersion = Self.schemaVersion
    self.createdBy = createdBy
    self.command = command
    self.reference = reference.facts
    admission = judge?.facts.source
    comparisons = pairs.map(\.pair)
    contrasts = pairs.flatMap(\.contrasts)
  }

  /// The same with the sides as forms of one fine-tuning.
  package func with(forms: [FormFinding]) -> Comparison {
    var comparison = self
    comparison.forms = forms
    return comparison
  }

  enum CodingKeys: String, CodingKey {
    case command, reference, admission, comparisons, forms
    case schemaVersion = "schema_version"
    case createdBy = "created_by"
  }
}
