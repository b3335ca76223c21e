/// What becomes of tasks that have no vote: they are in the report, and the verdict does not rest on them.
package enum ReportedTasks: String, Sendable, CaseIterable {
  /// They are asked after all that vote.
  case ask
  /// They are not asked.
  case skip
}
