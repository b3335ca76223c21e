import Foundation

extension FolderSurvey {
  /// The absolute path of one of the survey's.
  package func absolute(_ path: String) -> String {
    if path == "." { return root }
    return root.hasSuffix("/") ? root + path : "\(root)/\(path)"
  }

  /// The relative path of what a file here calls `path`; nil for what is outside.
  func relative(_ path: String) -> String? {
    let base = URL(fileURLWithPath: root, isDirectory: true)
    let absolute = URL(fileURLWithPath: path, relativeTo: base).standardizedFileURL.path
    if absolute == root { return "." }
    let inside = root.hasSuffix("/") ? root : root + "/"
    return absolute.hasPrefix(inside) ? String(absolute.dropFirst(inside.count)) : nil
  }

  /// Whether one of the survey's paths is a plain file.
  func isFile(_ path: String) -> Bool {
    var status = stat()
    return lstat(absolute(path), &status) == 0 && status.st_mode & S_IFMT == S_IFREG
  }

  /// The first of START, START-2, START-3, … that nothing is at.
  func unusedPath(_ start: String, ending: String) -> String {
    var (path, number) = (start + ending, 1)
    while FileManager.default.fileExists(atPath: absolute(path)) {
      number += 1
      path = "\(start)-\(number)\(ending)"
    }
    return path
  }
}
