/// Who gated, from where: what a reader asks who was only sent the report. Everything that is not known is nil.
package struct GateOrigin: Sendable, Hashable, Codable {
  /// The account's name, or who started the CI's run.
  package let user: String?
  /// Of the machine's clock against UTC when the gate began, in minutes.
  package let minutesFromUTC: Int?
  /// What was checked out: the full hash, and the branch.
  package let commit: String?
  package let branch: String?
  /// The address of the CI's run.
  package let run: String?

  package init(user: String?, minutesFromUTC: Int?, commit: String?, branch: String?, run: String?) {
    self.user = user
    self.minutesFromUTC = minutesFromUTC
    self.commit = commit
    self.branch = branch
    self.run = run
  }

  enum CodingKeys: String, CodingKey {
    case user, commit, branch, run
    case minutesFromUTC = "minutes_from_utc"
  }
}
