import Foundation
import Testing

@Suite("A report says who gated, and at what commit")
struct GateOriginTests {
  private let commit = "0123456789abcdef0123456789abcdef01234567"

  /// What the environment may say is said to be unknown.
  private let quiet = Dictionary(
    uniqueKeysWithValues: [
      "GITHUB_SHA", "GITHUB_ACTOR", "GITHUB_RUN_ID", "GITHUB_HEAD_REF", "GITHUB_REF_NAME", "GITLAB_USER_LOGIN",
      "BUILD_USER_ID", "CI_COMMIT_SHA", "CI_COMMIT_REF_NAME", "CI_JOB_URL", "GIT_COMMIT", "BRANCH_NAME", "BUILD_URL",
    ].map { ($0, "") })

  private func origin(_ folder: TemporaryFolder, _ environment: [String: String] = [:]) throws -> [String: Any] {
    let gate = try Running(
      ["gate", "--candidate", golden("adapters/plain"), "--json"], in: folder,
      environment: quiet.merging(environment) { $1 }
    ).finish()
    let header = try #require(try gate.object()["header"] as? [String: Any], "\(gate.err)")
    return try #require(header["origin"] as? [String: Any])
  }

  @Test("from the repository's files: a branch, packed or not, a detached head, a worktree")
  func repository() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    try folder.write(".git/HEAD", "ref: refs/heads/feature/x\n")
    try folder.write(".git/packed-refs", "# pack-refs with: peeled\n\(commit) refs/heads/feature/x\n")
    let packed = try origin(folder, ["USER": "jo", "TZ": "Asia/Kolkata"])
    #expect(packed["commit"] as? String == commit && packed["branch"] as? String == "feature/x")
    #expect(packed["user"] as? String == "jo" && packed["minutes_from_utc"] as? Int == 330)
    let other = String(commit.reversed())
    try folder.write(".git/refs/heads/feature/x", "\(other)\n")
    #expect(try origin(folder)["commit"] as? String == other)
    try folder.write(".git/HEAD", "\(commit)\n")
    let detached = try origin(folder)
    #expect(detached["commit"] as? String == commit && detached["branch"] == nil)
    try folder.write("kept/HEAD", "\(commit)\n")
    try FileManager.default.removeItem(at: folder.file(".git"))
    try folder.write(".git", "gitdir: kept\n")
    #expect(try origin(folder)["commit"] as? String == commit)
  }

  @Test("files that say something else say nothing, and no gate fails by them")
  func hostile() throws {
    for head in [
      "", "ref: refs/heads/../../../etc/passwd", "ref: refs/heads/none", "\u{1B}[2J",
      String(repeating: "a", count: 9000),
    ] {
      let folder = try TemporaryFolder.projectThatOnceKnew()
      try folder.write(".git/HEAD", head)
      #expect(try origin(folder)["commit"] == nil)
    }
  }

  @Test("from what a CI says")
  func environment() throws {
    let folder = try TemporaryFolder.projectThatOnceKnew()
    let found = try origin(
      folder,
      [
        "GITHUB_SHA": commit, "GITHUB_ACTOR": "jo", "GITHUB_SERVER_URL": "https://ci.example",
        "GITHUB_REPOSITORY": "a/b", "GITHUB_RUN_ID": "7", "GITHUB_HEAD_REF": "fix",
      ])
    #expect(found["commit"] as? String == commit && found["branch"] as? String == "a merge of fix")
    #expect(found["run"] as? String == "https://ci.example/a/b/actions/runs/7" && found["user"] as? String == "jo")
  }
}
