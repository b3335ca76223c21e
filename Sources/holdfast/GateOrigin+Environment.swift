import Foundation
import Reporting

extension GateOrigin {
  /// What the environment and the folder's repository say. Nothing is run for it.
  static func current(at time: Date) -> GateOrigin {
    let environment = ProcessInfo.processInfo.environment
    func first(_ names: String...) -> String? {
      names.lazy.compactMap { environment[$0] }.first { !$0.isEmpty }
    }
    let onGitHub = first("GITHUB_SERVER_URL").flatMap { server in
      first("GITHUB_REPOSITORY").flatMap { repository in
        first("GITHUB_RUN_ID").map { "\(server)/\(repository)/actions/runs/\($0)" }
      }
    }
    let repository = GitCheckout.above(FileManager.default.currentDirectoryPath)
    return GateOrigin(
      user: first("GITHUB_ACTOR", "GITLAB_USER_LOGIN", "BUILD_USER_ID", "USER", "LOGNAME"),
      minutesFromUTC: TimeZone.current.secondsFromGMT(for: time) / 60,
      commit: first("GITHUB_SHA", "CI_COMMIT_SHA", "GIT_COMMIT") ?? repository?.commit,
      // Of a pull request GitHub checks out a merge, which is on no branch.
      branch: first("GITHUB_HEAD_REF").map { "a merge of \($0)" }
        ?? first("GITHUB_REF_NAME", "CI_COMMIT_REF_NAME", "BRANCH_NAME") ?? repository?.branch,
      run: onGitHub ?? first("CI_JOB_URL", "BUILD_URL"))
  }
}
