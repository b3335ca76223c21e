import Foundation

/// What is checked out, as the files of a Git repository say it.
struct GitCheckout {
  let commit: String
  /// Nil of a detached head.
  let branch: String?

  /// The repository that a folder is in; nil where there is none, or its files say nothing that could be a commit.
  static func above(_ folder: String) -> GitCheckout? {
    // Of a folder that is gone there is no path.
    guard folder.hasPrefix("/") else { return nil }
    var place = URL(fileURLWithPath: folder, isDirectory: true).standardizedFileURL
    for _ in place.pathComponents {
      let git = place.appendingPathComponent(".git").path
      if FileManager.default.fileExists(atPath: git) { return GitCheckout(git) }
      place.deleteLastPathComponent()
    }
    return nil
  }

  private init?(_ git: String) {
    var folder = git
    // A worktree's and a submodule's is a file that names the folder.
    if let text = Self.line(git), text.hasPrefix("gitdir: ") {
      let path = String(text.dropFirst("gitdir: ".count))
      folder = path.hasPrefix("/") ? path : URL(fileURLWithPath: git).deletingLastPathComponent().path + "/" + path
    }
    guard let head = Self.line("\(folder)/HEAD") else { return nil }
    guard head.hasPrefix("ref: refs/heads/") else {
      guard Self.isCommit(head) else { return nil }
      (commit, branch) = (head, nil)
      return
    }
    let name = String(head.dropFirst("ref: ".count))
    let common = Self.line("\(folder)/commondir").map { $0.hasPrefix("/") ? $0 : "\(folder)/\($0)" } ?? folder
    guard !name.split(separator: "/").contains(".."),
      let found = Self.line("\(common)/\(name)") ?? Self.packed(name, in: common), Self.isCommit(found)
    else { return nil }
    (commit, branch) = (found, String(name.dropFirst("refs/heads/".count)))
  }

  private static func isCommit(_ text: String) -> Bool {
    text.count >= 40 && text.count <= 64 && text.allSatisfy(\.isHexDigit)
  }

  private static func packed(_ name: String, in folder: String) -> String? {
    guard let text = text("\(folder)/packed-refs", limit: 1 << 22) else { return nil }
    return text.split(separator: "\n").first { $0.hasSuffix(" \(name)") }.map { String($0.prefix { $0 != " " }) }
  }

  /// The first line of a small regular file.
  private static func line(_ path: String) -> String? {
    text(path, limit: 4096)?.split(separator: "\n").first.map(String.init)
  }

  private static func text(_ path: String, limit: Int) -> String? {
    let attributes = try? FileManager.default.attributesOfItem(atPath: path)
    guard attributes?[.type] as? FileAttributeType == .typeRegular, (attributes?[.size] as? Int ?? .max) <= limit else {
      return nil
    }
    return try? String(contentsOfFile: path, encoding: .utf8)
  }
}
